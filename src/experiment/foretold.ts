/** Does what an arm's context gains at step 0 foretell what training gains (arXiv 2605.30070)? One point an arm. Pure. */
import { gainLaw, type GainLaw } from '../eval/index.js';
import type { Block, Section } from '../report/index.js';
import { points } from '../report/numbers.js';
import { armNames, armSpecs, type ArmName } from './arms.js';
import type { Comparison } from './comparison.js';

/** Of each split where at least two arms tell. */
export type Foretold = Record<string, GainLaw>;

/** The policy without any context, which every arm starts from. */
const PLAIN: ArmName = 'grpo';

/** Arms that train a policy of their own and are tested with a context, over all their seeds. */
export function foretoldGains(comparison: Comparison): Foretold {
  const of = (arm: ArmName, at: 'start' | 'end', split: string) =>
    comparison.bySplit({ kind: 'accuracy', arm, at })[split]?.mean;
  const arms = armNames.filter((name) => armSpecs[name].arm.test !== 'none' && !('policyOf' in armSpecs[name].arm));
  const laws = comparison.splits.map((split) => {
    const startPlain = of(PLAIN, 'start', split);
    const gains = arms.flatMap((name) => {
      const [start, end] = [of(name, 'start', split), of(name, 'end', split)];
      if (startPlain === undefined || start === undefined || end === undefined) return [];
      return [{ name, startPlain, startWithContext: start, start, end }];
    });
    return [split, gains] as const;
  });
  return Object.fromEntries(laws.flatMap(([split, gains]) => (gains.length < 2 ? [] : [[split, gainLaw(gains)]])));
}

/** A table and a chart for each split; undefined where nothing can be told. */
export function foretoldSection(foretold: Foretold): Section | undefined {
  const blocks = Object.entries(foretold).flatMap(([split, law]): Block[] => [
    {
      kind: 'table',
      table: {
        columns: [
          { label: split },
          { label: 'gain of the context at step 0, points', numeric: true },
          { label: 'gain of training, points', numeric: true },
        ],
        rows: law.points.map(({ name, initialGain, finalGain }) => [name, points(initialGain), points(finalGain)]),
      },
      note: lawText(law),
    },
    {
      kind: 'chart',
      chart: {
        title: split,
        xLabel: 'gain of the context at step 0, points',
        yLabel: 'gain of training, points',
        series: law.points.map(({ name, initialGain, finalGain }) => ({
          name,
          points: [{ x: 100 * initialGain, y: 100 * finalGain }],
        })),
      },
      note: 'one point an arm',
    },
  ]);
  return blocks.length === 0 ? undefined : { title: 'Does the gain at step 0 foretell the gain of training?', blocks };
}

function lawText({ fit, correlation }: GainLaw): string {
  if (!fit || correlation === undefined) return 'the arms do not differ at step 0, so nothing can be told';
  return `correlation ${correlation.toFixed(2)}; least squares: gain of training = ${points(fit.intercept)} points ${fit.slope < 0 ? '-' : '+'} ${Math.abs(fit.slope).toFixed(2)} times the gain at step 0`;
}

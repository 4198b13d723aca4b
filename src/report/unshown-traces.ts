/**
 * How arms without traces do where the retriever of the compared arm would have shown a right one, and where not: problems for which a
 * right trace is found may be easier by themselves, and what a trace is worth is what is gained beyond that. Pure.
 */
import { comparedArms } from '../config/index.js';
import { averagesByProblem, splitsOf } from '../eval/index.js';
import type { Block } from './blocks.js';
import { comparedEvaluations, withoutTraces } from './evaluation.js';
import { percentWithInterval } from './numbers.js';
import type { RunData } from './run-data.js';

/** A row for each arm that is tested without traces, and split; nothing where the data has no truth. */
export function unshownTracesBlock(data: RunData): Block[] {
  const { config, retrieved, test, corpus } = data;
  const { subject } = comparedArms({ arms: config.arms, eval: config.eval });
  const retriever = config.arms.find(({ name }) => name === subject)?.test ?? 'none';
  const hits = retrieved.get(retriever);
  if (!hits) return [];
  const truths = new Map(corpus.map(({ id, truth }) => [id, truth]));
  const right = new Map(
    test.flatMap(({ id, truth }) => {
      const found = truths.get(hits.get(id)?.[0]?.traceId ?? '');
      return truth === undefined || found === undefined ? [] : [[id, found === truth] as const];
    }),
  );
  const plain = withoutTraces(comparedEvaluations(data));
  const rows = plain.flatMap(({ arm, records }) =>
    splitsOf(records).flatMap((split) => {
      const averages = averagesByProblem(records, split);
      const cell = (wanted: boolean) => {
        const own = new Map([...averages].filter(([id]) => right.get(id) === wanted));
        if (own.size === 0) return '';
        const { mean, ci95, n } = data.drawsOf(split).mean(own);
        return `${percentWithInterval(mean, ci95)} (${n})`;
      };
      const cells = [cell(true), cell(false)];
      return cells.every((text) => text === '') ? [] : [[arm, split, ...cells]];
    }),
  );
  if (rows.length === 0) return [];
  const numeric = (label: string) => ({ label, numeric: true });
  return [
    {
      kind: 'table',
      table: {
        columns: [
          { label: 'arm without traces' },
          { label: 'split' },
          numeric(`where ${retriever} finds a right one`),
          numeric('where it does not'),
        ],
        rows,
      },
      note: 'success on the same problems without any trace, in per cent with 95 % interval; in brackets the problems',
    },
  ];
}

/**
 * What traces add by how much their problems have in common with the ones they stand beside: where a corpus holds the test's problems
 * with other numbers, a gain may be no more than that. Pure.
 */
import { comparedArms } from '../config/index.js';
import { wordsInCommon } from '../data/index.js';
import { averagesByProblem, splitsOf, traceFacts, type EvalRecord } from '../eval/index.js';
import type { Block } from './blocks.js';
import { comparedEvaluations, withoutTraces, type Evaluation } from './evaluation.js';
import { percentWithInterval, pointsWithInterval } from './numbers.js';
import { pairedDifferences } from './paired.js';
import type { RunData } from './run-data.js';

/** Least words in common of each column, as a share. */
const BANDS = [0, 0.25, 0.5, 0.75] as const;

/** A row for each arm that is tested with traces, and split: what it gains on an arm without any, or its success where there is none. */
export function alikeTracesBlock(data: RunData): Block[] {
  const evaluations = comparedEvaluations(data);
  const plain = armWithoutTraces(evaluations, data);
  const bandOf = bandsFrom(data);
  const rows = evaluations.flatMap((evaluation) => {
    const { arm, records } = evaluation;
    return splitsOf(records.filter(({ traceIds }) => traceIds.length > 0)).map((split) => {
      const values = plain ? pairedDifferences(data, evaluation, plain, split) : averagesByProblem(records, split);
      const band = new Map(records.map((record) => [record.problemId, bandOf(record)]));
      const cells = BANDS.map((_, at) => {
        const inBand = new Map([...values].filter(([id]) => band.get(id) === at));
        if (inBand.size === 0) return '';
        const { mean, ci95, n } = data.drawsOf(split).mean(inBand);
        return `${plain ? pointsWithInterval(mean, ci95) : percentWithInterval(mean, ci95)} (${n})`;
      });
      return [arm, split, ...cells];
    });
  });
  if (rows.every((cells) => cells.slice(2).every((text) => text === ''))) return [];
  const what = plain ? `what traces add to ${plain.arm} on the same problems, in points` : 'success, in per cent';
  return [
    {
      kind: 'table',
      table: {
        columns: [
          { label: 'arm' },
          { label: 'split' },
          ...BANDS.map((from, at) => ({
            label: `${100 * from} to ${100 * (BANDS[at + 1] ?? 1)} % of the words in common`,
            numeric: true,
          })),
        ],
        rows,
      },
      note: `${what}, with 95 % interval, by how alike problem and trace are; in brackets the problems`,
    },
  ];
}

/** The arm to compare with: the baseline, if it has no traces; else the first that has none. */
function armWithoutTraces(evaluations: readonly Evaluation[], { config }: RunData): Evaluation | undefined {
  const { baseline } = comparedArms({ arms: config.arms, eval: config.eval });
  return withoutTraces(evaluations).toSorted((a, b) => Number(b.arm === baseline) - Number(a.arm === baseline))[0];
}

/** Column of a record, by the trace in its prompt that is most alike; undefined without a trace that is known. */
function bandsFrom({ test, corpus }: RunData): (record: EvalRecord) => number | undefined {
  const { problemOf, traceOf } = traceFacts(test, corpus);
  return ({ problemId, traceIds }) => {
    const problem = problemOf(problemId);
    const shown = traceIds.flatMap((id) => traceOf(id) ?? []);
    if (problem === undefined || shown.length === 0) return undefined;
    const alike = Math.max(...shown.map(({ question }) => wordsInCommon(problem.question, question)));
    return BANDS.findLastIndex((least) => alike >= least);
  };
}

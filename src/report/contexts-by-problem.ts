/** The best traces of single problems one by one (Fig. 4): where it matters most which trace stands in the prompt. Pure. */
import { averageAtK, rankAndProblem } from '../eval/index.js';
import type { Block } from './blocks.js';
import { lastEvaluations, type Evaluation } from './evaluation.js';
import { percent } from './numbers.js';
import type { RunData } from './run-data.js';

/** Problems of a table. */
const SHOWN = 20;

interface ProblemRanks {
  problemId: string;
  split: string;
  /** Average by rank, best rank first; undefined without a judged sample. */
  averages: (number | undefined)[];
  traceIds: (string | undefined)[];
}

/** A table for each arm: the problems whose traces differ most in what the policy makes of them, ties by id. */
export function contextsByProblemBlocks({ oneByOne, corpus, test }: RunData): Block[] {
  const truthOf = new Map(test.map(({ id, truth }) => [id, truth]));
  const truthOfTrace = new Map(corpus.map(({ id, truth }) => [id, truth]));
  const isRight = (problem: string, trace: string | undefined) => {
    const [own, other] = [truthOf.get(problem), truthOfTrace.get(trace ?? '')];
    return own !== undefined && other !== undefined && own === other;
  };
  return lastEvaluations(oneByOne).flatMap((evaluation): Block[] => {
    const all = byProblem(evaluation);
    const m = Math.max(0, ...all.map(({ averages }) => averages.length));
    const chosen = all
      .toSorted((a, b) => spreadOf(b) - spreadOf(a) || (a.problemId < b.problemId ? -1 : 1))
      .slice(0, SHOWN);
    if (chosen.length === 0) return [];
    const ranks = Array.from({ length: m }, (_, i) => ({ label: `rank ${i + 1}`, numeric: true }));
    return [
      {
        kind: 'table',
        table: {
          columns: [{ label: 'problem' }, { label: 'split' }, ...ranks],
          rows: chosen.map(({ problemId, split, averages, traceIds }) => [
            problemId,
            split,
            ...ranks.map((_, i) => {
              const average = averages[i];
              return average === undefined ? '' : `${percent(average)}${isRight(problemId, traceIds[i]) ? ' *' : ''}`;
            }),
          ]),
        },
        note: `${evaluation.arm}: share of right samples with each trace alone, in per cent; the ${chosen.length} of ${all.length} problems whose traces are furthest apart; * has the truth of the problem`,
      },
    ];
  });
}

function byProblem({ records }: Evaluation): ProblemRanks[] {
  const problems = new Map<string, ProblemRanks>();
  for (const { problemId: id, split, traceIds, samples } of records) {
    const { problemId, rank } = rankAndProblem(id);
    const own = problems.get(problemId) ?? { problemId, split, averages: [], traceIds: [] };
    own.averages[rank - 1] = averageAtK(samples);
    own.traceIds[rank - 1] = traceIds[0];
    problems.set(problemId, own);
  }
  return [...problems.values()];
}

function spreadOf({ averages }: ProblemRanks): number {
  const known = averages.filter((average) => average !== undefined);
  return known.length === 0 ? 0 : Math.max(...known) - Math.min(...known);
}

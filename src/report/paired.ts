/** Differences of two arms of a run, problem by problem. Pure. */
import { averagesByProblem, differencesOf, pairArms } from '../eval/index.js';
import { comparedEvaluations, type Evaluation } from './evaluation.js';
import type { RunData } from './run-data.js';

/** By problem, over the problems on which every arm of the run is compared, as everywhere. */
export function pairedDifferences(
  data: RunData,
  more: Evaluation,
  less: Evaluation,
  split: string,
): Map<string, number> {
  const arms = comparedEvaluations(data).map(({ arm: name, records }) => ({ name, records }));
  const { problems } = pairArms(arms, split, data.summary.arms[0]?.k ?? 1);
  const both = differencesOf(averagesByProblem(more.records, split), averagesByProblem(less.records, split));
  return new Map([...both].filter(([id]) => problems.has(id)));
}

/**
 * Evaluations of single policies side by side: what each reaches, and what each of the later ones gains over the first, paired by problem;
 * also over the problems with a right trace in the prompt, and over those with wrong ones alone, where that is known. Pure.
 */
import type { Rng } from '../core/rng.js';
import { differenceTexts } from './compared-folders.js';
import type { ComparedEvaluation } from './evaluations.js';
import { averagesOf } from './measures.js';
import { PairedProblems, type Among, type BySplit } from './paired-problems.js';
import { SharedResamples } from './statistics.js';

export interface EvaluationDifference {
  /** Names of the two: a - b. */
  a: string;
  b: string;
  /** Which problems: all, or by the traces of a (of b, where a shows none). */
  among: 'all' | 'right trace' | 'wrong trace';
  difference: BySplit;
}

export interface EvaluationsTogether {
  format: 1;
  evaluations: { name: string; folder: string; k: number; differs: string[]; accuracy: BySplit }[];
  /** Problems of each split that are in no figure, since not every evaluation has k judged samples of them. */
  leftOut: Record<string, number>;
  differences: EvaluationDifference[];
}

export function evaluationsTogether(
  evaluations: readonly ComparedEvaluation[],
  { resamples, rng }: { resamples: number; rng: Rng },
): EvaluationsTogether {
  // Each is one draw: a seed in name only, so that all are paired with each other.
  const measured = evaluations.map(({ records, settings }) => ({ seed: 0, averages: averagesOf(records, settings.k) }));
  const problems = new PairedProblems(measured, new SharedResamples(resamples, rng));
  const [first] = evaluations;
  return {
    format: 1,
    evaluations: evaluations.map(({ name, root, settings, differences }, i) => ({
      name,
      folder: root,
      k: settings.k,
      differs: differenceTexts(differences),
      accuracy: problems.values([measured[i]!]),
    })),
    leftOut: problems.leftOut,
    differences: evaluations.slice(1).flatMap((a, i) => {
      const difference = (among?: Among) => problems.difference([measured[i + 1]!], [measured[0]!], among) ?? {};
      const right = a.traceRight.size > 0 ? a.traceRight : first!.traceRight;
      const names = { a: a.name, b: first!.name };
      const where = (wanted: boolean) => difference((_, id) => right.get(id) === wanted);
      const rows: EvaluationDifference[] = [
        { ...names, among: 'all', difference: difference() },
        { ...names, among: 'right trace', difference: where(true) },
        { ...names, among: 'wrong trace', difference: where(false) },
      ];
      return rows.filter(({ among, difference: own }) => among === 'all' || Object.keys(own).length > 0);
    }),
  };
}

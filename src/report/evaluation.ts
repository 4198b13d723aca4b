/** Evaluations as reports read them. */
import type { EvalRecord } from '../eval/index.js';

/** One evaluation of one arm. */
export interface Evaluation {
  arm: string;
  step: number;
  records: EvalRecord[];
}

/** Arms that left any evaluation, whole or not; in order of first appearance. */
export function armsBegun(...lists: readonly (readonly { arm: string }[])[]): string[] {
  return [...new Set(lists.flatMap((list) => list.map(({ arm }) => arm)))];
}

/** The evaluation of each arm with the highest step. */
export function lastEvaluations(evaluations: readonly Evaluation[]): Evaluation[] {
  const last = new Map<string, Evaluation>();
  for (const evaluation of evaluations) {
    if (evaluation.step >= (last.get(evaluation.arm)?.step ?? -1)) last.set(evaluation.arm, evaluation);
  }
  return [...last.values()];
}

/** The evaluations that the summary is of: at the step that is compared, or the last ones of a run that has ended. */
export function comparedEvaluations({
  evaluations,
  unfinished,
}: {
  evaluations: readonly Evaluation[];
  unfinished?: { comparedAt: number | undefined };
}): Evaluation[] {
  if (!unfinished) return lastEvaluations(evaluations);
  return evaluations.filter(({ step }) => step === unfinished.comparedAt);
}

/** Those of arms that are tested without any trace. */
export function withoutTraces(evaluations: readonly Evaluation[]): Evaluation[] {
  return evaluations.filter(({ records }) => records.every(({ traceIds }) => traceIds.length === 0));
}

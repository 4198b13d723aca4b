/** Which scored pairs are sampled to see whether their scores predict success: some problems, each with some of its traces. */
import type { Rng } from '../core/rng.js';
import type { DecidedLabel, Label } from './types.js';

/** A label with its score. */
export type ScoredLabel = DecidedLabel & { score: number };

/**
 * Draws `problems` problems at random among those with two scored traces or more, and of each `traces` labels at even steps down
 * its ranking by score, the best and the worst among them: a plain draw of so few would often hold neither.
 * Returns each problem's labels, best first.
 */
export function drawScored(
  labels: readonly Label[],
  options: { problems: number; traces: number; rng: Rng },
): ScoredLabel[][] {
  const { problems, traces, rng } = options;
  const byProblem = new Map<string, ScoredLabel[]>();
  for (const label of labels) {
    if (!('relevant' in label) || label.score === undefined) continue;
    const own = byProblem.get(label.problemId) ?? [];
    if (own.length === 0) byProblem.set(label.problemId, own);
    own.push({ ...label, score: label.score });
  }
  const usable = [...byProblem.values()].filter((own) => own.length >= 2);
  return rng.sample(usable, problems).map((own) => {
    const ranked = own.toSorted((a, b) => b.score - a.score || (a.traceId < b.traceId ? -1 : 1));
    return evenSteps(ranked.length, traces).map((at) => ranked[at] as ScoredLabel);
  });
}

/** `count` of the places 0 .. length - 1 at even steps, first and last among them; all where there are no more. */
function evenSteps(length: number, count: number): number[] {
  if (count >= length) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.round((i * (length - 1)) / (count - 1)));
}

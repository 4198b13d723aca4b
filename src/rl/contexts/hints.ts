/** Hints as contexts, shorter from part to part of the training. */
import { noContext, type Context } from '../../data/context.js';
import type { Problem } from '../../data/types.js';
import { hintOf } from './hint.js';
import type { Fits } from './traces.js';
import type { ContextSource } from './types.js';

export interface HintPlan {
  /** Share of the solution in each of the equal parts of the training. */
  shares: readonly number[];
  /** Steps of the training. */
  steps: number;
  fits: Fits;
}

/** The beginning of a problem's own solution; none where there is none, where it would say the answer, or would be too long. */
export function hints({ shares, steps, fits }: HintPlan): ContextSource {
  const shown = (problem: Problem, share: number): Context => {
    const hint = hintOf(problem, share);
    if ('missing' in hint) return noContext;
    const context: Context = { kind: 'hint', text: hint.text };
    return fits(problem, context) ? context : noContext;
  };
  return {
    of: (problem, { step }) => [shown(problem, shareAt(step, shares, steps))],
    possible: (problem) => shares.map((share) => shown(problem, share)),
  };
}

/** The share of a step: each has an equal part of the training. */
export function shareAt(step: number, shares: readonly number[], steps: number): number {
  const part = Math.floor(((step - 1) * shares.length) / steps);
  return shares[Math.min(part, shares.length - 1)]!;
}

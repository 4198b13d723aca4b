/** Where the contexts of training prompts come from: pure sources, one file each, put around each other by {@link makeContextSource}. */
import type { Rng } from '../../core/rng.js';
import type { Context } from '../../data/context.js';
import type { Problem } from '../../data/types.js';

/** When a problem is drawn. */
export interface Moment {
  /** From 1. */
  step: number;
  /** Stream of this problem, step and attempt alone. A source draws from a fork of it under a label of its own. */
  rng: Rng;
}

export interface ContextSource {
  /** What the problem's prompts show now: one context, or several to spread its responses over. Never empty. */
  of(problem: Problem, at: Moment): readonly Context[];
  /** What it is shown in a second try, where every response of the first was wrong; undefined or empty: no second try. */
  rescue?(problem: Problem, at: Moment): readonly Context[] | undefined;
  /** Every context that the problem may be shown at any time, so that their prompts can be looked at before any work. */
  possible(problem: Problem): readonly Context[];
}

/** Contexts that no moment changes. */
import { noContext, type Context } from '../../data/context.js';
import type { Problem } from '../../data/types.js';
import type { ContextSource } from './types.js';

/** The same contexts for a problem at every moment; none where there are none. */
export function always(contextsOf: (problem: Problem) => readonly Context[]): ContextSource {
  const of = (problem: Problem) => orNone(contextsOf(problem));
  return { of, possible: of };
}

/** Every problem by itself. */
export const alone: ContextSource = always(() => []);

function orNone(contexts: readonly Context[]): readonly Context[] {
  return contexts.length === 0 ? [noContext] : contexts;
}

/** Contexts only for problems that the policy cannot solve alone yet (Scaf-GRPO, arXiv 2510.19807). */
import { noContext } from '../../data/context.js';
import type { ContextSource } from './types.js';

/** The problem alone first; the contexts of `source` in a second try where every response was wrong. */
export function afterAllWrong(source: ContextSource): ContextSource {
  return {
    of: () => [noContext],
    rescue: (problem, at) => source.of(problem, at).filter(({ kind }) => kind !== 'none'),
    possible: (problem) => [noContext, ...source.possible(problem)],
  };
}

/** Leaving the context out by chance, so that the policy also learns to work without. */
import { noContext, type Context } from '../../data/context.js';
import type { Problem } from '../../data/types.js';
import type { ContextSource, Moment } from './types.js';

/** Without its contexts with probability `share`, anew for each problem and step. */
export function dropped(source: ContextSource, share: number): ContextSource {
  return keptWith(source, 'drop', () => 1 - share);
}

/** With its contexts with probability 1 - (step - 1) / steps, then never: the policy ends on problems alone. */
export function annealed(source: ContextSource, steps: number): ContextSource {
  return keptWith(source, 'anneal', (step) => Math.max(0, 1 - (step - 1) / steps));
}

function keptWith(source: ContextSource, label: string, probability: (step: number) => number): ContextSource {
  const none: readonly Context[] = [noContext];
  const of = (problem: Problem, at: Moment) =>
    at.rng.fork(label).next() < probability(at.step) ? source.of(problem, at) : none;
  return { ...source, of, possible: (problem) => [noContext, ...source.possible(problem)] };
}

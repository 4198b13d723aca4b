/** The hits of a question that differ from each other, from a longer list of the best. */
import type { Scored } from '../index/types.js';
import { byClass, goesByVectors, mmr, unlike, type ByLimit, type ByVectors, type Diversity } from './diversity.js';
import { dot, meanVector } from './token-match.js';

/** What is known of traces by their ids. */
export interface TraceFacts {
  dim: number;
  /** Token vectors, flat. */
  vectorsOf: (id: string) => Float32Array;
  fieldOf: (id: string, name: string) => unknown;
}

/** `scored` is best first. */
export function choose(scored: readonly Scored[], k: number, diversity: Diversity, facts: TraceFacts): Scored[] {
  const positions = goesByVectors(diversity)
    ? byVectors(scored, k, diversity, facts)
    : classes(scored, k, diversity, facts);
  return positions.map((at) => scored[at] as Scored);
}

function byVectors(
  scored: readonly Scored[],
  k: number,
  diversity: ByVectors | ByLimit,
  { dim, vectorsOf }: TraceFacts,
): number[] {
  const means = scored.map(({ id }) => meanVector(vectorsOf(id), dim));
  const similarity = (a: number, b: number) => dot(means[a] as Float32Array, means[b] as Float32Array);
  if ('mostAlike' in diversity) return unlike(scored.length, k, diversity.mostAlike, similarity);
  const scores = scored.map(({ score }) => score);
  return mmr(scores, k, diversity.lambda, similarity);
}

function classes(
  scored: readonly Scored[],
  k: number,
  { by, most = 1 }: Extract<Diversity, { by: string }>,
  { fieldOf }: TraceFacts,
): number[] {
  const names = scored.map(({ id }) => {
    const value = fieldOf(id, by);
    return value === undefined || value === null ? undefined : JSON.stringify(value);
  });
  return byClass(names, k, most);
}

/** Hits that differ from each other: by the vectors of their traces (MMR, or a limit), or by the classes that they belong to. */
import { RaRftError } from '../../core/errors.js';

/** By vectors: maximal marginal relevance (Carbonell and Goldstein, 1998). */
export interface ByVectors {
  /** 1: relevance alone; 0: after the first hit, only being unlike those before it counts. */
  lambda: number;
  /** Best hits that are chosen from; {@link poolOf} where it is not given. */
  pool?: number | undefined;
}

/** By vectors: no hit that is too much like a better one. */
export interface ByLimit {
  /** Largest cosine to a hit before. Where too few are below it, the best of the others fill up. */
  mostAlike: number;
  pool?: number | undefined;
}

/** By classes: at most so many of each. */
export interface ByClass {
  /** Field of a trace that names its class: `type`, `truth`, or any other. */
  by: string;
  /** Hits of a class at most. Default 1. */
  most?: number | undefined;
  pool?: number | undefined;
}

export type Diversity = ByVectors | ByLimit | ByClass;

/** Whether the vectors of traces are looked at. */
export function goesByVectors(diversity: Diversity): diversity is ByVectors | ByLimit {
  return 'lambda' in diversity || 'mostAlike' in diversity;
}

/**
 * Hits to look at for `k` that differ: what is asked for, or ten times k. With a limit a hundred times: an encoder that has learnt
 * what solutions do puts a hundred traces that do the same before the first other one.
 */
export function poolOf(k: number, diversity: Diversity): number {
  return Math.max(k, diversity.pool ?? ('mostAlike' in diversity ? 100 : 10) * k);
}

/** Throws `usage` at values that mean nothing. */
export function checkDiversity(diversity: Diversity): void {
  const refuse = (where: string, value: unknown, expected: string) => {
    throw new RaRftError({ code: 'usage', message: `${where} is ${JSON.stringify(value)}`, where, expected });
  };
  const { pool } = diversity;
  if (pool !== undefined && !(Number.isInteger(pool) && pool >= 1)) refuse('diversity.pool', pool, 'an integer from 1');
  if (goesByVectors(diversity)) {
    const shares = Object.entries(diversity).filter(([name]) => name === 'lambda' || name === 'mostAlike');
    for (const [name, value] of shares)
      if (!(value >= 0 && value <= 1)) refuse(`diversity.${name}`, value, 'a number from 0 to 1');
    return;
  }
  const { by, most = 1 } = diversity;
  if (typeof by !== 'string' || by === '')
    refuse('diversity', diversity, '{ lambda }, { mostAlike } or { by: a field of the traces }');
  if (!(Number.isInteger(most) && most >= 1)) refuse('diversity.most', most, 'an integer from 1');
}

/**
 * Positions of `k` hits by MMR, in the order in which they are chosen: each time the hit with the most
 *   lambda * relevance - (1 - lambda) * (largest similarity to those chosen before).
 * Relevance is the score, brought to [0, 1] over the hits that are given, so that lambda means the same whatever the scores are.
 * `scores` are best first; equal values go to the earlier hit.
 */
export function mmr(
  scores: readonly number[],
  k: number,
  lambda: number,
  similarity: (a: number, b: number) => number,
): number[] {
  const [best = 0, worst = 0] = [scores[0], scores.at(-1)];
  const relevance = scores.map((score) => (best > worst ? (score - worst) / (best - worst) : 1));
  const nearest = scores.map(() => -Infinity);
  const left = new Set(scores.keys());
  const chosen: number[] = [];
  while (chosen.length < k && left.size > 0) {
    let next = -1;
    let most = -Infinity;
    for (const at of left) {
      const likeness = chosen.length === 0 ? 0 : (nearest[at] as number);
      // The first is the best by score, also where relevance counts nothing.
      const gain =
        chosen.length === 0 ? (relevance[at] as number) : lambda * (relevance[at] as number) - (1 - lambda) * likeness;
      if (gain > most) [next, most] = [at, gain];
    }
    chosen.push(next);
    left.delete(next);
    for (const at of left) nearest[at] = Math.max(nearest[at] as number, similarity(at, next));
  }
  return chosen;
}

/** Positions of `k` of `count` hits, best first: those that are no more than `mostAlike` similar to one before, then the best others. */
export function unlike(
  count: number,
  k: number,
  mostAlike: number,
  similarity: (a: number, b: number) => number,
): number[] {
  const [chosen, rest]: [number[], number[]] = [[], []];
  for (let at = 0; at < count && chosen.length < k; at++)
    (chosen.every((before) => similarity(at, before) <= mostAlike) ? chosen : rest).push(at);
  return [...chosen, ...rest].slice(0, k);
}

/**
 * Positions of `k` hits of which at most `most` have the same class. A hit without a class stands for itself. Where too few
 * classes are among the hits, the best of the others fill up, so that k hits come back where there are k.
 */
export function byClass(classes: readonly (string | undefined)[], k: number, most: number): number[] {
  const counts = new Map<string, number>();
  const [first, rest]: [number[], number[]] = [[], []];
  for (const [at, name] of classes.entries()) {
    const count = name === undefined ? 0 : (counts.get(name) ?? 0);
    if (name !== undefined) counts.set(name, count + 1);
    (count < most ? first : rest).push(at);
  }
  return [...first, ...rest].slice(0, k);
}

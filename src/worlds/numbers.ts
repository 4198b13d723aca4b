/**
 * The number table. A triple is only kept where *every* strategy stays within 0..99 at both steps, so the numbers of a
 * problem never tell which strategy it wants, and where nearly all strategies disagree, so a wrong one seldom scores.
 */
import { STRATEGIES, work, type Triple } from './strategies.js';

/** Every number of the world is one token, 0 to this. */
export const MAX_NUMBER = 99;

/** Of the eleven results of a triple, at least this many differ. */
export const MIN_DISTINCT_RESULTS = 10;

function fits(triple: Triple): boolean {
  const results = new Set<number>();
  for (const strategy of STRATEGIES) {
    const { middle, result } = work(strategy, triple);
    if (middle < 0 || middle > MAX_NUMBER || result < 0 || result > MAX_NUMBER) return false;
    results.add(result);
  }
  return results.size >= MIN_DISTINCT_RESULTS;
}

function allTriples(): Triple[] {
  const found: Triple[] = [];
  for (let a = 3; a <= 12; a++) {
    for (let b = 2; b < a; b++) {
      for (let c = 2; c <= 9; c++) if (fits([a, b, c])) found.push([a, b, c]);
    }
  }
  return found;
}

/** All triples of the world, in order of a, b, c. Every problem, whatever its strategy, draws from this one table. */
export const TRIPLES: readonly Triple[] = allTriples();

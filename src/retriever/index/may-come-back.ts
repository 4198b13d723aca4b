/** Which documents may come back from a search, the same for every index here. */
import { optionsOf, rank } from '../score/ranking.js';
import { compileFilter, type Fields } from './filter.js';
import type { IndexSearch, Scored } from './types.js';

/** 1 at each document that the filter of a search lets pass; undefined where there is no filter. */
export function filterMask(
  { filter }: IndexSearch,
  ids: readonly string[],
  fieldsOf: (at: number) => Fields | undefined,
): Uint8Array | undefined {
  if (!filter) return undefined;
  const passes = compileFilter(filter);
  return Uint8Array.from(ids, (id, at) => (passes(id, fieldsOf(at)) ? 1 : 0));
}

/** Ranks the documents for the query at `q` by scores of their own; those with 0 in `mask` may not come back. */
export function rankFor(
  q: number,
  options: IndexSearch,
  ids: readonly string[],
  scores: Float32Array,
  mask?: Uint8Array,
): Scored[] {
  const allowed = mask ? scores.map((score, i) => (mask[i] === 1 ? score : -Infinity)) : scores;
  return rank(ids, allowed, optionsOf(options, q), `query ${q}`);
}

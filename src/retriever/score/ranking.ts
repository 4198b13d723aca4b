/** From scores to hits: exclusion, the best k and ties, the same for every retriever. */
import { RaRftError } from '../../core/errors.js';
import { notFinite } from '../../core/finite.js';
import type { Trace } from '../../data/types.js';
import type { Hit, Query, SearchOptions } from '../types.js';

/**
 * The k best traces of one query, best first. `scores[i]` belongs to `traces[i]`; minus infinity means "never".
 * Ties go to the smaller trace id (by UTF-16 code unit), so the order of the corpus does not matter. Fewer than k hits
 * come back only where fewer traces are allowed.
 *
 * `exclude` is asked only about traces that would otherwise be hits, so an expensive rule costs about k log n calls.
 * Throws `not-finite` at a score that is NaN or plus infinity, `usage` at k < 1.
 */
export function rankTraces(
  query: Query,
  traces: readonly Trace[],
  scores: ArrayLike<number>,
  options: SearchOptions,
): Hit[] {
  const { k, exclude } = options;
  if (!Number.isInteger(k) || k < 1) {
    throw new RaRftError({
      code: 'usage',
      message: `search for ${k} traces`,
      where: 'k',
      expected: 'an integer of at least 1',
    });
  }
  const best: { trace: Trace; score: number }[] = [];
  for (let i = 0; i < traces.length; i++) {
    const trace = traces[i] as Trace;
    const score = scores[i] as number;
    if (score === -Infinity) continue;
    if (!Number.isFinite(score)) {
      const where = `trace ${trace.id} for query ${query.id}`;
      throw notFinite(score, { what: 'a score', where, hint: 'This is a fault of the retriever.' });
    }
    const candidate = { trace, score };
    const worst = best.at(-1);
    if (best.length === k && worst && !isBetter(candidate, worst)) continue;
    if (exclude?.(query, trace)) continue;
    let at = best.length;
    while (at > 0 && isBetter(candidate, best[at - 1] as { trace: Trace; score: number })) at--;
    best.splice(at, 0, candidate);
    if (best.length > k) best.pop();
  }
  return best.map(({ trace, score }, i) => ({ trace, score, rank: i + 1 }));
}

function isBetter(a: { trace: Trace; score: number }, b: { trace: Trace; score: number }): boolean {
  return a.score > b.score || (a.score === b.score && a.trace.id < b.trace.id);
}

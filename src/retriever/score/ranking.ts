/** From scores to hits: what may come back, the best k and ties, the same for every retriever and index. */
import { RaRftError } from '../../core/errors.js';
import { notFinite } from '../../core/finite.js';
import type { Trace } from '../../data/types.js';
import type { Scored } from '../index/types.js';
import type { Hit, Query, SearchOptions } from '../types.js';

/** What may come back for one query. */
export interface RankOptions {
  k: number;
  exclude?: ReadonlySet<string> | undefined;
  only?: ReadonlySet<string> | undefined;
}

/** The options of a search for the query at `q`. */
export function optionsOf({ k, excludeIds_Q, onlyIds_Q }: SearchOptions, q: number): RankOptions {
  return { k, exclude: excludeIds_Q?.[q], only: onlyIds_Q?.[q] };
}

/**
 * The k best documents of one query, best first. `scores[i]` belongs to `ids[i]`; minus infinity means "never". Ties go to the
 * smaller id (by UTF-16 code unit), so the order of the corpus does not matter. Fewer than k come back only where fewer are allowed.
 * Throws `not-finite` at a score that is NaN or plus infinity (`query` says for what), `usage` at k < 1.
 */
export function rank(
  ids: readonly string[],
  scores: ArrayLike<number>,
  { k, exclude, only }: RankOptions,
  query: string,
): Scored[] {
  if (!Number.isInteger(k) || k < 1) {
    throw new RaRftError({
      code: 'usage',
      message: `search for ${k} traces`,
      where: 'k',
      expected: 'an integer of at least 1',
    });
  }
  const best: Scored[] = [];
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as string;
    const score = scores[i] as number;
    if (score === -Infinity) continue;
    if (!Number.isFinite(score)) {
      const where = `trace ${id} for ${query}`;
      throw notFinite(score, { what: 'a score', where, hint: 'This is a fault of the retriever.' });
    }
    const worst = best.at(-1);
    if (best.length === k && worst && !isBetter(id, score, worst)) continue;
    if (exclude?.has(id) === true || only?.has(id) === false) continue;
    let at = best.length;
    while (at > 0 && isBetter(id, score, best[at - 1] as Scored)) at--;
    best.splice(at, 0, { id, score });
    if (best.length > k) best.pop();
  }
  return best;
}

/** A corpus that is ranked: its ids in their order, and its traces by id. */
export class RankedTraces {
  readonly ids: readonly string[];
  private readonly byId: ReadonlyMap<string, Trace>;

  constructor(traces: readonly Trace[]) {
    this.ids = traces.map(({ id }) => id);
    this.byId = new Map(traces.map((trace) => [trace.id, trace]));
  }

  /** The best traces of a query by scores in the order of the corpus; see {@link rank}. */
  rank({ id }: Pick<Query, 'id'>, scores: ArrayLike<number>, options: RankOptions): Hit[] {
    return this.hits(rank(this.ids, scores, options, `query ${id}`));
  }

  /** Documents as hits with their ranks. */
  hits(scored: readonly Scored[]): Hit[] {
    return scored.map(({ id, score }, i) => ({ trace: this.byId.get(id) as Trace, score, rank: i + 1 }));
  }
}

function isBetter(id: string, score: number, than: Scored): boolean {
  return score > than.score || (score === than.score && id < than.id);
}

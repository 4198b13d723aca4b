/** Search under a rule on pairs that only the caller knows: hits that it refuses make room for the next best. */
import type { Allowed, Hit, Query, TraceRetriever } from './types.js';

/** Hits asked for beyond k, so that one search is mostly enough. */
const SPARE = 8;

/**
 * The k best traces of each query among those that `allowed` lets pass: exactly those that a search over the allowed traces alone
 * would give. The rule is asked about would-be hits only.
 */
export async function searchAllowed<Q extends Query>(
  retriever: Pick<TraceRetriever, 'search' | 'searchAllowed'>,
  queries: readonly Q[],
  k: number,
  allowed: Allowed<Q>,
): Promise<Hit[][]> {
  if (retriever.searchAllowed) return retriever.searchAllowed(queries, k, allowed);
  const hits_Q = queries.map((): Hit[] => []);
  const refused_Q = queries.map(() => new Set<string>());
  let open = queries.map((_, q) => q);
  for (let spare = SPARE; open.length > 0; spare *= 4) {
    const found_Q = await retriever.search(
      open.map((q) => queries[q] as Q),
      { k: k + spare, excludeIds_Q: open.map((q) => refused_Q[q] as ReadonlySet<string>) },
    );
    open = open.filter((q, i) => {
      const found = found_Q[i] ?? [];
      const passed = found.filter(({ trace }) => {
        const passes = allowed(queries[q] as Q, trace);
        if (!passes) refused_Q[q]?.add(trace.id);
        return passes;
      });
      hits_Q[q] = passed.slice(0, k).map((hit, at) => ({ ...hit, rank: at + 1 }));
      // Others may stand behind those that were refused: where the list was full, or where a retriever may fall back on others.
      const mayHaveMore = found.length === k + spare || passed.length === 0;
      return passed.length < k && passed.length < found.length && mayHaveMore;
    });
  }
  return hits_Q;
}

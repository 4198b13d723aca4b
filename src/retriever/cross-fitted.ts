/** One retriever in parts: each searches for the queries whose labels it has not seen. */
import { closeAll } from '../core/closing.js';
import type { Hit, Query, SearchOptions, TraceRetriever, Truncated } from './types.js';

/** A part is opened at its first query, and all that are open are disposed of together. */
export class CrossFittedRetriever implements TraceRetriever {
  readonly name = 'cross-fitted';
  private readonly open: (fold: number | undefined) => Promise<TraceRetriever>;
  private readonly foldOf: (query: Query) => number | undefined;
  private readonly opened = new Map<number | undefined, TraceRetriever>();

  /** `open` opens the retriever of a fold; that of `undefined` searches for queries of no fold. */
  constructor(
    open: (fold: number | undefined) => Promise<TraceRetriever>,
    foldOf: (query: Query) => number | undefined,
  ) {
    this.open = open;
    this.foldOf = foldOf;
  }

  /** Each part reads all traces, and queries of its own. */
  get truncated(): Truncated {
    const counts = [...this.opened.values()].map((one) => one.truncated ?? { queries: 0, documents: 0 });
    return {
      queries: counts.reduce((sum, { queries }) => sum + queries, 0),
      documents: Math.max(0, ...counts.map(({ documents }) => documents)),
    };
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const { k, excludeIds_Q, onlyIds_Q } = options;
    const hits_Q = queries.map((): Hit[] => []);
    const folds = queries.map((query) => this.foldOf(query));
    for (const fold of new Set(folds)) {
      const own = [...queries.keys()].filter((q) => folds[q] === fold);
      const of = <T>(list_Q: readonly T[]) => own.map((q) => list_Q[q] as T);
      const found_Q = await (
        await this.partOf(fold)
      ).search(of(queries), {
        k,
        ...(excludeIds_Q && { excludeIds_Q: of(excludeIds_Q) }),
        ...(onlyIds_Q && { onlyIds_Q: of(onlyIds_Q) }),
      });
      for (const [i, q] of own.entries()) hits_Q[q] = found_Q[i] ?? [];
    }
    return hits_Q;
  }

  dispose(): Promise<void> {
    return closeAll(this.opened.values());
  }

  private async partOf(fold: number | undefined): Promise<TraceRetriever> {
    const part = this.opened.get(fold) ?? (await this.open(fold));
    this.opened.set(fold, part);
    return part;
  }
}

/** One retriever in parts: each searches for the queries whose labels it has not seen. */
import { closeAll } from '../core/closing.js';
import { likeness } from './diversify.js';
import type { Found, Hit, Query, SearchOptions, TraceRetriever, Truncated } from './types.js';

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
    return this.byParts(queries, (part, of) =>
      part.search(of(queries), {
        k,
        ...(excludeIds_Q && { excludeIds_Q: of(excludeIds_Q) }),
        ...(onlyIds_Q && { onlyIds_Q: of(onlyIds_Q) }),
      }),
    );
  }

  /** Each query's from the part that searches for it. */
  async vectorsOf(found_Q: readonly Found[]): Promise<Float32Array[][]> {
    const queries = found_Q.map(({ query }) => query);
    return this.byParts(queries, (part, of) => likeness(part, of(found_Q)));
  }

  dispose(): Promise<void> {
    return closeAll(this.opened.values());
  }

  /** What each part gives for its own queries, in the order of all; `of` picks its own from a list over them. */
  private async byParts<R>(
    queries: readonly Query[],
    work: (part: TraceRetriever, of: <T>(list_Q: readonly T[]) => T[]) => Promise<R[]>,
  ): Promise<R[]> {
    const folds = queries.map((query) => this.foldOf(query));
    const results = new Map<number, R>();
    for (const fold of new Set(folds)) {
      const own = [...queries.keys()].filter((q) => folds[q] === fold);
      const found = await work(await this.partOf(fold), (list_Q) => own.map((q) => list_Q[q]!));
      for (const [i, q] of own.entries()) results.set(q, found[i]!);
    }
    return queries.map((_, q) => results.get(q)!);
  }

  private async partOf(fold: number | undefined): Promise<TraceRetriever> {
    const part = this.opened.get(fold) ?? (await this.open(fold));
    this.opened.set(fold, part);
    return part;
  }
}

/** An index in memory: MaxSim with every document. */
import { inPlace, Slots } from '../../core/slots.js';
import { joinTexts, sliceTexts, type TokenVectors } from '../encode/token-vectors.js';
import type { Scorer } from '../encode/net/port.js';
import { bestOfChunks, ownersOf } from './best-chunks.js';
import { filterMask, rankFor } from './may-come-back.js';
import { refuseTwice } from './store/documents.js';
import { refuseSize } from './store/store.js';
import type { IndexDocument, IndexSearch, Scored, VectorIndex } from './types.js';

/** Scores held at once, queries times chunks. */
export const SCORE_CELLS = 1 << 24;

/** A {@link VectorIndex} over vectors that `scorer` keeps. */
export class ExactIndex implements VectorIndex {
  private readonly scorer: Scorer;
  private readonly dim: number;
  private readonly documents = new Map<string, IndexDocument>();
  /** What the scorer keeps; undefined after a change. */
  private kept: { ids: string[]; ownerOf: number[] } | undefined;

  private readonly close: () => Promise<void>;
  private readonly turn = new Slots(1);

  /** `close` is called when the index is disposed of. */
  constructor(scorer: Scorer, dim: number, close: () => Promise<void> = () => Promise.resolve()) {
    this.scorer = scorer;
    this.dim = dim;
    this.close = close;
  }

  get size(): number {
    return this.documents.size;
  }

  has(id: string): boolean {
    return this.documents.has(id);
  }

  add(documents: readonly IndexDocument[]): Promise<void> {
    return this.inTurn(() => {
      refuseTwice(
        documents.map(({ id }) => id),
        this,
      );
      for (const { id, chunks } of documents) refuseSize(id, chunks, this.dim);
      for (const document of documents) this.documents.set(document.id, document);
      this.kept = undefined;
    });
  }

  remove(ids: readonly string[]): Promise<number> {
    return this.inTurn(() => {
      const removed = ids.filter((id) => this.documents.delete(id)).length;
      if (removed > 0) this.kept = undefined;
      return removed;
    });
  }

  /** All documents, in the order in which they were added. */
  all(): IndexDocument[] {
    return [...this.documents.values()];
  }

  vectorsOf(ids: readonly string[]): Promise<TokenVectors[]> {
    return Promise.resolve(ids.map((id) => this.documents.get(id)?.chunks ?? joinTexts([], this.dim)));
  }

  search(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]> {
    return this.inTurn(() => this.find(queries, options));
  }

  dispose(): Promise<void> {
    return this.inTurn(() => this.close());
  }

  /** One call after the other: a change that comes between two products of a search would move its documents. */
  private inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    return inPlace(this.turn, async () => work());
  }

  private async find(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]> {
    const { ids, ownerOf } = (this.kept ??= await this.give());
    const mask = filterMask(options, ids, (at) => this.documents.get(ids[at] as string)?.fields);
    const total = queries.lengths.length;
    const chunks = ownerOf.length;
    const atOnce = Math.max(1, Math.floor(SCORE_CELLS / Math.max(1, chunks)));
    const scored_Q: Scored[][] = [];
    for (let from = 0; from < total; from += atOnce) {
      const to = Math.min(total, from + atOnce);
      const scores = await this.scorer.score(sliceTexts(queries, from, to));
      for (let q = from; q < to; q++) {
        const own = scores.subarray((q - from) * chunks, (q - from + 1) * chunks);
        scored_Q.push(rankFor(q, options, ids, bestOfChunks(own, ownerOf, ids.length), mask));
      }
    }
    return scored_Q;
  }

  /** Hands all vectors to the scorer. */
  private async give(): Promise<{ ids: string[]; ownerOf: number[] }> {
    const documents = [...this.documents.values()];
    const vectors = joinTexts(
      documents.map(({ chunks }) => chunks),
      this.dim,
    );
    await this.scorer.setDocuments(vectors);
    const ownerOf = ownersOf(documents.map(({ chunks }) => chunks.lengths.length));
    return { ids: documents.map(({ id }) => id), ownerOf };
  }
}

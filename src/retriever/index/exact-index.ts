/** An index in memory: MaxSim with every document. */
import { sliceTexts, type TokenVectors } from '../encode/token-vectors.js';
import type { Scorer } from '../encode/net/port.js';
import { optionsOf, rank } from '../score/ranking.js';
import type { IndexSearch, Scored, TokenIndex } from './types.js';

/** Scores held at once, queries times documents. */
const SCORE_CELLS = 1 << 24;

/** A {@link TokenIndex} over vectors that `scorer` keeps; it is not disposed of here. */
export class ExactIndex implements TokenIndex {
  private readonly scorer: Scorer;
  private readonly ids: readonly string[];

  private constructor(scorer: Scorer, ids: readonly string[]) {
    this.scorer = scorer;
    this.ids = ids;
  }

  static async of(scorer: Scorer, ids: readonly string[], vectors: TokenVectors): Promise<ExactIndex> {
    await scorer.setDocuments(vectors);
    return new ExactIndex(scorer, ids);
  }

  async search(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]> {
    const count = this.ids.length;
    const total = queries.lengths.length;
    const atOnce = Math.max(1, Math.floor(SCORE_CELLS / Math.max(1, count)));
    const scored_Q: Scored[][] = [];
    for (let from = 0; from < total; from += atOnce) {
      const to = Math.min(total, from + atOnce);
      const scores = await this.scorer.score(sliceTexts(queries, from, to));
      for (let q = from; q < to; q++) {
        const own = scores.subarray((q - from) * count, (q - from + 1) * count);
        scored_Q.push(rank(this.ids, own, optionsOf(options, q), `query ${q}`));
      }
    }
    return scored_Q;
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

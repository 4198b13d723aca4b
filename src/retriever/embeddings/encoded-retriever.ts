/** A retriever over any text encoder, in memory. */
import { openWhole } from '../../core/closing.js';
import type { Progress } from '../../core/progress.js';
import { inPlace, Slots } from '../../core/slots.js';
import type { Trace } from '../../data/types.js';
import { sharedVectors } from '../diversify.js';
import type { TextEncoder } from '../encode/types.js';
import type { DocumentText } from '../encode/text.js';
import { EncodedTraces } from '../library/encoded-traces.js';
import { exactIndexOf } from '../library/make-index.js';
import { RankedTraces } from '../score/ranking.js';
import { meanVector } from '../score/token-match.js';
import type { Found, Hit, Query, SearchOptions, TraceRetriever, Truncated } from '../types.js';

export class EncodedRetriever implements TraceRetriever {
  readonly name = 'encoded';
  private readonly encoded: EncodedTraces;
  private readonly ranked: RankedTraces;
  private readonly turn = new Slots(1);

  private constructor(encoded: EncodedTraces, traces: readonly Trace[]) {
    this.encoded = encoded;
    this.ranked = new RankedTraces(traces);
  }

  /** Encodes the traces; `encoder` is disposed of with the retriever, and where encoding fails. */
  static async over(
    encoder: TextEncoder,
    traces: readonly Trace[],
    { text, progress, threads }: { text: DocumentText; progress?: Progress | undefined; threads?: number | undefined },
  ): Promise<EncodedRetriever> {
    return openWhole(async (own) => {
      own(encoder);
      const index = own(await exactIndexOf(encoder, threads));
      const encoded = new EncodedTraces(encoder, text, index);
      await encoded.add(traces, { progress });
      return new EncodedRetriever(encoded, traces);
    });
  }

  get truncated(): Truncated {
    return this.encoded.truncated;
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const questions = queries.map(({ question }) => question);
    const { scored_Q } = await inPlace(this.turn, () => this.encoded.search(questions, options));
    return scored_Q.map((scored) => this.ranked.hits(scored));
  }

  async vectorsOf(found_Q: readonly Found[]): Promise<Float32Array[][]> {
    return sharedVectors(found_Q, async (traces) => {
      const found = await this.encoded.vectorsOf(traces.map(({ id }) => id));
      return found.map(({ vectors, dim }) => meanVector(vectors, dim));
    });
  }

  dispose(): Promise<void> {
    return inPlace(this.turn, () => this.encoded.dispose());
  }
}

/** A retriever over any text encoder, in memory. */
import type { Progress } from '../../core/progress.js';
import type { Trace } from '../../data/types.js';
import type { TextEncoder } from '../encode/types.js';
import type { DocumentText } from '../encode/text.js';
import { EncodedTraces } from '../library/encoded-traces.js';
import { exactIndexOf } from '../library/make-index.js';
import { RankedTraces } from '../score/ranking.js';
import { meanVector } from '../score/token-match.js';
import type { Hit, Query, SearchOptions, TraceRetriever, Truncated } from '../types.js';

export class EncodedRetriever implements TraceRetriever {
  readonly name = 'encoded';
  private readonly encoded: EncodedTraces;
  private readonly ranked: RankedTraces;

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
    const encoded = new EncodedTraces(encoder, text, await exactIndexOf(encoder, threads));
    try {
      await encoded.add(traces, { progress });
    } catch (error) {
      await encoded.dispose();
      throw error;
    }
    return new EncodedRetriever(encoded, traces);
  }

  get truncated(): Truncated {
    return this.encoded.truncated;
  }

  async search(queries: readonly Query[], options: SearchOptions): Promise<Hit[][]> {
    const questions = queries.map(({ question }) => question);
    const { scored_Q } = await this.encoded.search(questions, options);
    return scored_Q.map((scored) => this.ranked.hits(scored));
  }

  vectorsOf(traces: readonly Trace[]): Promise<Float32Array[]> {
    const { dim } = this.encoded.encoder.info;
    return Promise.resolve(traces.map(({ id }) => meanVector(this.encoded.vectorsOf(id).vectors, dim)));
  }

  dispose(): Promise<void> {
    return this.encoded.dispose();
  }
}

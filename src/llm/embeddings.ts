/** Embeddings from an OpenAI-compatible server: what was embedded once comes from the cache, the rest in batches within the budget. */
import type { Config } from '../config/index.js';
import { closeAll, openWhole } from '../core/closing.js';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { Rng } from '../core/rng.js';
import { forEachParallel } from '../core/slots.js';
import { Budget } from './budget.js';
import { embeddingsProtocol, type EmbeddingsReply, type EmbeddingsRequest } from './embeddings-protocol.js';
import { CallLedger } from './ledger.js';
import { LiveCalls } from './live.js';
import { modelPrice } from './settings.js';
import { openTransport, type Transport } from './transport.js';
import type { ChatFailure, Spending } from './types.js';
import { VectorCache } from './vector-cache.js';

export interface EmbeddingsSettings {
  /** Address of the server, up to and with `/v1`. */
  url: string;
  model: string;
  /** Length of the vectors, for models that can be asked for it; null: the model's own. */
  dimensions: number | null;
  /** Texts of one call. */
  batch: number;
}

export interface OpenEmbeddingsOptions {
  settings: EmbeddingsSettings;
  /** Section `llm` of the configuration: time limit, retries, calls at a time, prices and limits. */
  llm: Config['llm'];
  apiKey: string | undefined;
  /** Append-only file of vectors; what calls cost stands beside it. */
  cachePath: string;
  /** The key of the configuration that names the server, for errors. */
  where?: string;
  rng?: Rng;
  /** Wait before the first retry, in milliseconds. Default 500. */
  backoffMs?: number;
}

/** A server that turns texts into vectors. */
export class EmbeddingsClient {
  readonly settings: EmbeddingsSettings;
  private readonly calls: LiveCalls<EmbeddingsRequest, EmbeddingsReply>;
  private readonly cache: VectorCache;
  private readonly ledger: CallLedger;
  private readonly budget: Budget;
  private readonly transport: Transport;
  private readonly where: string;
  private cached = 0;
  private failed = 0;

  private constructor(
    parts: Pick<EmbeddingsClient, 'settings'> & {
      calls: LiveCalls<EmbeddingsRequest, EmbeddingsReply>;
      cache: VectorCache;
      ledger: CallLedger;
      budget: Budget;
      transport: Transport;
      where: string;
    },
  ) {
    this.settings = parts.settings;
    this.calls = parts.calls;
    this.cache = parts.cache;
    this.ledger = parts.ledger;
    this.budget = parts.budget;
    this.transport = parts.transport;
    this.where = parts.where;
  }

  /** Throws `run-folder` where another process uses the cache. The server is met at the first call. */
  static async open(options: OpenEmbeddingsOptions): Promise<EmbeddingsClient> {
    const { settings, llm, apiKey, cachePath, rng = Rng.fromSeed('embeddings'), backoffMs = 500 } = options;
    const { where = 'url' } = options;
    const { model, url: baseUrl } = settings;
    return openWhole(async (own) => {
      const cache = own(await VectorCache.open(cachePath));
      const ledger = own(await CallLedger.open(`${cachePath.replace(/\.jsonl$/, '')}.calls.jsonl`));
      const budget = new Budget(llm, modelPrice({ ...llm, model, batch: false }), ledger);
      const transport = own(openTransport({ baseUrl, apiKey, timeoutMs: llm.timeoutSeconds * 1000 }));
      const { concurrency, retries } = llm;
      const shared = { protocol: embeddingsProtocol, model, transport, budget, rng, where };
      const calls = new LiveCalls({ ...shared, concurrency, retries, backoffMs, structuredOutput: false });
      return new EmbeddingsClient({ settings, calls, cache, ledger, budget, transport, where });
    });
  }

  /**
   * Vectors of texts, in their order, as the server gives them. Equal texts are asked for once, ever. Throws `budget` where a limit was
   * reached and `llm` where the server gave no answer; what came by then is kept.
   */
  async embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]> {
    const keys = texts.map((text) => this.keyOf(text));
    const missing = new Map(
      keys.flatMap((key, i) => (this.cache.get(key) ? [] : [[key, texts[i] as string] as const])),
    );
    this.cached += texts.length - missing.size;
    const entries = [...missing];
    const { batch, dimensions } = this.settings;
    const batches = Array.from({ length: Math.ceil(entries.length / batch) }, (_, i) =>
      entries.slice(i * batch, (i + 1) * batch),
    );
    await forEachParallel(batches, this.calls.parallel, async (part) => {
      const request = { texts: part.map(([, text]) => text), ...(dimensions !== null && { dimensions }) };
      const outcome = await this.calls.ask(hashJson(part.map(([key]) => key)), request, signal);
      if (!outcome.ok) throw this.failure(outcome, signal);
      await this.cache.put(part.map(([key], i) => [key, outcome.reply.vectors[i] as Float32Array] as const));
    });
    return keys.map((key) => this.cache.get(key) as Float32Array);
  }

  /** Cached texts are counted, not cached calls. */
  spent(): Spending {
    return { ...this.budget.spent(), cachedCalls: this.cached, failedCalls: this.failed };
  }

  dispose(): Promise<void> {
    return closeAll([this.transport, this.ledger, this.cache]);
  }

  /** Everything that decides a vector: server, model, length, text. */
  private keyOf(text: string): string {
    const { url, model, dimensions } = this.settings;
    return hashJson(['embeddings', model, new URL(url).href.replace(/\/+$/, ''), dimensions, text]);
  }

  private failure({ kind, reason }: ChatFailure, signal: AbortSignal | undefined): unknown {
    if (kind === 'aborted') return signal?.reason ?? new Error(reason);
    if (kind !== 'budget') this.failed++;
    return new RaRftError({
      code: kind === 'budget' ? 'budget' : 'llm',
      message: `no embeddings from ${this.settings.model}: ${reason}`,
      where: this.where,
      hint: 'Vectors that came are kept: the same command goes on from there.',
    });
  }
}

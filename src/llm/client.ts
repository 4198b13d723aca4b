/** The client: replies from the cache where they are, one call for equal requests at the same time, else a call. */
import { closeAll } from '../core/closing.js';
import { endsWithin } from '../core/deadline.js';
import { Stops } from '../core/stops.js';
import type { Asker } from './asker.js';
import type { Budget } from './budget.js';
import type { ReplyCache } from './cache.js';
import type { CallLedger } from './ledger.js';
import { requestKey, type Replier } from './request.js';
import type { Transport } from './transport.js';
import type { ChatOutcome, ChatReply, ChatRequest, LlmClient, Spending } from './types.js';

export interface ClientParts {
  replier: Replier;
  cache: ReplyCache;
  asker: Asker;
  budget: Budget;
  ledger: CallLedger;
  transport: Transport;
}

/** What a call under way is given to come to its end when the client is closed: it may be paid for. */
const GRACE_MS = 5000;
/** What it is given after that to notice that it was called off. */
const NOTICE_MS = 1000;

export class CachedClient implements LlmClient {
  readonly model: string;
  readonly parallel: number;
  private readonly parts: ClientParts;
  private readonly underWay = new Map<string, Promise<ChatOutcome>>();
  /** One a call under way: they end it when the client is closed. */
  private readonly stops = new Stops();
  private cachedCalls = 0;
  private failedCalls = 0;

  constructor(parts: ClientParts) {
    this.parts = parts;
    this.model = parts.replier.model;
    this.parallel = parts.asker.parallel;
  }

  async complete(request: ChatRequest, signal?: AbortSignal): Promise<ChatOutcome> {
    const key = requestKey(this.parts.replier, request);
    for (;;) {
      const kept = this.parts.cache.get(key);
      if (kept) return this.fromCache(kept);
      const shared = this.underWay.get(key);
      if (!shared) break;
      const outcome = await shared;
      if (outcome.ok) return this.fromCache(outcome.reply);
      // The other caller went away; this one still wants an answer.
      if (outcome.kind !== 'aborted') return outcome;
    }
    const call = this.call(key, request, signal);
    this.underWay.set(key, call);
    try {
      return await call;
    } finally {
      this.underWay.delete(key);
    }
  }

  spent(): Spending {
    const { cachedCalls, failedCalls } = this;
    return { ...this.parts.budget.spent(), cachedCalls, failedCalls };
  }

  async dispose(): Promise<void> {
    if (!(await this.quietWithin(GRACE_MS))) {
      this.stops.abort(new Error('the client was closed'));
      await this.quietWithin(NOTICE_MS);
    }
    const { asker, transport, ledger, cache } = this.parts;
    await closeAll([asker, transport, ledger, cache]);
  }

  private quietWithin(timeoutMs: number): Promise<boolean> {
    return endsWithin(timeoutMs, Promise.allSettled(this.underWay.values()));
  }

  private async call(key: string, request: ChatRequest, signal: AbortSignal | undefined): Promise<ChatOutcome> {
    const outcome = await this.stops.run(signal, (stop) => this.parts.asker.ask(key, request, stop));
    if (!outcome.ok) {
      if (outcome.kind === 'server' || outcome.kind === 'network') this.failedCalls++;
      return outcome;
    }
    await this.parts.cache.put({ key, model: this.model, request, reply: outcome.reply });
    return { ok: true, reply: { ...outcome.reply, cached: false } };
  }

  private fromCache(reply: Omit<ChatReply, 'cached'>): ChatOutcome {
    this.cachedCalls++;
    return { ok: true, reply: { ...reply, cached: true } };
  }
}

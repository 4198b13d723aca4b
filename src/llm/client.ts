/** The client: replies from the cache where they are, one call for equal requests at the same time, else a call. */
import type { Asker } from './asker.js';
import type { Budget } from './budget.js';
import type { ReplyCache } from './cache.js';
import type { CallLedger } from './ledger.js';
import { requestKey } from './request.js';
import type { ChatOutcome, ChatReply, ChatRequest, LlmClient, Spending } from './types.js';

export interface ClientParts {
  model: string;
  cache: ReplyCache;
  asker: Asker;
  budget: Budget;
  ledger: CallLedger;
}

export class CachedClient implements LlmClient {
  readonly model: string;
  readonly parallel: number;
  private readonly parts: ClientParts;
  private readonly underWay = new Map<string, Promise<ChatOutcome>>();
  private cachedCalls = 0;
  private failedCalls = 0;

  constructor(parts: ClientParts) {
    this.parts = parts;
    this.model = parts.model;
    this.parallel = parts.asker.parallel;
  }

  async complete(request: ChatRequest, signal?: AbortSignal): Promise<ChatOutcome> {
    const key = requestKey(this.model, request);
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
    await Promise.allSettled(this.underWay.values());
    await this.parts.asker.dispose();
    await this.parts.ledger.close();
    await this.parts.cache.close();
  }

  private async call(key: string, request: ChatRequest, signal: AbortSignal | undefined): Promise<ChatOutcome> {
    const outcome = await this.parts.asker.ask(key, request, signal);
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

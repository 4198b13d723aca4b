/** Calls answered at once: some at a time, each tried again while the server says later or the connection breaks. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ErrorCode, RaRftError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import { budgetFailure, stopped } from './asker.js';
import type { Budget } from './budget.js';
import { chatBody, fullDialect, usageAtMost, type Dialect } from './request.js';
import { backoffMs } from '../core/http/waits.js';
import { nextStep, type Step } from './retry.js';
import { Slots } from '../core/slots.js';
import type { HttpResult, Transport } from './transport.js';
import type { ChatFailure, ChatReply, ChatRequest, ChatUsage } from './types.js';
import { unusable } from './unusable.js';

/** One kind of call: how it is put, what it may take, and what its answers mean. */
export interface Protocol<Request, Reply extends { usage: ChatUsage }> {
  path: string;
  body(model: string, request: Request, dialect: Dialect): unknown;
  usageAtMost(request: Request): ChatUsage;
  nextStep(result: HttpResult, request: Request, dialect: Dialect, now: number): Step<Reply>;
  /** Longest time of a call, in milliseconds. Default: the transport's. */
  timeoutMs?(request: Request): number;
}

export const chatProtocol: Protocol<ChatRequest, Omit<ChatReply, 'cached'>> = {
  path: '/chat/completions',
  body: chatBody,
  usageAtMost,
  nextStep,
};

export interface LiveOptions<Request, Reply extends { usage: ChatUsage }> {
  protocol: Protocol<Request, Reply>;
  /** The key of the configuration that names the server, for errors. */
  where?: string;
  /** Code of the error of a server that cannot be used. Default `llm`. */
  code?: ErrorCode;
  model: string;
  transport: Pick<Transport, 'post'>;
  budget: Pick<Budget, 'reserve'>;
  /** Jitter of the waits. */
  rng: Rng;
  concurrency: number;
  /** Further tries after the first. */
  retries: number;
  /** Whether to ask for a schema at all. */
  structuredOutput: boolean;
  /** Wait before the first retry, in milliseconds; doubles from there. */
  backoffMs: number;
}

export type LiveOutcome<Reply> = { ok: true; reply: Reply } | ChatFailure;

/** A server that asks for a longer wait than this is taken to be closed for now. */
const MAX_WAIT_MS = 15 * 60_000;
/** So many requests in a row that came to nothing: the server is down. */
const LEAST_DEAD_IN_A_ROW = 16;

export class LiveCalls<Request, Reply extends { usage: ChatUsage }> {
  readonly parallel: number;
  private readonly options: LiveOptions<Request, Reply>;
  private readonly slots: Slots;
  private dialect: Dialect;
  private answered = false;
  private deadInARow = 0;

  constructor(options: LiveOptions<Request, Reply>) {
    this.options = options;
    this.parallel = options.concurrency;
    this.slots = new Slots(options.concurrency);
    this.dialect = { ...fullDialect, ...(!options.structuredOutput && { schema: 'none' as const }) };
  }

  /** Throws `llm` (or the `code` of the options) where the server cannot be used at all: no other request would fare better. */
  async ask(key: string, request: Request, signal?: AbortSignal): Promise<LiveOutcome<Reply>> {
    const release = await this.slots.take();
    try {
      return await this.tryUntilDone(key, request, signal);
    } catch (error) {
      if (!signal?.aborted) throw error;
      return stopped;
    } finally {
      release();
    }
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }

  private async tryUntilDone(
    key: string,
    request: Request,
    signal: AbortSignal | undefined,
  ): Promise<LiveOutcome<Reply>> {
    const { rng, retries, backoffMs: baseMs } = this.options;
    let { dialect } = this;
    for (let attempt = 0; ;) {
      signal?.throwIfAborted();
      const step = await this.call(key, request, dialect, signal);
      if (step === undefined) return budgetFailure;
      if (step.kind === 'reply') {
        this.answered = true;
        this.deadInARow = 0;
        this.dialect = dialect; // a way that works; a refusal of this one request is no reason to ask others otherwise
        return { ok: true, reply: step.reply };
      }
      if (step.kind === 'failed') return { ok: false, kind: 'server', reason: step.reason, retriable: false };
      if (step.kind === 'fatal') {
        if (step.always || !this.answered) throw this.unusable(step.reason);
        return { ok: false, kind: 'server', reason: step.reason, retriable: false };
      }
      if (step.kind === 'adapt') {
        dialect = step.dialect; // put another way, which is no retry; there are few ways
        continue;
      }
      if (attempt === retries || (step.waitMs ?? 0) > MAX_WAIT_MS) return this.giveUp(step, attempt + 1);
      const jitter = rng.fork(`${key}/${attempt}`);
      // What the server asks for is waited in full, and a moment more, so that callers do not come back all at once.
      const waitMs =
        step.waitMs === undefined ? backoffMs(attempt, baseMs, jitter) : step.waitMs + baseMs * jitter.next();
      attempt++;
      await sleep(waitMs, undefined, { signal });
    }
  }

  /** One HTTP call within the budget; undefined where the budget has no room for it. */
  private async call(
    key: string,
    request: Request,
    dialect: Dialect,
    signal: AbortSignal | undefined,
  ): Promise<Step<Reply> | undefined> {
    const { model, transport, budget, protocol } = this.options;
    const reservation = await budget.reserve(key, protocol.usageAtMost(request));
    if (!reservation) return undefined;
    let step: Step<Reply> | undefined;
    try {
      await reservation.sent();
      const body = protocol.body(model, request, dialect);
      const result = await transport.post(protocol.path, body, signal, protocol.timeoutMs?.(request));
      step = protocol.nextStep(result, request, dialect, Date.now());
    } finally {
      if (step?.kind === 'reply') await reservation.paid(step.reply.usage);
      else if (!step || (step.kind === 'again' && step.lost)) reservation.lost();
      else await reservation.free();
    }
    return step;
  }

  private giveUp(step: Extract<Step<Reply>, { kind: 'again' }>, tries: number): ChatFailure {
    this.deadInARow++;
    if (!step.reached && !this.answered) throw this.unusable(step.reason);
    if (this.deadInARow >= Math.max(LEAST_DEAD_IN_A_ROW, 2 * this.parallel)) {
      throw this.unusable(`${this.deadInARow} requests in a row came to nothing; the last: ${step.reason}`);
    }
    return { ok: false, kind: step.why, reason: `${step.reason} (${tries} tries)`, retriable: true };
  }

  private unusable(reason: string): RaRftError {
    return unusable(reason, this.options.where, this.options.code);
  }
}

/** What to do about the result of one call: take it, put it otherwise, try again later, give up, or stop altogether. */
import type { Rng } from '../core/rng.js';
import { adapt, isBrokenOff, parseCompletion, type Dialect } from './request.js';
import type { HttpResult } from './transport.js';
import type { ChatReply, ChatRequest } from './types.js';

export type Step<Reply = Omit<ChatReply, 'cached'>> =
  | { kind: 'reply'; reply: Reply }
  | { kind: 'adapt'; dialect: Dialect }
  /** `lost`: the call may have been charged all the same. */
  | { kind: 'again'; why: 'server' | 'network'; reason: string; waitMs?: number; lost: boolean; reached: boolean }
  | { kind: 'failed'; reason: string }
  /** Every other request would fare no better. `always` is false where it only looks so before the first reply. */
  | { kind: 'fatal'; reason: string; always: boolean };

const retriableStatuses = new Set([408, 409, 425, 429]);

/** How the answers to one kind of call are read. */
export interface AnswerReader<Reply> {
  /** What an answer is, for people. */
  what: string;
  /** Undefined where a body is none. */
  parse(body: unknown): Reply | undefined;
  /** Why there is no use in a reply; undefined where there is. */
  faultOf(reply: Reply): string | undefined;
  /** Another way to put a request that was refused; undefined where there is none. */
  adapt(status: number, text: string): Dialect | undefined;
}

/** {@link stepAfter} a chat completion call. */
export function nextStep(result: HttpResult, request: ChatRequest, dialect: Dialect, now: number): Step {
  const reader: AnswerReader<Omit<ChatReply, 'cached'>> = {
    what: 'chat completion',
    parse: (body) => parseCompletion(body, request),
    faultOf: (reply) => (isBrokenOff(reply) ? `the server broke the reply off (${reply.finishReason})` : undefined),
    adapt: (status, text) => adapt(dialect, request, status, text),
  };
  return stepAfter(result, reader, now);
}

/** Decides by the result alone. `now` (milliseconds since 1970) is for Retry-After dates. */
export function stepAfter<Reply>(result: HttpResult, reader: AnswerReader<Reply>, now: number): Step<Reply> {
  if (result.kind === 'broken') {
    return { kind: 'again', why: 'network', reason: result.reason, lost: result.reached, reached: result.reached };
  }
  const { status, text } = result;
  if (status >= 200 && status < 300) {
    const reply = reader.parse(parseJson(text));
    const fault = reply ? reader.faultOf(reply) : `the answer is no ${reader.what}: ${shortText(text)}`;
    if (!reply || fault !== undefined)
      return { kind: 'again', why: 'server', reason: fault ?? '', lost: true, reached: true };
    return { kind: 'reply', reply };
  }
  const said = status >= 300 && status < 400 ? 'a redirect, which is not followed' : serverMessage(text);
  const reason = `status ${status}: ${said}`;
  if (status === 401 || status === 402 || text.includes('insufficient_quota')) {
    return { kind: 'fatal', reason, always: true };
  }
  const adapted = reader.adapt(status, text);
  if (adapted) return { kind: 'adapt', dialect: adapted };
  if (retriableStatuses.has(status) || status >= 500) {
    const waitMs = retryAfterMs(result.retryAfter, now);
    return {
      kind: 'again',
      why: 'server',
      reason,
      ...(waitMs !== undefined && { waitMs }),
      lost: false,
      reached: true,
    };
  }
  if (status === 403 || status === 404) return { kind: 'fatal', reason, always: false };
  return { kind: 'failed', reason };
}

/** Milliseconds that a Retry-After header asks for: seconds, or a date. Undefined where there is none that makes sense. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

const MAX_BACKOFF_MS = 60_000;

/** Wait before try `attempt` + 1 (from 0): doubling, and drawn from its upper half so that callers do not come back at once. */
export function backoffMs(attempt: number, baseMs: number, rng: Rng): number {
  const full = Math.min(MAX_BACKOFF_MS, baseMs * 2 ** attempt);
  return full * (0.5 + 0.5 * rng.next());
}

/** The message in a server's error, or the beginning of whatever it sent. */
export function serverMessage(text: string): string {
  const { error } = (parseJson(text) ?? {}) as { error?: { message?: unknown } | string };
  const message = typeof error === 'string' ? error : error?.message;
  return shortText(typeof message === 'string' ? message : text);
}

/** JSON, or undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function shortText(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 200 ? line : `${line.slice(0, 197)}...`;
}

/** What to do about the result of one call: take it, put it otherwise, try again later, give up, or stop altogether. */
import { parseJson, shortText } from '../core/http/text.js';
import { retryAfterMs } from '../core/http/waits.js';
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

/** The message in a server's error, or the beginning of whatever it sent. */
export function serverMessage(text: string): string {
  const { error } = (parseJson(text) ?? {}) as { error?: { message?: unknown } | string };
  const message = typeof error === 'string' ? error : error?.message;
  return shortText(typeof message === 'string' ? message : text);
}

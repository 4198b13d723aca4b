/** What stands behind a client: something that pays for a reply, now or by way of a batch. It knows no cache of replies. */
import type { ChatFailure, ChatReply, ChatRequest } from './types.js';

export type AskOutcome = { ok: true; reply: Omit<ChatReply, 'cached'> } | ChatFailure;

export interface Asker {
  /** Requests to keep open at a time. */
  readonly parallel: number;
  /** Throws `llm` where the server cannot be used at all: no other request would fare better. */
  ask(key: string, request: ChatRequest, signal?: AbortSignal): Promise<AskOutcome>;
  dispose(): Promise<void>;
}

export const budgetFailure: ChatFailure = {
  ok: false,
  kind: 'budget',
  reason: 'the limit of money or calls was reached',
  retriable: true,
};

export const stopped: ChatFailure = { ok: false, kind: 'aborted', reason: 'stopped by the caller', retriable: true };

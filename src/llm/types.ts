/** What the project asks of a language model behind an OpenAI-compatible server: one chat completion at a time. */

export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** One question to the model. Everything in here is part of the cache's key: an equal request is never paid twice. */
export interface ChatRequest {
  messages: readonly ChatMessage[];
  /** Names the prompt's wording (`judge-1/3f2a...`); another version is another request, even where the text agrees. */
  promptVersion: string;
  /** Longest reply. */
  maxTokens: number;
  /** Default 0. */
  temperature?: number;
  /** Tells apart several answers to the same messages (votes, second tries), and seeds servers that can be seeded. */
  seed?: number;
  /** Asks for JSON of this schema, where the server can be held to it; a reply is text all the same, to be parsed with care. */
  jsonSchema?: Readonly<Record<string, unknown>>;
}

export interface ChatUsage {
  promptTokens: number;
  completionTokens: number;
}

export interface ChatReply {
  text: string;
  /** `stop`, `length` (cut at maxTokens), `refusal`, `content_filter`, or what else the server says. */
  finishReason: string;
  usage: ChatUsage;
  /** From the cache, or shared with an equal request under way: nothing was paid for it. */
  cached: boolean;
}

/**
 * Why there is no reply.
 * - `server`: the server refused the request, or failed after all retries
 * - `network`: no answer after all retries (broken connection, time-out)
 * - `budget`: maxUsd or maxCalls was reached, the request was not sent: stop asking, it is no failure of the request
 * - `aborted`: the caller's signal
 */
export type ChatFailureKind = 'server' | 'network' | 'budget' | 'aborted';

export interface ChatFailure {
  ok: false;
  kind: ChatFailureKind;
  /** One line for people; holds no key. */
  reason: string;
  /** Whether the same request may go through later. */
  retriable: boolean;
}

export type ChatOutcome = { ok: true; reply: ChatReply } | ChatFailure;

/** What this client has cost since it was opened. */
export interface Spending {
  /** Calls that were answered and are paid for. */
  calls: number;
  /** Replies from the cache. */
  cachedCalls: number;
  /** Requests that got no reply in the end. */
  failedCalls: number;
  /** Calls without an answer that the server may have done and charged all the same (time-outs, cut connections). */
  lostCalls: number;
  promptTokens: number;
  completionTokens: number;
  /** Price of the answered calls; null where the price of the model is not known. */
  usd: number | null;
  /** Price of the lost calls at most. */
  lostUsdAtMost: number | null;
  /** Calls over the life of the cache, earlier commands and lost calls included: what `llm.maxCalls` limits. */
  callsInAll: number;
  /** Their price, lost calls at their most: what `llm.maxUsd` limits. */
  usdInAll: number | null;
}

/** A model to talk to. Never throws for a request that failed: the outcome says so. */
export interface LlmClient {
  /** Name of the model, as in labels and traces. */
  readonly model: string;
  /** How many requests a caller should keep open at a time: the concurrency of a live server, or the size of a batch. */
  readonly parallel: number;
  complete(request: ChatRequest, signal?: AbortSignal): Promise<ChatOutcome>;
  spent(): Spending;
  /** Waits for the cache to be written and gives it back. */
  dispose(): Promise<void>;
}

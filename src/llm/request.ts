/** A request as the server takes it, a reply as the server gives it, and the key under which the two are kept. */
import type { Config } from '../config/index.js';
import { hashJson } from '../core/hash.js';
import type { ChatReply, ChatRequest, ChatUsage } from './types.js';

/** What a server turned out to understand; found out by its refusals, see {@link adapt}. */
export interface Dialect {
  /** How a reply is held to a schema: OpenAI's way, that of llama.cpp's Python server, or not at all. */
  schema: 'json_schema' | 'json_object' | 'none';
  tokensField: 'max_tokens' | 'max_completion_tokens';
  /** Some reasoning models take their own temperature only. */
  temperature: boolean;
  /** Some servers know no seed: votes differ by their draws then. */
  seed: boolean;
}

export const fullDialect: Dialect = { schema: 'json_schema', tokensField: 'max_tokens', temperature: true, seed: true };

/** Whose reply it is: another model, another server, or one that is not held to schemas says something else. */
export type Replier = Pick<Config['llm'], 'baseUrl' | 'structuredOutput'> & { model: string };

/**
 * The key of a request: everything that decides the reply. That is model, server, prompt version, parameters and messages; how
 * a request is put to a server that refuses some field is not part of it.
 */
export function requestKey({ model, baseUrl, structuredOutput }: Replier, request: ChatRequest): string {
  const { jsonSchema, ...free } = requestFields(request);
  const fields = structuredOutput && jsonSchema ? { ...free, jsonSchema } : free;
  return hashJson(['chat', model, new URL(baseUrl).href.replace(/\/+$/, ''), fields]);
}

/** The request with its defaults, in a fixed order: what the cache keeps. */
export function requestFields(request: ChatRequest): Required<Omit<ChatRequest, 'seed' | 'jsonSchema'>> & ChatRequest {
  const { promptVersion, maxTokens, temperature = 0, seed, jsonSchema, messages } = request;
  const optional = { ...(seed !== undefined && { seed }), ...(jsonSchema && { jsonSchema }) };
  return { promptVersion, maxTokens, temperature, ...optional, messages };
}

/** The body of a chat completion call. */
export function chatBody(model: string, request: ChatRequest, dialect: Dialect): Record<string, unknown> {
  const { messages, maxTokens, temperature, seed, jsonSchema } = requestFields(request);
  return {
    model,
    messages,
    [dialect.tokensField]: maxTokens,
    ...(dialect.temperature && { temperature }),
    ...(seed !== undefined && dialect.seed && { seed }),
    ...(jsonSchema && dialect.schema !== 'none' && { response_format: responseFormat(jsonSchema, dialect.schema) }),
  };
}

function responseFormat(schema: object, way: 'json_schema' | 'json_object'): Record<string, unknown> {
  if (way === 'json_object') return { type: way, schema };
  return { type: way, json_schema: { name: 'reply', strict: true, schema } };
}

/** What servers say of a field that they do not take. */
const refuses = (field: string) => {
  const no = '(?:unsupported|not support|unrecognized|unknown|unexpected|not permitted|not allowed|no longer)';
  return new RegExp(`${no}[^.]*\\b${field}\\b|\\b${field}\\b[^.]*${no}`, 'i');
};
const refusesTokens = refuses('max_tokens');
const refusesTemperature = refuses('temperature');
const refusesSeed = refuses('seed');

/**
 * Another way to put a request that the server refused as malformed; undefined where there is none left. The fields it
 * names are changed first; a server that names nothing is tried with less of the schema. Some servers call a field they do
 * not know an internal error; it is believed where they name the field.
 */
export function adapt(dialect: Dialect, request: ChatRequest, status: number, text: string): Dialect | undefined {
  const malformed = status === 400 || status === 422 || (status === 500 && text.includes('response_format'));
  if (!malformed) return undefined;
  if (dialect.tokensField === 'max_tokens' && (text.includes('max_completion_tokens') || refusesTokens.test(text))) {
    return { ...dialect, tokensField: 'max_completion_tokens' };
  }
  if (dialect.temperature && refusesTemperature.test(text)) return { ...dialect, temperature: false };
  if (dialect.seed && request.seed !== undefined && refusesSeed.test(text)) return { ...dialect, seed: false };
  if (!request.jsonSchema || dialect.schema === 'none') return undefined;
  return { ...dialect, schema: dialect.schema === 'json_schema' ? 'json_object' : 'none' };
}

interface Completion {
  choices?: {
    finish_reason?: unknown;
    message?: { content?: unknown; refusal?: unknown };
  }[];
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown };
}

/** A chat completion, or undefined where the body is none. A server that counts no tokens gets {@link estimateTokens}. */
export function parseCompletion(body: unknown, request: ChatRequest): Omit<ChatReply, 'cached'> | undefined {
  const { choices, usage } = (body ?? {}) as Completion;
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  const message = choice?.message;
  if (!choice || message === null || typeof message !== 'object') return undefined;
  const refusal = typeof message.refusal === 'string' && message.refusal !== '' ? message.refusal : undefined;
  const text = refusal ?? textOf(message.content ?? '');
  if (text === undefined) return undefined;
  const counted = [usage?.prompt_tokens, usage?.completion_tokens].map((n) => (typeof n === 'number' ? n : undefined));
  return {
    text,
    finishReason: refusal === undefined ? finishOf(choice.finish_reason, usage?.completion_tokens, request) : 'refusal',
    usage: {
      promptTokens: counted[0] ?? estimateTokens(promptBytes(request)),
      completionTokens: counted[1] ?? estimateTokens(Buffer.byteLength(text)),
    },
  };
}

/** A content as text: some servers give it in parts, of which those that hold thinking are left out. */
function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const parts = content as { type?: unknown; text?: unknown }[];
  return parts.flatMap((part) => (part?.type === 'text' && typeof part.text === 'string' ? [part.text] : [])).join('');
}

/** Why a reply ended, in OpenAI's words. A server that does not say is believed by its count. */
export function finishOf(
  reason: unknown,
  completionTokens: unknown,
  { maxTokens }: Pick<ChatRequest, 'maxTokens'>,
): string {
  if (typeof reason !== 'string') return Number(completionTokens ?? 0) >= maxTokens ? 'length' : 'stop';
  return /^(?:length|model_length|max_?(?:output_?)?tokens)$/i.test(reason) ? 'length' : reason;
}

/** Whether the server gave up on a reply: what there is of it is no reply, and is not kept as one. */
export function isBrokenOff({ finishReason }: Pick<ChatReply, 'finishReason'>): boolean {
  return /^(?:abort(?:ed)?|cancel(?:led|ed)?|error|timeout)$/i.test(finishReason);
}

/** Ends of a reply that is whole, as servers name them. A refusal is one: the model says that it gives no answer. */
const WHOLE = /^(?:stop|stop_sequence|eos|eos_token|end_turn|completed?|refusal)$/i;

/** Whether the model ended a reply by itself: no limit did, and the server did not give up on it. */
export function isWhole({ finishReason }: Pick<ChatReply, 'finishReason'>): boolean {
  return WHOLE.test(finishReason);
}

const SLOWEST_TOKENS_PER_SECOND = 10;

/** Time that a reply of so many tokens may take at least: a long answer is no stalled one. */
export function leastSeconds(maxTokens: number): number {
  return maxTokens / SLOWEST_TOKENS_PER_SECOND;
}

/** Bytes of what the model reads. */
export function promptBytes(request: ChatRequest): number {
  return request.messages.reduce((sum, m) => sum + Buffer.byteLength(m.content), 0);
}

/** About four bytes of English are one token. */
export function estimateTokens(bytes: number): number {
  return Math.ceil(bytes / 4);
}

/** Tokens that a chat template may put around one message, generously. */
const TOKENS_AROUND_MESSAGE = 16;

/**
 * The most tokens a call should take: a token for every two bytes (English has four a token, formulas two to three), and
 * a reply as long as it may be. A budget corrects it by what calls turn out to take.
 */
export function usageAtMost(request: ChatRequest): ChatUsage {
  const schemaBytes = request.jsonSchema ? Buffer.byteLength(JSON.stringify(request.jsonSchema)) : 0;
  const text = Math.ceil((promptBytes(request) + schemaBytes) / 2);
  return {
    promptTokens: text + TOKENS_AROUND_MESSAGE * (request.messages.length + 1),
    completionTokens: request.maxTokens,
  };
}

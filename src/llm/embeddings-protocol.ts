/** The call `/embeddings` of OpenAI-compatible servers. */
import type { Protocol } from './live.js';
import { estimateTokens } from './request.js';
import { stepAfter } from './retry.js';
import type { ChatUsage } from './types.js';

export interface EmbeddingsRequest {
  texts: readonly string[];
  /** Length of the vectors, for models that can be asked for it. */
  dimensions?: number | undefined;
}

export interface EmbeddingsReply {
  /** In the order of the texts, as the server gave them. */
  vectors: Float32Array[];
  usage: ChatUsage;
}

/** Tokens that a server may put around one text, generously. */
const TOKENS_AROUND_TEXT = 8;

export const embeddingsProtocol: Protocol<EmbeddingsRequest, EmbeddingsReply> = {
  path: '/embeddings',
  body: (model, { texts, dimensions }) => {
    return { model, input: texts, encoding_format: 'float', ...(dimensions !== undefined && { dimensions }) };
  },
  usageAtMost: (request) => {
    const promptTokens = Math.ceil(bytesOf(request) / 2) + TOKENS_AROUND_TEXT * request.texts.length;
    return { promptTokens, completionTokens: 0 };
  },
  nextStep: (result, request, _dialect, now) => {
    const reader = {
      what: `list of ${request.texts.length} embeddings`,
      parse: (body: unknown) => parseEmbeddings(body, request),
      faultOf: () => undefined,
      adapt: () => undefined,
    };
    return stepAfter(result, reader, now);
  },
};

interface Body {
  data?: { index?: unknown; embedding?: unknown }[];
  usage?: { prompt_tokens?: unknown };
}

/** One vector a text, put in the order of the texts; undefined where the body is anything else. */
export function parseEmbeddings(body: unknown, request: EmbeddingsRequest): EmbeddingsReply | undefined {
  const { data, usage } = (body ?? {}) as Body;
  const { texts } = request;
  if (!Array.isArray(data) || data.length !== texts.length) return undefined;
  const vectors: (Float32Array | undefined)[] = texts.map(() => undefined);
  for (const [at, item] of data.entries()) {
    const index = typeof item?.index === 'number' ? item.index : at;
    const vector = vectorOf(item?.embedding);
    if (!vector || !(index in vectors) || vectors[index]) return undefined;
    vectors[index] = vector;
  }
  const counted = usage?.prompt_tokens;
  const promptTokens = typeof counted === 'number' ? counted : estimateTokens(bytesOf(request));
  return { vectors: vectors as Float32Array[], usage: { promptTokens, completionTokens: 0 } };
}

function vectorOf(embedding: unknown): Float32Array | undefined {
  if (!Array.isArray(embedding) || embedding.length === 0) return undefined;
  const numbers = embedding as unknown[];
  return numbers.every((value) => typeof value === 'number' && Number.isFinite(value))
    ? Float32Array.from(numbers as number[])
    : undefined;
}

function bytesOf({ texts }: EmbeddingsRequest): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** A completion as servers give it: one reading of what vLLM, SGLang, llama.cpp and OpenAI write differently. */
import { finishOf } from '../../llm/request.js';

export interface Completion {
  text: string;
  /** In OpenAI's words; empty where the server does not say. */
  finishReason: string;
  /** Ids of the tokens that were drawn; undefined where the server gives text alone. With `echo` they are not read. */
  tokens?: number[];
  /** log p of each token, with `echo` those of the prompt first; null where the server has none. */
  logprobs?: (number | null)[];
  /** log p of each prompt token as vLLM gives them, by token id; null at the first. */
  promptLogprobs?: (Readonly<Record<string, unknown>> | null)[];
  /** The token that ended the response, where the server names it. */
  endToken?: number;
  promptTokens?: number;
  completionTokens?: number;
}

interface Body {
  choices?: {
    text?: unknown;
    finish_reason?: unknown;
    stop_reason?: unknown;
    matched_stop?: unknown;
    token_ids?: unknown;
    prompt_logprobs?: unknown;
    logprobs?: { tokens?: unknown; token_logprobs?: unknown; content?: unknown } | null;
  }[];
  usage?: { prompt_tokens?: unknown; completion_tokens?: unknown };
}

/** The first choice of a body; undefined where there is none. */
export function parseCompletion(body: unknown, { maxTokens }: { maxTokens: number }): Completion | undefined {
  const { choices, usage } = (body ?? {}) as Body;
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  if (typeof choice?.text !== 'string') return undefined;
  const { finish_reason: reason, stop_reason, matched_stop, prompt_logprobs: promptLogprobs } = choice;
  const tokens = drawnTokens(choice);
  const logprobs = tokenLogprobs(choice.logprobs);
  const endToken = [stop_reason, matched_stop].find(isId);
  const [promptTokens, completionTokens] = [usage?.prompt_tokens, usage?.completion_tokens].map((count) =>
    isId(count) ? count : undefined,
  );
  return {
    text: choice.text,
    finishReason: typeof reason === 'string' ? finishOf(reason, completionTokens, { maxTokens }) : '',
    ...(tokens && { tokens }),
    ...(logprobs && { logprobs }),
    ...(Array.isArray(promptLogprobs) && { promptLogprobs: promptLogprobs as Completion['promptLogprobs'] & object }),
    ...(endToken !== undefined && { endToken }),
    ...(promptTokens !== undefined && { promptTokens }),
    ...(completionTokens !== undefined && { completionTokens }),
  };
}

/** `token_ids` (vLLM, SGLang), `token_id:17` in place of texts (older vLLM), or ids beside log-probabilities (llama.cpp). */
function drawnTokens({ token_ids, logprobs }: NonNullable<Body['choices']>[number]): number[] | undefined {
  if (isListOf(token_ids, isId)) return token_ids;
  const { tokens, content } = logprobs ?? {};
  if (isListOf(tokens, (token): token is string => typeof token === 'string' && /^token_id:\d+$/.test(token)))
    return tokens.map((token) => Number(token.slice('token_id:'.length)));
  if (!Array.isArray(content)) return undefined;
  const ids = content.map((item: { id?: unknown } | null) => item?.id);
  return isListOf(ids, isId) ? ids : undefined;
}

function tokenLogprobs(logprobs: NonNullable<Body['choices']>[number]['logprobs']): (number | null)[] | undefined {
  const { token_logprobs: list, content } = logprobs ?? {};
  if (Array.isArray(list)) return list.map(logprobOf);
  if (!Array.isArray(content)) return undefined;
  return content.map((item: { logprob?: unknown } | null) => logprobOf(item?.logprob));
}

/** What servers write for minus infinity, which JSON has not: vLLM this, llama.cpp the lowest float. */
const NO_PROBABILITY = -9999;

/** null where it is no number: JSON writes NaN so, too. */
export function logprobOf(value: unknown): number | null {
  if (typeof value !== 'number') return null;
  return value <= NO_PROBABILITY ? -Infinity : value;
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(is);
}

/** The call `/completions`: token ids in, and out where the server gives them. */
import { isBrokenOff, leastSeconds } from '../../llm/request.js';
import type { Protocol } from '../../llm/live.js';
import { stepAfter } from '../../llm/retry.js';
import type { ChatUsage } from '../../llm/types.js';
import type { SampleOptions, Tokens } from '../types.js';
import { parseCompletion, type Completion } from './completion.js';

export interface CompletionRequest {
  prompt: Tokens;
  maxTokens: number;
  /** What is asked beside the prompt. */
  fields: Readonly<Record<string, unknown>>;
}

export type CompletionReply = Completion & { usage: ChatUsage };

/** A call of a response takes its time: `timeoutMs`, or as long as a slow server needs for so many tokens. */
export function completionProtocol(timeoutMs: number): Protocol<CompletionRequest, CompletionReply> {
  return {
    path: '/completions',
    body: (model, { prompt, maxTokens, fields }) => {
      return { model, prompt: Array.from(prompt), max_tokens: maxTokens, ...fields };
    },
    usageAtMost: ({ prompt, maxTokens }) => ({ promptTokens: prompt.length, completionTokens: maxTokens }),
    timeoutMs: ({ maxTokens }) => Math.max(timeoutMs, 1000 * leastSeconds(maxTokens)),
    nextStep: (result, request, _dialect, now) => {
      const reader = {
        what: 'completion',
        parse: (body: unknown) => replyOf(body, request),
        faultOf: (reply: CompletionReply) =>
          isBrokenOff(reply) ? `the server broke the response off (${reply.finishReason})` : undefined,
        adapt: () => undefined,
      };
      return stepAfter(result, reader, now);
    },
  };
}

function replyOf(body: unknown, request: CompletionRequest): CompletionReply | undefined {
  const completion = parseCompletion(body, request);
  if (!completion) return undefined;
  const { promptTokens = request.prompt.length, completionTokens = 0 } = completion;
  return { ...completion, usage: { promptTokens, completionTokens } };
}

/** How a server wants to be asked. */
export interface Manner {
  /** It takes more than OpenAI's fields: stop tokens, top-k, ids in the answer. */
  extras: boolean;
  /** It tells log p of what it draws. */
  logprobs: boolean;
}

/** Servers have habits of their own, taken from the model's folder or built in: all that shapes the distribution is said. */
const AS_IT_IS = { min_p: 0, presence_penalty: 0, frequency_penalty: 0, repetition_penalty: 1, repeat_penalty: 1 };
/** The ids that were drawn, and a text that hides no token of the response. */
const WHOLE_RESPONSE = {
  return_token_ids: true,
  return_tokens_as_token_ids: true,
  skip_special_tokens: false,
  include_stop_str_in_output: true,
  no_stop_trim: true,
};

/** Fields of a call that draws a response; top-k 0 keeps all. */
export function samplingFields(
  { extras, logprobs }: Manner,
  { temperature, topP = 1, topK = 0, stopTokens }: Omit<SampleOptions, 'maxTokens'>,
  seed: number,
): Record<string, unknown> {
  return {
    temperature,
    top_p: topP,
    seed,
    // llama.cpp gives none for 0.
    ...(logprobs && { logprobs: 1 }),
    ...(extras && {
      ...AS_IT_IS,
      ...WHOLE_RESPONSE,
      top_k: topK === 0 ? -1 : topK,
      stop_token_ids: [...stopTokens],
      // llama.cpp cuts by probabilities before temperature unless it is told the order.
      ...((topK > 0 || topP < 1) && { samplers: ['temperature', 'top_k', 'top_p'] }),
    }),
  };
}

/** How a server tells log p of a given text: vLLM's way, or by repeating the prompt with log-probabilities. */
export type ScoringWay = 'prompt_logprobs' | 'echo';

/** Fields of a call that scores its prompt. One token must be drawn for it, and is not looked at. */
export function scoringFields(way: ScoringWay): Record<string, unknown> {
  const asked = way === 'echo' ? { echo: true, logprobs: 1 } : { prompt_logprobs: 0 };
  return { temperature: 1, top_p: 1, seed: 0, ...asked };
}

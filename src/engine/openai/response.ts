/** What a server's completion is as a response of the policy: its tokens, its end, its log-probabilities. */
import { RaRftError } from '../../core/errors.js';
import { isWhole } from '../../llm/request.js';
import { isUnshaped } from '../draw.js';
import type { Sample, SampleOptions, Tokens } from '../types.js';
import type { Completion } from './completion.js';

export interface ResponseReading {
  options: SampleOptions;
  /** The server tells log p of what it draws. */
  logprobs: boolean;
  vocabSize: number;
  /** Ids of a text, for servers that give text alone. */
  encode: (text: string) => Tokens;
  /** The model's end token, which such servers do not show. */
  endToken: number | undefined;
}

/**
 * A sample of a completion, up to its first stop token. It has ended by itself only where a stop token says so; it is cut off only at
 * `maxTokens`. Throws `engine` where it ended in any other way, and where a log-probability is missing.
 */
export function sampleOf(completion: Completion, reading: ResponseReading): Sample {
  const { tokens, stopReason } = endOf(completion, reading);
  const { options } = reading;
  const greedy = options.temperature === 0 && { logprobs: new Float32Array(tokens.length) };
  if (!isUnshaped(options) || !reading.logprobs || !completion.tokens) return { tokens, ...greedy, stopReason };
  const logprobs = logprobsOf(completion, tokens);
  return { tokens, ...(logprobs && { logprobs, policyLogprobs: logprobs }), stopReason };
}

function endOf(completion: Completion, reading: ResponseReading): Pick<Sample, 'tokens' | 'stopReason'> {
  const { tokens: drawn, text, finishReason, endToken, completionTokens } = completion;
  const { options, encode, vocabSize } = reading;
  const { stopTokens, maxTokens } = options;
  const tokens = drawn ? Int32Array.from(drawn) : encode(text);
  const stranger = tokens.find((token) => token >= vocabSize);
  if (stranger !== undefined)
    throw unusable(
      `the server drew token ${stranger}, which is outside the vocabulary`,
      `ids from 0 to ${vocabSize - 1}`,
      'Is the folder at model.path that of the served model?',
    );
  const at = tokens.findIndex((token) => stopTokens.includes(token));
  if (at >= 0) return { tokens: tokens.slice(0, at + 1), stopReason: 'stop' };
  const count = drawn?.length ?? completionTokens;
  if (finishReason === 'length' || (finishReason === '' && count === maxTokens)) {
    if ((count ?? maxTokens) === maxTokens) return { tokens, stopReason: 'length' };
    throw unusable(
      `the server cut a response at ${count} tokens`,
      `${maxTokens}, as it was asked for`,
      "Raise the server's own limit (vLLM: --max-model-len, --override-generation-config), or lower generation.maxTokens.",
    );
  }
  const end = [endToken, drawn ? undefined : reading.endToken].find(
    (id) => id !== undefined && stopTokens.includes(id),
  );
  if (isWhole(completion) && end !== undefined)
    return { tokens: Int32Array.from([...tokens, end]), stopReason: 'stop' };
  const last = endToken ?? drawn?.at(-1);
  throw unusable(
    `the server ended a response by ${finishReason === '' ? 'itself, without a reason' : finishReason}${last === undefined ? '' : ` after token ${last}`}`,
    `one of the end tokens ${stopTokens.join(', ')}, or a cut at ${maxTokens} tokens`,
    "Where the server's model ends its responses with another token, name its text in generation.stop.",
  );
}

/** log p of the tokens; undefined where the server names the token that ended the response and counts it among nothing. */
function logprobsOf({ logprobs = [], tokens: drawn = [] }: Completion, tokens: Tokens): Float32Array | undefined {
  if (tokens.length > drawn.length && logprobs.length < tokens.length) return undefined;
  return Float32Array.from(tokens, (token, t) => {
    const logprob = logprobs[t];
    if (typeof logprob === 'number') return logprob;
    throw new RaRftError({
      code: 'engine',
      message: `the server told no log-probability of token ${t} of a response (id ${token})`,
      where: 'engine.url',
      expected: 'a number for every token; what is missing is not taken for 0',
    });
  });
}

function unusable(message: string, expected: string, hint: string): RaRftError {
  return new RaRftError({ code: 'engine', message, where: 'engine.url', expected, hint });
}

/** log p of a given text, read from a server's answer. */
import { RaRftError } from '../../core/errors.js';
import type { Tokens } from '../types.js';
import { logprobOf, type Completion } from './completion.js';
import type { ScoringWay } from './protocol.js';

/** log p of the tokens of a sequence from `from` on. Throws `engine` where one is missing: it is not taken for 0. */
export function scoresOf(completion: Completion, way: ScoringWay, sequence: Tokens, from: number): Float32Array {
  const { promptTokens, logprobs } = completion;
  if (promptTokens !== undefined && promptTokens !== sequence.length)
    throw unusable(`the server scored ${promptTokens} tokens`, `${sequence.length}, as they were sent`);
  // With `echo` the token that had to be drawn follows.
  if (way === 'echo' && (logprobs?.length ?? 0) > sequence.length + 1)
    throw unusable(`the server told ${logprobs?.length} log-probabilities`, `${sequence.length}, one a token sent`);
  return Float32Array.from(sequence.subarray(from), (token, i) => {
    const logprob = way === 'echo' ? logprobs?.[from + i] : promptLogprob(completion, from + i, token);
    if (typeof logprob === 'number') return logprob;
    throw unusable(
      `the server told no log-probability of token ${from + i} (id ${token})`,
      'a number for every token; what is missing is not taken for 0',
    );
  });
}

/** log p of the prompt's token at a place; null where the server does not tell it. */
export function promptLogprob({ promptLogprobs }: Completion, at: number, token: number): number | null {
  const entry = promptLogprobs?.[at]?.[String(token)];
  return logprobOf((entry as { logprob?: unknown } | undefined)?.logprob);
}

function unusable(message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'engine', message, where: 'engine.url', expected });
}

/** What no response could do on this model: end, or find room. Refused before any work. */
import type { GenerationUse } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { LengthLimits } from './prompt-lengths.js';
import type { Prompts } from '../session.js';

/** Throws `config` where nothing would end a response but the limit, and `context-length` where the longest one leaves no room for a prompt. */
export function refuseEndlessResponses(
  codecs: Prompts['codecs'],
  { window, maxTokens }: Pick<LengthLimits, 'window' | 'maxTokens'>,
): void {
  const endless = (['rl', 'eval'] satisfies GenerationUse[]).find((use) => codecs[use].stopTokens.length === 0);
  if (endless) {
    throw new RaRftError({
      code: 'config',
      message: `0 tokens end a response: neither the model nor generation.stop (or ${endless}.generation.stop) names one, so every response would be cut at generation.maxTokens (${maxTokens})`,
      where: 'generation.stop',
      expected: 'at least one: eos_token_id in config.json, eos_token of the tokenizer, or a text in generation.stop',
      hint: 'Name a text that is one token and ends an answer, as in generation.stop: ["}"].',
    });
  }
  if (maxTokens < window) return;
  throw new RaRftError({
    code: 'context-length',
    message: `generation.maxTokens is ${maxTokens}, but the model's window is ${window} tokens for prompt and response together`,
    where: 'generation.maxTokens',
    expected: `less than ${window}, with room for the prompt`,
    hint: 'Lower generation.maxTokens (or that of rl, eval or labels, where it is larger), or use a model with a longer window.',
  });
}

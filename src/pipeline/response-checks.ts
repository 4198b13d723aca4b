/** What no response could do on this model: end, or find room. Refused before any work. */
import { RaRftError } from '../core/errors.js';
import type { PromptCodec } from '../models/index.js';
import type { LengthLimits } from './prompts/prompt-lengths.js';

/** Throws `config` where nothing would end a response but the limit, and `context-length` where the longest one leaves no room for a prompt. */
export function refuseEndlessResponses(
  { stopTokens }: Pick<PromptCodec, 'stopTokens'>,
  { window, maxTokens }: Pick<LengthLimits, 'window' | 'maxTokens'>,
): void {
  if (stopTokens.length === 0) {
    throw new RaRftError({
      code: 'config',
      message: `0 tokens end a response: neither the model nor rl.stop names one, so every response would be cut at rl.maxTokens (${maxTokens})`,
      where: 'rl.stop',
      expected: 'at least one: eos_token_id in config.json, eos_token of the tokenizer, or a text in rl.stop',
      hint: 'Name a text that is one token and ends an answer, as in rl.stop: ["}"].',
    });
  }
  if (maxTokens < window) return;
  throw new RaRftError({
    code: 'context-length',
    message: `rl.maxTokens is ${maxTokens}, but the model's window is ${window} tokens for prompt and response together`,
    where: 'rl.maxTokens',
    expected: `less than ${window}, with room for the prompt`,
    hint: 'Lower rl.maxTokens, or use a model with a longer window.',
  });
}

/** Prompts with their context, and what is refused about them before anything is sampled. */
import { RaRftError } from '../../core/errors.js';
import { shownTraces, type Context } from '../../data/context.js';
import type { Problem } from '../../data/types.js';
import type { Tokens } from '../../engine/types.js';
import type { RlCodec } from '../types.js';

/** A problem with one of its contexts, and the prompt made of both. */
export interface PreparedPrompt {
  problem: Problem;
  context: Context;
  prompt: Tokens;
}

/** Limits a prompt has to keep, in tokens. */
export interface PromptLimits {
  /** The model's window: prompt and response together. */
  maxContext: number;
  maxPromptTokens: number;
  /** What follows the prompt: the longest response, or that of the i-th prompt. */
  maxTokens: number | ((index: number) => number);
}

/**
 * Makes the prompts of problems with their contexts. Throws `context-length` where some are too long, naming the first and how many
 * there are: cutting them would train on another task than the one meant.
 */
export function preparePrompts(
  shown: readonly { problem: Problem; context: Context }[],
  codec: RlCodec,
  limits: PromptLimits,
): PreparedPrompt[] {
  const prompts = shown.map(({ problem, context }) => ({ problem, context, prompt: codec.prompt(problem, context) }));
  const { maxPromptTokens, maxContext, maxTokens } = limits;
  const after = (i: number) => (typeof maxTokens === 'number' ? maxTokens : maxTokens(i));
  const tooLong = prompts.flatMap((own, i) =>
    own.prompt.length > Math.min(maxPromptTokens, maxContext - after(i)) ? [{ own, after: after(i) }] : [],
  );
  const [first] = tooLong;
  if (first) throw promptTooLong(first.own, tooLong.length, prompts.length, { ...limits, maxTokens: first.after });
  return prompts;
}

function promptTooLong(
  { problem, context, prompt }: PreparedPrompt,
  count: number,
  of: number,
  limits: PromptLimits & { maxTokens: number },
): RaRftError {
  const { maxPromptTokens, maxContext, maxTokens } = limits;
  const window = maxContext - maxTokens < maxPromptTokens;
  const traces = shownTraces(context).map(({ id }) => id);
  return new RaRftError({
    code: 'context-length',
    message: `${count} of ${of} prompts are too long; this one has ${prompt.length} tokens`,
    where: traces.length > 0 ? `problem ${problem.id} with trace ${traces.join(', ')}` : `problem ${problem.id}`,
    expected: window
      ? `at most ${maxContext - maxTokens} tokens: the model's window of ${maxContext} less ${maxTokens} for the response`
      : `at most ${maxPromptTokens} tokens (prompt.maxPromptTokens)`,
    hint: window
      ? 'Lower generation.maxTokens, leave long problems and traces out (prompt.overlong: skip), or use a model with a longer window.'
      : 'Raise prompt.maxPromptTokens, or leave long problems and traces out (prompt.overlong: skip).',
  });
}

/** A server on this machine that answers like a language model's; see core/testing/scripted-server.ts. */
import type { Behaviour } from '../../core/testing/scripted-server.js';

export * from '../../core/testing/scripted-server.js';

/** A chat completion that says `text`. Counts 100 prompt tokens and 10 reply tokens unless told otherwise. */
export function completion(
  text: string,
  more: { finishReason?: string; refusal?: string; usage?: object } = {},
): Behaviour {
  const { finishReason = 'stop', refusal, usage = { prompt_tokens: 100, completion_tokens: 10 } } = more;
  const message = { role: 'assistant', content: text, ...(refusal !== undefined && { refusal }) };
  return { json: { choices: [{ index: 0, message, finish_reason: finishReason }], usage } };
}

/** A policy behind an OpenAI-compatible server: one chat completion a sample, each with a seed of its own. */
import { RaRftError } from '../../core/errors.js';
import { hashJson } from '../../core/hash.js';
import type { Rng } from '../../core/rng.js';
import { inOrder, isWhole, whatIsSaid, type ChatReply, type LlmClient } from '../../llm/index.js';
import { promptTurns, type PromptLayout, type PromptTemplates } from '../../models/index.js';
import { problemKey, type Sampled, type SampleTask, type TextPolicy } from './types.js';

export interface ServerPolicyOptions {
  /** Keeps every reply, so that an evaluation that was killed pays for none of them again. Disposed of with the policy. */
  client: LlmClient;
  layout: Exclude<PromptLayout, 'completion'>;
  templates: PromptTemplates;
  temperature: number;
  maxTokens: number;
  /** A sample's seed is made of this stream, its problem and its attempt alone. */
  rng: Rng;
}

/** Samples that are under way or wait for an earlier one, for each call at a time: one long answer holds up no others. */
const AHEAD = 32;

export function serverPolicy(options: ServerPolicyOptions): TextPolicy {
  const { client } = options;
  const parallel = client.parallel;
  return {
    name: client.model,
    failureCode: 'llm',
    async *sample(tasks, wanted) {
      const missing = tasks.filter(wanted);
      for await (const sampled of inOrder(missing, { parallel, ahead: AHEAD * parallel }, (task) => ask(task, options)))
        yield [sampled];
    },
    dispose: () => client.dispose(),
  };
}

async function ask(task: SampleTask, options: ServerPolicyOptions): Promise<Sampled> {
  const { client, layout, templates, temperature, maxTokens, rng } = options;
  const messages = promptTurns(layout, templates, task.problem, task.context);
  const promptVersion = `eval/${hashJson([layout, { ...templates }])}`;
  // 31 bits: some servers take signed ones.
  const seed = rng.fork(`${problemKey(task.set, task.problem.id)}/${task.attempt}`).nextUint32() >>> 1;
  const outcome = await client.complete({ messages, promptVersion, maxTokens, temperature, seed });
  if (outcome.ok) return sampledOf(task, outcome.reply);
  if (outcome.kind === 'budget') {
    throw new RaRftError({
      code: 'budget',
      message: `${outcome.reason} before all samples were taken`,
      where: 'llm.maxUsd, llm.maxCalls',
      expected: 'limits with room for every sample',
      hint: 'Raise the limit and run the same command again; what was sampled is kept.',
    });
  }
  return { task, failed: `${outcome.kind}: ${outcome.reason}` };
}

/** A reply as a sample; one that was ended by anything but the model or the limit is none. */
function sampledOf(task: SampleTask, reply: ChatReply): Sampled {
  const { text, finishReason, usage } = reply;
  const { text: said, cut } = whatIsSaid(reply);
  if (!cut && !isWhole(reply)) return { task, failed: `the server ended the reply with ${finishReason}` };
  const tokens = usage.completionTokens;
  if (!cut) return { task, text, said, tokens, stopReason: 'stop' };
  // A template may have opened the thinking: without its end in sight all of it may be thoughts.
  const spoken = said !== '' && said !== text.trim() ? said : undefined;
  return { task, text, said: spoken, tokens, stopReason: 'length' };
}

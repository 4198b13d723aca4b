/** Rollouts: prompts with their context, G sampled responses each, judged by the verifier. */
import { RaRftError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import type { Report } from '../core/worker-rpc.js';
import type { Problem, Trace } from '../data/types.js';
import type { PolicyEngine, SampleOptions, Tokens } from '../engine/types.js';
import { rewardOf, type Verifier } from '../verify/types.js';
import type { RlCodec, RolloutGroup } from './types.js';

/** A problem, its context and the prompt made of both. */
export interface PreparedPrompt {
  problem: Problem;
  trace: Trace | undefined;
  prompt: Tokens;
}

/** Limits a prompt has to keep, in tokens. */
export interface PromptLimits {
  /** The model's window: prompt and response together. */
  maxContext: number;
  maxPromptTokens: number;
  maxTokens: number;
}

/**
 * Makes the prompts of problems. Throws `context-length` at the first that is too long, naming problem and trace:
 * cutting it would train on another task than the one meant.
 */
export function preparePrompts(
  problems: readonly Problem[],
  contextOf: (problem: Problem, index: number) => Trace | undefined,
  codec: RlCodec,
  limits: PromptLimits,
): PreparedPrompt[] {
  return problems.map((problem, i) => {
    const trace = contextOf(problem, i);
    const prompt = codec.prompt(problem, trace);
    checkPromptLength(
      prompt.length,
      limits,
      trace ? `problem ${problem.id} with trace ${trace.id}` : `problem ${problem.id}`,
    );
    return { problem, trace, prompt };
  });
}

function checkPromptLength(length: number, limits: PromptLimits, where: string): void {
  if (length > limits.maxPromptTokens) {
    throw new RaRftError({
      code: 'context-length',
      message: `the prompt is ${length} tokens long`,
      where,
      expected: `at most ${limits.maxPromptTokens} tokens (prompt.maxPromptTokens)`,
      hint: 'Raise prompt.maxPromptTokens, or leave this problem or trace out.',
    });
  }
  if (length + limits.maxTokens > limits.maxContext) {
    throw new RaRftError({
      code: 'context-length',
      message: `the prompt is ${length} tokens long and its response may take ${limits.maxTokens} more`,
      where,
      expected: `at most ${limits.maxContext} tokens together, the model's window`,
      hint: 'Lower rl.maxTokens, leave this problem or trace out, or use a model with a longer window.',
    });
  }
}

/** What sampling needs beside the engine. */
export interface SamplePlan {
  groupSize: number;
  options: SampleOptions;
  /** Stream of this step; group i samples with a seed of its own made from it. */
  rng: Rng;
}

/** Samples G responses for every prompt. The verdicts are still to come: see {@link judgeGroups}. */
export async function sampleGroups(
  engine: PolicyEngine,
  prompts: readonly PreparedPrompt[],
  plan: SamplePlan,
  codec: RlCodec,
  report?: Report,
): Promise<UnjudgedGroup[]> {
  const requests = prompts.map(({ prompt }, i) => ({
    prompt,
    n: plan.groupSize,
    seed: plan.rng.fork(`group/${i}`).nextUint32(),
  }));
  const { samples_NG, policyVersion } = await engine.sample(requests, plan.options, report);
  return prompts.map((prepared, n) => ({
    ...prepared,
    policyVersion,
    responses_G: (samples_NG[n] ?? []).map((sample) => ({ ...sample, text: codec.decode(sample.tokens) })),
  }));
}

type SampledResponse = Awaited<ReturnType<PolicyEngine['sample']>>['samples_NG'][number][number] & { text: string };

/** A group before the verifier has seen it. */
export interface UnjudgedGroup extends PreparedPrompt {
  policyVersion: number;
  responses_G: SampledResponse[];
}

/** Judges every response against its problem's gold answer. A failure of one pair stays with that pair. */
export async function judgeGroups(verifier: Verifier, groups: readonly UnjudgedGroup[]): Promise<RolloutGroup[]> {
  const pairs = groups.flatMap(({ problem, responses_G }) => responses_G.map((r) => ({ problem, response: r.text })));
  const verdicts = await verifier.verifyMany(pairs);
  let next = 0;
  return groups.map(({ responses_G, ...group }) => ({
    ...group,
    rollouts_G: responses_G.map(({ logprobs, ...response }) => {
      const verdict = verdicts[next++];
      if (!verdict)
        throw new RaRftError({
          code: 'verifier',
          message: `${verifier.name} gave ${verdicts.length} verdicts for ${pairs.length} responses`,
        });
      return { ...response, samplerLogprobs: logprobs, verdict, reward: rewardOf(verdict) };
    }),
  }));
}

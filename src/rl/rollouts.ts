/** Rollouts: prompts with their context, G sampled responses each, judged by the verifier. */
import { RaRftError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import type { Report } from '../core/worker-rpc.js';
import type { Problem, Trace } from '../data/types.js';
import { checkSamples } from '../engine/results.js';
import type { Policy, SampleOptions, Tokens } from '../engine/types.js';
import { judgeAll, type JudgedResponse } from '../verify/judged.js';
import type { Verifier } from '../verify/types.js';
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
  /** What follows the prompt: the longest response, or that of the i-th prompt. */
  maxTokens: number | ((index: number) => number);
}

/**
 * Makes the prompts of problems. Throws `context-length` where some are too long, naming the first and how many there
 * are: cutting them would train on another task than the one meant.
 */
export function preparePrompts(
  problems: readonly Problem[],
  contextOf: (problem: Problem, index: number) => Trace | undefined,
  codec: RlCodec,
  limits: PromptLimits,
): PreparedPrompt[] {
  const prompts = problems.map((problem, i) => {
    const trace = contextOf(problem, i);
    return { problem, trace, prompt: codec.prompt(problem, trace) };
  });
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
  first: PreparedPrompt,
  count: number,
  of: number,
  limits: PromptLimits & { maxTokens: number },
): RaRftError {
  const { maxPromptTokens, maxContext, maxTokens } = limits;
  const window = maxContext - maxTokens < maxPromptTokens;
  return new RaRftError({
    code: 'context-length',
    message: `${count} of ${of} prompts are too long; this one has ${first.prompt.length} tokens`,
    where: first.trace ? `problem ${first.problem.id} with trace ${first.trace.id}` : `problem ${first.problem.id}`,
    expected: window
      ? `at most ${maxContext - maxTokens} tokens: the model's window of ${maxContext} less ${maxTokens} for the response`
      : `at most ${maxPromptTokens} tokens (prompt.maxPromptTokens)`,
    hint: window
      ? 'Lower rl.maxTokens, leave long problems and traces out (prompt.overlong: skip), or use a model with a longer window.'
      : 'Raise prompt.maxPromptTokens, or leave long problems and traces out (prompt.overlong: skip).',
  });
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
  engine: Policy,
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
  const result = await engine.sample(requests, plan.options, report);
  checkSamples(requests, result);
  const { samples_NG, policyVersion } = result;
  return prompts.map((prepared, n) => ({
    ...prepared,
    policyVersion,
    responses_G: samples_NG[n]!.map((sample) => ({ ...sample, text: codec.decode(sample.tokens) })),
  }));
}

type SampledResponse = Awaited<ReturnType<Policy['sample']>>['samples_NG'][number][number] & { text: string };

/** A group before the verifier has seen it. */
export interface UnjudgedGroup extends PreparedPrompt {
  policyVersion: number;
  responses_G: SampledResponse[];
}

/** Judges every response against its problem's gold answer. A failure of one pair stays with that pair. */
export async function judgeGroups(verifier: Verifier, groups: readonly UnjudgedGroup[]): Promise<RolloutGroup[]> {
  const pairs = groups.flatMap(({ problem, responses_G }) => responses_G.map((r) => ({ problem, response: r.text })));
  const judged = await judgeAll(verifier, pairs);
  let next = 0;
  return groups.map(({ responses_G, ...group }) => ({
    ...group,
    rollouts_G: responses_G.map(({ logprobs, ...response }) => ({
      ...response,
      samplerLogprobs: logprobs,
      ...(judged[next++] as JudgedResponse),
    })),
  }));
}

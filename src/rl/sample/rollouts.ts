/** Rollouts: the responses of problems, sampled from their prompts and judged by the verifier. */
import type { Rng } from '../../core/rng.js';
import type { Report } from '../../core/worker-rpc.js';
import type { Problem } from '../../data/types.js';
import { checkSamples } from '../../engine/results.js';
import type { Policy, SampleOptions } from '../../engine/types.js';
import { judgeAll } from '../../verify/judged.js';
import type { Verifier } from '../../verify/types.js';
import type { Comparison, ContextsOf, RlCodec } from '../types.js';
import { preparePrompts, type PromptLimits } from './prompts.js';

/** How problems are sampled. */
export interface SamplePlan {
  policy: Policy;
  codec: RlCodec;
  verifier: Verifier;
  contextsOf: ContextsOf;
  limits: PromptLimits;
  /** Responses of a problem (G), spread evenly over its contexts. */
  groupSize: number;
  options: SampleOptions;
  /** Called when all is sampled and the verifier begins. */
  onSampled?: () => void;
}

/** Samples and judges G responses of every problem. A failure of the verifier on one response stays with that response. */
export async function rollOut(
  problems: readonly Problem[],
  plan: SamplePlan,
  rng: Rng,
  report?: Report,
): Promise<Comparison[]> {
  const { policy, codec, contextsOf, groupSize } = plan;
  const contexts_NK = problems.map(contextsOf);
  const prompts = preparePrompts(
    problems.flatMap((problem, n) => contexts_NK[n]!.map((context) => ({ problem, context }))),
    codec,
    plan.limits,
  );
  const counts = contexts_NK.flatMap((contexts) => evenly(groupSize, contexts.length));
  const requests = prompts.map(({ prompt }, i) => ({
    prompt,
    n: counts[i]!,
    seed: rng.fork(`group/${i}`).nextUint32(),
  }));
  const sampled = await policy.sample(requests, plan.options, report);
  checkSamples(requests, sampled);
  plan.onSampled?.();
  const responses = prompts.map((own, i) => ({
    ...own,
    responses_G: sampled.samples_NG[i]!.map((sample) => ({ ...sample, text: codec.decode(sample.tokens) })),
  }));
  const pairs = responses.flatMap(({ problem, responses_G }) =>
    responses_G.map(({ text }) => ({ problem, response: text })),
  );
  const judged = await judgeAll(plan.verifier, pairs);
  let next = 0;
  const groups = responses.map(({ context, prompt, responses_G }) => ({
    context,
    prompt,
    policyVersion: sampled.policyVersion,
    rollouts_G: responses_G.map(({ logprobs, ...response }) => ({
      ...response,
      samplerLogprobs: logprobs,
      ...judged[next++]!,
    })),
  }));
  let first = 0;
  return problems.map((problem, n) => {
    const groups_K = groups.slice(first, (first += contexts_NK[n]!.length));
    return { problem, groups_K };
  });
}

/** A number cut into parts that differ by one at most. */
export function evenly(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, k) => Math.floor(total / parts) + Number(k < total % parts));
}

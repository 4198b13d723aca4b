/** Rollouts: the responses of problems, sampled from their prompts and judged by the verifier. */
import type { Rng } from '../../core/rng.js';
import type { Report } from '../../core/worker-rpc.js';
import type { Context } from '../../data/context.js';
import type { Problem } from '../../data/types.js';
import { workAsTheyCome } from '../../engine/as-they-come.js';
import { policyLogprobsOf } from '../../engine/results.js';
import type { Policy, Sample, SampleOptions } from '../../engine/types.js';
import { judgeAll } from '../../verify/judged.js';
import type { Verifier } from '../../verify/types.js';
import type { Comparison, RlCodec } from '../types.js';
import { preparePrompts, type PromptLimits } from './prompts.js';

/** A problem to be sampled with these contexts. */
export interface Draw {
  problem: Problem;
  contexts_K: readonly Context[];
  /** How often the problem was sampled in this step before. */
  attempt: number;
}

/** How problems are sampled. */
export interface SamplePlan {
  policy: Pick<Policy, 'sample'>;
  codec: RlCodec;
  verifier: Verifier;
  limits: PromptLimits;
  /** Responses of a problem (G), spread evenly over its contexts. */
  groupSize: number;
  options: SampleOptions;
  /** Called when all is sampled; the verifier may be at the last groups still. */
  onSampled?: () => void;
}

/**
 * Samples and judges G responses of every draw, each group as it comes; `rng` is the stream of the step. A failure of the verifier on one
 * response stays with that response.
 */
export async function rollOut(
  draws: readonly Draw[],
  plan: SamplePlan,
  rng: Rng,
  report?: Report,
): Promise<Comparison[]> {
  const { policy, codec, groupSize } = plan;
  const prompts = preparePrompts(
    draws.flatMap(({ problem, contexts_K }) => contexts_K.map((context) => ({ problem, context }))),
    codec,
    plan.limits,
  );
  const counts = draws.flatMap(({ contexts_K }) => evenly(groupSize, contexts_K.length));
  const seeds = draws.flatMap((draw) => draw.contexts_K.map((_, k) => seedOf(draw, k, rng)));
  const requests = prompts.map(({ prompt }, i) => ({ prompt, n: counts[i]!, seed: seeds[i]! }));
  const work = (samples_G: readonly Sample[], n: number) => rolloutsOf(samples_G, prompts[n]!.problem, plan);
  const { policyVersion, results_N } = await workAsTheyCome(policy, requests, plan.options, {
    work,
    report,
    onSampled: plan.onSampled,
  });
  const groups = prompts.map(({ context, prompt }, n) => ({
    context,
    prompt,
    seed: seeds[n]!,
    policyVersion,
    rollouts_G: results_N[n]!,
  }));
  let first = 0;
  return draws.map(({ problem, contexts_K }) => {
    const groups_K = groups.slice(first, (first += contexts_K.length));
    return { problem, groups_K };
  });
}

/** Responses to one prompt with their texts and verdicts. */
async function rolloutsOf(samples_G: readonly Sample[], problem: Problem, { codec, verifier }: SamplePlan) {
  const responses_G = samples_G.map(({ logprobs, ...sample }) => ({
    ...sample,
    policyLogprobs: policyLogprobsOf(sample),
    text: codec.decode(sample.tokens),
    ...(logprobs && { samplerLogprobs: logprobs }),
  }));
  const pairs = responses_G.map(({ text }) => ({ problem, response: text }));
  const judged_G = await judgeAll(verifier, pairs);
  return responses_G.map((response, g) => ({ ...response, ...judged_G[g]! }));
}

/** From the problem, its k-th prompt and the attempt: whatever is sampled beside it, and wherever it stands, the responses are the same. */
function seedOf({ problem, attempt }: Draw, k: number, rng: Rng): number {
  return rng.fork(`responses/${problem.id}/${attempt}/${k}`).nextUint32();
}

/** A number cut into parts that differ by one at most. */
export function evenly(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, k) => Math.floor(total / parts) + Number(k < total % parts));
}

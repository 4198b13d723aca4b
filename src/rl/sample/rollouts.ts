/** Rollouts: the responses of problems, sampled from their prompts and judged by the verifier. */
import type { Rng } from '../../core/rng.js';
import type { Report } from '../../core/worker-rpc.js';
import type { Context } from '../../data/context.js';
import type { Problem } from '../../data/types.js';
import { checkSamples, policyLogprobsOf } from '../../engine/results.js';
import type { Policy, SampleOptions } from '../../engine/types.js';
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
  policy: Policy;
  codec: RlCodec;
  verifier: Verifier;
  limits: PromptLimits;
  /** Responses of a problem (G), spread evenly over its contexts. */
  groupSize: number;
  options: SampleOptions;
  /** Called when all is sampled and the verifier begins. */
  onSampled?: () => void;
}

/** Samples and judges G responses of every draw; `rng` is the stream of the step. A failure of the verifier on one response stays with that response. */
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
  const sampled = await policy.sample(requests, plan.options, report);
  checkSamples(requests, sampled);
  plan.onSampled?.();
  const responses = prompts.map((own, i) => ({
    ...own,
    seed: seeds[i]!,
    responses_G: sampled.samples_NG[i]!.map((sample) => ({
      ...sample,
      policyLogprobs: policyLogprobsOf(sample),
      text: codec.decode(sample.tokens),
    })),
  }));
  const pairs = responses.flatMap(({ problem, responses_G }) =>
    responses_G.map(({ text }) => ({ problem, response: text })),
  );
  const judged = await judgeAll(plan.verifier, pairs);
  let next = 0;
  const groups = responses.map(({ context, prompt, seed, responses_G }) => ({
    context,
    prompt,
    seed,
    policyVersion: sampled.policyVersion,
    rollouts_G: responses_G.map(({ logprobs, ...response }) => ({
      ...response,
      ...(logprobs && { samplerLogprobs: logprobs }),
      ...judged[next++]!,
    })),
  }));
  let first = 0;
  return draws.map(({ problem, contexts_K }) => {
    const groups_K = groups.slice(first, (first += contexts_K.length));
    return { problem, groups_K };
  });
}

/** From the problem, its k-th prompt and the attempt: whatever is sampled beside it, and wherever it stands, the responses are the same. */
function seedOf({ problem, attempt }: Draw, k: number, rng: Rng): number {
  return rng.fork(`responses/${problem.id}/${attempt}/${k}`).nextUint32();
}

/** A number cut into parts that differ by one at most. */
export function evenly(total: number, parts: number): number[] {
  return Array.from({ length: parts }, (_, k) => Math.floor(total / parts) + Number(k < total % parts));
}

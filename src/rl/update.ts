/** The policy update: slopes from the recipe's objective, gradient and optimizer step; several times where epochs or minibatches ask for it. */
import type { RlSettings } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { Report } from '../core/worker-rpc.js';
import { checkGradNorm, checkScores, checkTrained } from '../engine/results.js';
import type { OptimStepOptions, Policy, TrainGroup } from '../engine/types.js';
import type { ObjectiveStats } from './objectives/index.js';
import type { Recipe } from './recipes/index.js';
import { scoreGroupsOf, sequencesOf, type TrainedPrompt } from './sequences.js';

/** What an update did; the metrics of a step are made from it. Loss, entropy and gap are those of its first pass. */
export interface UpdateResult {
  loss: number;
  gradNorm: number;
  /** Nats, mean over trained tokens; undefined where the engine cannot tell. */
  entropy: number | undefined;
  tokens: number;
  /** |log p by the sampler - log p by the trainer| over trained tokens, both under the weights that sampled. */
  logprobGap: { mean: number; max: number };
  /** Of the last pass. */
  stats: ObjectiveStats;
  policyVersion: number;
}

/** Scores of prompts' responses by a policy that sees more; `policy` is the one that is trained. */
export type TeacherOf = (prompts: readonly TrainedPrompt[], policy: Policy) => Promise<Float32Array[][]>;

/** Makes an update of one batch: gradient and optimizer step. */
export type Update = (
  prompts: readonly TrainedPrompt[],
  plan: Pick<UpdatePlan, 'policy' | 'optimizer'>,
  report?: Report,
) => Promise<UpdateResult>;

/** How an update is made. */
export interface UpdatePlan {
  policy: Policy;
  /** A policy that stays as it is, for objectives that need one. */
  reference?: Policy | undefined;
  /** log p of the trained tokens under a policy that sees more, for objectives that need one. */
  teacherOf?: TeacherOf | undefined;
  recipe: Recipe;
  settings: Pick<RlSettings, 'epochs' | 'minibatches' | 'maxTokens'>;
  optimizer: OptimStepOptions;
}

/**
 * Updates the policy: `epochs` times over the batch, in `minibatches` parts, one optimizer step each. The first pass is on policy, so
 * its slopes need no scoring and its log-probabilities measure the gap between sampler and trainer; later passes are scored first.
 * Throws `not-finite` where loss, gradient or a log-probability is no number.
 */
export async function updatePolicy(
  prompts: readonly TrainedPrompt[],
  plan: UpdatePlan,
  report?: Report,
): Promise<UpdateResult> {
  const { policy, reference, teacherOf, recipe, settings, optimizer } = plan;
  const needed = recipe.objective.needs.includes('reference');
  const reference_NGT = needed ? await scored(required(reference, 'reference policy'), prompts) : undefined;
  const taught = recipe.objective.needs.includes('teacher');
  const teacher_NGT = taught ? await required(teacherOf, 'teacher')(prompts, policy) : undefined;
  const parts = inParts(prompts.length, settings.minibatches);
  let result: UpdateResult | undefined;
  for (let pass = 0; pass < settings.epochs * parts.length; pass++) {
    const [from, to] = parts[pass % parts.length]!;
    const part = prompts.slice(from, to);
    const now_NGT = pass === 0 ? undefined : await scored(policy, part);
    const sequences = sequencesOf(
      part,
      { weights: recipe.weights, maxTokens: settings.maxTokens },
      {
        ...(now_NGT && { now_NGT }),
        ...(reference_NGT && { reference_NGT: reference_NGT.slice(from, to) }),
        ...(teacher_NGT && { teacher_NGT: teacher_NGT.slice(from, to) }),
      },
    );
    const { loss, slopes, stats } = recipe.objective.slope(sequences);
    const batch = trainGroups(part, slopes);
    const step = await policy.forwardBackward(batch, report);
    checkTrained(batch, step);
    const { gradNorm, policyVersion } = await policy.optimStep(optimizer);
    checkGradNorm(gradNorm);
    result = {
      loss: result?.loss ?? loss,
      entropy: result?.entropy ?? step.entropy,
      logprobGap: result?.logprobGap ?? logprobGap(part, step.logprobs_NGT),
      tokens: (result?.tokens ?? 0) + (pass < parts.length ? tokensOf(part) : 0),
      gradNorm,
      stats,
      policyVersion,
    };
  }
  if (!result) throw new RaRftError({ code: 'internal', message: 'an update needs at least one pass' });
  return result;
}

/** The prompt with its context (Eq. 3), the sampled tokens as they were, and the objective's slopes. */
export function trainGroups(prompts: readonly TrainedPrompt[], slopes: readonly Float32Array[]): TrainGroup[] {
  let next = 0;
  return prompts.map(({ prompt, trained_G }) => ({
    prompt,
    responses: trained_G.map(({ rollout }) => ({ tokens: rollout.tokens, slopes: slopes[next++]! })),
  }));
}

/** Bounds of `parts` contiguous parts of so many items, none of them empty. */
export function inParts(items: number, parts: number): [from: number, to: number][] {
  const count = Math.max(1, Math.min(parts, items));
  const at = (i: number) => Math.floor((i * items) / count);
  return Array.from({ length: count }, (_, i) => [at(i), at(i + 1)]);
}

export function optimOptions(
  settings: Pick<RlSettings, 'beta1' | 'beta2' | 'weightDecay' | 'maxGradNorm'>,
  learningRate: number,
): OptimStepOptions {
  const { beta1, beta2, weightDecay, maxGradNorm } = settings;
  return { learningRate, beta1, beta2, epsilon: 1e-8, weightDecay, maxGradNorm };
}

/** Mean and largest |log p by the sampler - log p by the trainer| over all tokens. */
export function logprobGap(
  prompts: readonly TrainedPrompt[],
  logprobs_NGT: readonly (readonly Float32Array[])[],
): { mean: number; max: number } {
  let total = 0;
  let tokens = 0;
  let max = 0;
  prompts.forEach(({ trained_G }, n) =>
    trained_G.forEach(({ rollout }, g) => {
      rollout.policyLogprobs.forEach((sampled, t) => {
        const gap = Math.abs(sampled - logprobs_NGT[n]![g]![t]!);
        total += gap;
        tokens++;
        if (gap > max) max = gap;
      });
    }),
  );
  return { mean: tokens === 0 ? 0 : total / tokens, max };
}

async function scored(policy: Policy, prompts: readonly TrainedPrompt[]): Promise<Float32Array[][]> {
  const groups = scoreGroupsOf(prompts);
  const scores_NGT = await policy.logprobs(groups);
  checkScores(groups, scores_NGT);
  return scores_NGT;
}

function tokensOf(prompts: readonly TrainedPrompt[]): number {
  return prompts.reduce(
    (sum, { trained_G }) => sum + trained_G.reduce((n, { rollout }) => n + rollout.tokens.length, 0),
    0,
  );
}

function required<T>(other: T | undefined, what: string): T {
  if (other) return other;
  throw new RaRftError({ code: 'internal', message: `this objective needs a ${what}, and there is none` });
}

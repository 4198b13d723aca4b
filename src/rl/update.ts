/** One policy update: rollout groups become weighted, advantaged training groups, then gradient and optimizer. */
import type { Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { assertFinite } from '../core/finite.js';
import type { Report } from '../core/worker-rpc.js';
import { checkGradNorm, checkTrained } from '../engine/results.js';
import type { LossSpec, OptimStepOptions, Policy, TrainGroup } from '../engine/types.js';
import { groupAdvantages } from './advantages.js';
import { lossWeights } from './loss-weights.js';
import type { Rollout, RolloutGroup } from './types.js';

export type RlSettings = Config['rl'];

/** A rollout that is trained on, with its advantage (the same for all its tokens). */
export interface TrainedRollout {
  rollout: Rollout;
  advantage: number;
}

/** What an update did; the metrics of a step are made from it. */
export interface UpdateResult {
  loss: number;
  gradNorm: number;
  clipShare: number;
  /** Nats, mean over trained tokens; undefined where the engine cannot tell. */
  entropy: number | undefined;
  tokens: number;
  /** |log p by the sampler - log p by the trainer| over trained tokens, both under the weights that sampled. */
  logprobGap: { mean: number; max: number };
  policyVersion: number;
}

/** The rollouts of each group that have a reward, with their advantages. */
export function withAdvantages(groups: readonly RolloutGroup[], kind: RlSettings['advantage']): TrainedRollout[][] {
  return groups.map(({ rollouts_G }) => {
    const advantages_G = groupAdvantages(
      kind,
      rollouts_G.map((r) => r.reward),
    );
    assertFinite(
      advantages_G.filter((a) => a !== undefined),
      { what: 'an advantage', hint: 'Its group has a reward that is no number from 0 to 1.' },
    );
    return rollouts_G.flatMap((rollout, g) => {
      const advantage = advantages_G[g];
      return advantage === undefined ? [] : [{ rollout, advantage }];
    });
  });
}

/** Training groups: the prompt with its context (Eq. 3), the sampled tokens as they were, weights and advantages. */
export function trainGroups(
  groups: readonly RolloutGroup[],
  trained_NG: readonly TrainedRollout[][],
  settings: Pick<RlSettings, 'lossWeights' | 'maxTokens'>,
): TrainGroup[] {
  const lengths_NG = trained_NG.map((group) => group.map(({ rollout }) => rollout.tokens.length));
  const weights_NG = lossWeights(settings.lossWeights, { lengths_NG, maxTokens: settings.maxTokens });
  return groups.map(({ prompt }, n) => ({
    prompt,
    responses: (trained_NG[n] ?? []).map(({ rollout, advantage }, g) => ({
      tokens: rollout.tokens,
      weights: new Float32Array(rollout.tokens.length).fill(weights_NG[n]![g]!),
      advantages: new Float32Array(rollout.tokens.length).fill(advantage),
      samplerLogprobs: rollout.policyLogprobs,
    })),
  }));
}

/**
 * Updates the policy on groups with signal, `updatesPerBatch` times. The first pass is on policy, so its log-probs
 * measure the gap between sampler and trainer. Throws `not-finite` where loss, gradient or a log-probability is no number.
 */
export async function updatePolicy(
  engine: Policy,
  groups: readonly RolloutGroup[],
  settings: RlSettings,
  learningRate: number,
  report?: Report,
): Promise<UpdateResult> {
  const trained_NG = withAdvantages(groups, settings.advantage);
  const batch = trainGroups(groups, trained_NG, settings);
  const loss: LossSpec = {
    kind: 'policy_gradient',
    ratio: settings.updatesPerBatch > 1,
    clipLow: settings.clipLow,
    clipHigh: settings.clipHigh,
  };
  let result: UpdateResult | undefined;
  for (let pass = 0; pass < settings.updatesPerBatch; pass++) {
    const step = await engine.forwardBackward(batch, loss, report);
    checkTrained(batch, step);
    const { gradNorm, policyVersion } = await engine.optimStep(optimOptions(settings, learningRate));
    checkGradNorm(gradNorm);
    result = {
      loss: result?.loss ?? step.loss,
      entropy: result?.entropy ?? step.entropy,
      logprobGap: result?.logprobGap ?? logprobGap(trained_NG, step.logprobs_NGT),
      tokens: step.tokens,
      gradNorm,
      clipShare: step.clipShare,
      policyVersion,
    };
  }
  if (!result) throw new RaRftError({ code: 'internal', message: 'an update needs at least one pass' });
  return result;
}

export function optimOptions(
  settings: Pick<RlSettings, 'beta1' | 'beta2' | 'weightDecay' | 'maxGradNorm'>,
  learningRate: number,
): OptimStepOptions {
  const { beta1, beta2, weightDecay, maxGradNorm } = settings;
  return { learningRate, beta1, beta2, epsilon: 1e-8, weightDecay, maxGradNorm };
}

/** Mean and largest |policyLogprob - trainer's log-prob| over all tokens. */
export function logprobGap(
  trained_NG: readonly TrainedRollout[][],
  logprobs_NGT: readonly (readonly Float32Array[])[],
): { mean: number; max: number } {
  let total = 0;
  let tokens = 0;
  let max = 0;
  trained_NG.forEach((group, n) =>
    group.forEach(({ rollout }, g) => {
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

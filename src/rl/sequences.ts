/** From comparisons to what objectives and engines see: sequences with advantages and weights, and the prompts they belong to. */
import { assertFinite } from '../core/finite.js';
import type { Problem } from '../data/types.js';
import type { ScoreGroup, Tokens } from '../engine/types.js';
import { lossWeights } from './loss-weights.js';
import type { Recipe } from './recipes/index.js';
import type { AdvantageTable } from './advantages/index.js';
import type { Sequence } from './objectives/index.js';
import { withRewards, type Comparison, type Rollout } from './types.js';

/** A response that is trained on. */
export interface TrainedRollout {
  rollout: Rollout;
  advantage: number;
}

/** A prompt with the responses to it that are trained on. */
export interface TrainedPrompt {
  problem: Problem;
  prompt: Tokens;
  trained_G: TrainedRollout[];
}

/**
 * The advantages of a whole batch by the recipe, on shaped rewards where it shapes them. Throws `not-finite` where one is no number.
 */
export function advantagesOf(batch_N: readonly Comparison[], { advantage, shape }: Recipe): AdvantageTable {
  const table = advantage(shape ? withRewards(batch_N, shape) : batch_N);
  const known = table.flat(2).filter((a) => a !== undefined);
  assertFinite(known, { what: 'an advantage', hint: 'Its group has a reward that is no number from 0 to 1.' });
  return table;
}

/**
 * The prompts of comparisons with their trained responses: those that have an advantage and that the recipe trains on. A prompt of
 * which none is left teaches nothing and takes no part.
 */
export function trainedPrompts(
  kept: readonly { comparison: Comparison; advantages_KG: AdvantageTable[number] }[],
  trains: Recipe['trains'],
): TrainedPrompt[] {
  return kept.flatMap(({ comparison: { problem, groups_K }, advantages_KG }) =>
    groups_K.flatMap(({ prompt, rollouts_G }, k) => {
      const trained_G = rollouts_G.flatMap((rollout, g) => {
        const advantage = advantages_KG[k]![g];
        return advantage === undefined || trains?.(rollout) === false ? [] : [{ rollout, advantage }];
      });
      return trained_G.length === 0 ? [] : [{ problem, prompt, trained_G }];
    }),
  );
}

/** Prompts and response tokens as an engine scores them. */
export function scoreGroupsOf(prompts: readonly TrainedPrompt[]): ScoreGroup[] {
  return prompts.map(({ prompt, trained_G }) => ({
    prompt,
    responses: trained_G.map(({ rollout }) => rollout.tokens),
  }));
}

/**
 * Sequences in the order of the prompts' responses. `now_NGT`: log p under the policy as it is; before the first update of a batch
 * that is what the sampler computed.
 */
export function sequencesOf(
  prompts: readonly TrainedPrompt[],
  { weights, maxTokens }: { weights: Recipe['weights']; maxTokens: number },
  scores: { now_NGT?: Float32Array[][]; reference_NGT?: Float32Array[][]; teacher_NGT?: Float32Array[][] },
): Sequence[] {
  const lengths_NG = prompts.map(({ trained_G }) => trained_G.map(({ rollout }) => rollout.tokens.length));
  const weights_NG = lossWeights(weights, { lengths_NG, maxTokens });
  return prompts.flatMap(({ trained_G }, n) =>
    trained_G.map(({ rollout, advantage }, g) => ({
      advantage,
      weights: new Float32Array(rollout.tokens.length).fill(weights_NG[n]![g]!),
      logprobs: scores.now_NGT?.[n]?.[g] ?? rollout.policyLogprobs,
      oldLogprobs: rollout.policyLogprobs,
      ...(rollout.samplerLogprobs && { samplerLogprobs: rollout.samplerLogprobs }),
      ...(scores.reference_NGT && { referenceLogprobs: scores.reference_NGT[n]![g]! }),
      ...(scores.teacher_NGT && { teacherLogprobs: scores.teacher_NGT[n]![g]! }),
    })),
  );
}

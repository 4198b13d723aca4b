/** Canaries: signs that sampler and trainer are not the same policy. Training goes on from none of them. */
import { RaRftError } from '../core/errors.js';
import { checkScores } from '../engine/results.js';
import type { Policy, ScoreGroup } from '../engine/types.js';
import type { StepContext } from '../train/training.js';
import { scoreGroupsOf, trainedPrompts } from './sequences.js';
import { sampledGroups, type Comparison } from './types.js';
import { logprobGap, type UpdateResult } from './update.js';

/** Advantages are only right for the policy that sampled: the sampler must run on the weights of the last update. */
export function assertOnPolicy(
  batch_N: readonly Comparison[],
  { policyVersion, step }: Pick<StepContext, 'policyVersion' | 'step'>,
): void {
  if (policyVersion === undefined) return;
  const other = batch_N.flatMap(sampledGroups).find((group) => group.policyVersion !== policyVersion);
  if (!other) return;
  throw new RaRftError({
    code: 'engine',
    message: `step ${step} was sampled by policy version ${other.policyVersion}, the trainer is at ${policyVersion}`,
    expected: 'the sampler to hold the weights of the last update',
    hint: 'This is a fault of the engine; its sampler must be brought up to date by optimStep.',
  });
}

/**
 * Throws `engine` where the log-probabilities of sampler and trainer differ by more than `bound` nats on the mean of a step: a sampler
 * with old or rounded weights, another template or tokenizer, a temperature that only one of them knows.
 */
export function assertSamePolicy({ mean, max }: { mean: number; max: number }, step: number, bound: number): void {
  if (mean <= bound) return;
  throw new RaRftError({
    code: 'engine',
    message: `at step ${step} log p by sampler and trainer differ by ${mean.toFixed(3)} nats on the mean (at most ${max.toFixed(2)})`,
    where: 'rl.maxLogprobGap',
    expected: `at most ${bound}; equal weights give below 0.001`,
    hint: 'The sampler does not run on the weights that are trained: look at how the engine publishes updates. Raise the bound only for samplers of lower precision.',
  });
}

/** Looks once, at the first update of a training, whether updates reach the policy at all, and before that whether the sampler is it. */
export class UpdateProof {
  private given = false;
  private compared = false;

  /**
   * Runs the update and scores `probe` before and after. Throws `engine` where a gradient and a learning rate above 0 have changed no
   * log-probability: the engine then scores and samples with weights that nobody trains.
   */
  async around<T extends { gradNorm: number }>(
    policy: Policy,
    { probe, learningRate }: { probe: ScoreGroup; learningRate: number },
    update: () => Promise<T>,
  ): Promise<T> {
    if (this.given) return update();
    const before = await policy.logprobs([probe]);
    const done = await update();
    const after = await policy.logprobs([probe]);
    if (done.gradNorm > 0 && learningRate > 0 && sameNumbers(before, after)) {
      throw new RaRftError({
        code: 'engine',
        message: `an update with a gradient of norm ${done.gradNorm.toPrecision(2)} and a learning rate of ${learningRate} changed no log-probability`,
        expected: 'scores and samples by the weights of the last update',
        hint: 'This is a fault of the engine: its optimizer step does not reach the weights it computes with. A learning rate too small for the precision of the weights looks the same; try a larger rl.learningRate.',
      });
    }
    this.given = done.gradNorm > 0 && learningRate > 0;
    return done;
  }

  /**
   * How far sampler and trainer are apart at a step: by its update, or, once, by scoring a problem of a first step that makes none. A
   * sampler with other weights gets nothing right, so that no update would ever tell.
   */
  async gap(
    policy: Policy,
    batch_N: readonly Comparison[],
    update: UpdateResult | undefined,
  ): Promise<UpdateResult['logprobGap'] | undefined> {
    const look = !update && !this.compared;
    this.compared = true;
    return update?.logprobGap ?? (look ? scoredGap(policy, batch_N.slice(0, 1)) : undefined);
  }
}

/** The gap over all responses, whether they carry a signal or not. */
async function scoredGap(policy: Policy, batch_N: readonly Comparison[]): Promise<UpdateResult['logprobGap']> {
  const all = batch_N.map((comparison) => ({
    comparison,
    advantages_KG: comparison.groups_K.map(({ rollouts_G }) => rollouts_G.map(() => 0)),
  }));
  const prompts = trainedPrompts(all, undefined);
  const groups = scoreGroupsOf(prompts);
  const scores_NGT = await policy.logprobs(groups);
  checkScores(groups, scores_NGT);
  return logprobGap(prompts, scores_NGT);
}

function sameNumbers(a: readonly (readonly Float32Array[])[], b: readonly (readonly Float32Array[])[]): boolean {
  const [left, right] = [a.flat(), b.flat()];
  return left.every((own, i) => own.every((value, t) => value === right[i]?.[t]));
}

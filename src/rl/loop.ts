/**
 * Reinforcement fine-tuning with retrieved demonstrations: the paper's algorithm (GRPO, no KL, on policy). With a
 * context source that gives nothing it is plain GRPO; nothing else differs between the two.
 */
import { silent, type Progress } from '../core/progress.js';
import type { Rng } from '../core/rng.js';
import type { RunFolder } from '../core/run-folder.js';
import { warn } from '../core/warnings.js';
import type { Report } from '../core/worker-rpc.js';
import type { Problem } from '../data/types.js';
import type { Policy, PolicyEngine } from '../engine/types.js';
import { RaRftError } from '../core/errors.js';
import { failuresOf, RewardWatch } from '../verify/judged.js';
import type { Verifier } from '../verify/types.js';
import { stepMetrics } from './metrics.js';
import { drawInEpochs } from './order.js';
import { groupRecord } from './records.js';
import { judgeGroups, preparePrompts, sampleGroups, type PromptLimits } from './rollouts.js';
import { learningRateAt } from './schedule.js';
import { groupsWithSignal } from './signal.js';
import { Stopwatch } from './stopwatch.js';
import { runTraining, type StepContext, type StepOutcome } from './training.js';
import type { ContextOf, RlCodec } from './types.js';
import { TrainingWatch } from './watch.js';
import { updatePolicy, type RlSettings } from './update.js';

/** Everything a policy's training is made of. */
export interface GrpoTask {
  /** Name in metrics, in the run folder's paths and on the progress bar. */
  arm: string;
  run: RunFolder;
  engine: PolicyEngine;
  codec: RlCodec;
  verifier: Verifier;
  problems: readonly Problem[];
  contextOf: ContextOf;
  settings: RlSettings;
  maxPromptTokens: number;
  /** Folder of the starting policy. */
  initialPolicy: string;
  rng: Rng;
  /** Hash of everything above; a checkpoint made from other inputs is refused. */
  inputs: string;
  /** Evaluations: called with the policy of step 0 and of every step. */
  afterStep?(step: number, policy: Policy): Promise<void>;
  progress?: Progress;
}

/** Trains a policy to the last step, going on from its newest checkpoint. */
export async function trainGrpo(task: GrpoTask): Promise<void> {
  const { steps, checkpointEverySteps } = task.settings;
  // All prompts once, so that one that is too long stops the training before it starts.
  const begin = (policy: Policy): void => {
    preparePrompts(task.problems, task.contextOf, task.codec, limitsOf(task, policy));
  };
  const watch = new TrainingWatch(task.arm, steps);
  const rewards = new RewardWatch(task.verifier.name);
  const takeStep = async (at: StepContext): Promise<StepOutcome> => {
    const outcome = await grpoStep(task, at, rewards);
    for (const warning of watch.see(outcome.metrics, outcome.failures)) {
      await warn(task.run, task.progress ?? silent, warning);
    }
    return outcome;
  };
  const learningRateKey = 'rl.learningRate';
  await runTraining({ ...task, steps, checkpointEverySteps, keepCheckpoints: 2, learningRateKey, begin, takeStep });
}

/** One step: draw, add context, sample, verify, compare within groups, update on those that carry a gradient. */
export async function grpoStep(
  task: GrpoTask,
  at: StepContext,
  rewards = new RewardWatch(task.verifier.name),
): Promise<StepOutcome> {
  const { codec, settings } = task;
  const { policy } = at;
  const watch = new Stopwatch();

  const problems = drawInEpochs(task.problems, task.rng, at.drawn, settings.promptsPerStep);
  const prompts = preparePrompts(problems, task.contextOf, codec, limitsOf(task, policy));
  const sampled = await sampleGroups(policy, prompts, samplePlan(task, at.rng), codec, counting(at, 'sampling'));
  assertOnPolicy(sampled[0]?.policyVersion, at);
  watch.lap('sampleMs');
  const groups = await judgeGroups(task.verifier, sampled);
  watch.lap('verifyMs');
  const rollouts = groups.flatMap((group) => group.rollouts_G);
  rewards.see(rollouts, at.step === settings.steps);
  const failures = failuresOf(rollouts);

  const trained = groupsWithSignal(groups, settings.maxGroupsPerUpdate);
  const learningRate = learningRateAt(at.step, { peak: settings.learningRate, warmupSteps: settings.warmupSteps });
  const update =
    trained.length > 0
      ? await updatePolicy(policy, trained, settings, learningRate, counting(at, 'training'))
      : undefined;
  watch.lap('updateMs');

  const metrics = stepMetrics(at.step, groups, update, { learningRate, trainedGroups: trained.length });
  return {
    metrics,
    drawn: problems.length,
    records: groups.map((group) => groupRecord(at.step, group, settings.advantage)),
    note: [
      metrics.rewardMean === undefined ? 'no reward' : `reward ${metrics.rewardMean.toFixed(2)}`,
      ...(failures ? [`${failures.count} without one`] : []),
      `mixed ${trained.length}/${groups.length}`,
    ].join(', '),
    ...(failures && {
      failures: `${failures.count} of ${failures.of} responses of step ${at.step} got no reward (${failures.kinds}) and are not trained on; the first: ${failures.reason}`,
    }),
    timings: watch.laps,
  };
}

function limitsOf({ maxPromptTokens, settings }: GrpoTask, { info }: Policy): PromptLimits {
  return { maxContext: info.maxContext, maxPromptTokens, maxTokens: settings.maxTokens };
}

function samplePlan({ settings, codec }: GrpoTask, rng: Rng) {
  const { groupSize, maxTokens, temperature, topK, topP } = settings;
  return { groupSize, rng, options: { maxTokens, temperature, topK, topP, stopTokens: codec.stopTokens } };
}

/** Shows how far a phase of the step is: `sampling 120/256`. */
function counting(at: StepContext, phase: string): Report {
  return (done, total) => at.note(`${phase} ${done}/${total}`);
}

/** Advantages are only right for the policy that sampled: the sampler must run on the weights of the last update. */
function assertOnPolicy(sampler: number | undefined, { policyVersion, step }: StepContext): void {
  if (policyVersion === undefined || sampler === undefined || sampler === policyVersion) return;
  throw new RaRftError({
    code: 'engine',
    message: `step ${step} was sampled by policy version ${sampler}, the trainer is at ${policyVersion}`,
    expected: 'the sampler to hold the weights of the last update',
    hint: 'This is a fault of the engine; its sampler must be brought up to date by optimStep.',
  });
}

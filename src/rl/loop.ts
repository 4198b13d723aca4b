/**
 * Reinforcement fine-tuning with retrieved demonstrations: the paper's algorithm. With contexts that show nothing it is plain GRPO (or
 * whatever the recipe is); nothing else differs between the two.
 */
import type { RlSettings } from '../config/index.js';
import { silent, type Progress } from '../core/progress.js';
import type { Rng } from '../core/rng.js';
import type { RunFolder } from '../runs/run-folder.js';
import { warn } from '../runs/warnings.js';
import type { Report } from '../core/worker-rpc.js';
import type { Problem } from '../data/types.js';
import type { Policy, PolicyEngine } from '../engine/types.js';
import { failuresOf, RewardWatch } from '../verify/judged.js';
import type { Verifier } from '../verify/types.js';
import type { AdvantageTable } from './advantages/index.js';
import { assertOnPolicy, assertSamePolicy, UpdateProof } from './canaries.js';
import type { ContextSource } from './contexts/index.js';
import { stepMetrics } from './metrics.js';
import { drawInEpochs } from '../train/order.js';
import type { Recipe } from './recipes/index.js';
import { comparisonRecords, type GroupRecord } from './records.js';
import { refuseOtherVocabulary } from './same-vocabulary.js';
import { withKlPenalty } from './sample/kl-penalty.js';
import { preparePrompts } from './sample/prompts.js';
import { sampleUntilFull } from './sample/refill.js';
import { rollOut, type SamplePlan } from './sample/rollouts.js';
import { Attempts, sampleProblems } from './sample/tries.js';
import { learningRateAt } from '../train/schedule.js';
import { advantagesOf, scoreGroupsOf, trainedPrompts } from './sequences.js';
import { Stopwatch } from '../train/stopwatch.js';
import { runTraining, type StepContext, type StepOutcome, type TrainedPart } from '../train/training.js';
import { sampledRollouts, type Comparison, type RlCodec } from './types.js';
import { TrainingWatch } from './watch.js';
import { optimOptions, updatePolicy, type TeacherOf, type Update } from './update.js';

/** Everything a policy's training is made of. */
export interface RlTask {
  /** Name in metrics, in the run folder's paths and on the progress bar. */
  arm: string;
  run: RunFolder;
  engine: PolicyEngine;
  /** What of the policy is trained; default: everything. */
  training?: TrainedPart;
  /** A policy that stays as it is, for recipes that hold the policy near it. */
  reference?: Policy;
  /** Scores by a policy that sees more, for recipes that learn from one. */
  teacherOf?: TeacherOf;
  /** Makes the updates, where it is not the recipe's objective that does. */
  update?: Update;
  codec: RlCodec;
  verifier: Verifier;
  problems: readonly Problem[];
  contexts: ContextSource;
  /** Rank of a problem within an epoch, the smallest first; equal ones in random order. Default: all are equal. */
  rankOf?: (problem: Problem) => number;
  recipe: Recipe;
  settings: RlSettings;
  maxPromptTokens: number;
  /** Folder of the starting policy. */
  initialPolicy: string;
  rng: Rng;
  /** Hash of everything above; a checkpoint made from other inputs is refused. */
  inputs: string;
  /** Evaluations: called with the policy of step 0 and of every step. */
  afterStep?(step: number, policy: Policy): Promise<void>;
  /** Called once before any step; what it refuses is refused before work is done. */
  begin?(policy: Policy): void;
  progress?: Progress;
}

/** Trains a policy to the last step, going on from its newest checkpoint. */
export async function trainRl(task: RlTask): Promise<void> {
  const { steps, checkpointEverySteps } = task.settings;
  const watches = () => ({
    training: new TrainingWatch(task.arm, steps),
    rewards: new RewardWatch(task.verifier.name),
    proof: new UpdateProof(),
  });
  let watching = watches();
  const begin = (policy: Policy): void => {
    watching = watches(); // a training that goes back to a checkpoint sees its steps anew
    refuseOtherVocabulary(policy, task.reference, 'reference policy');
    refuseLongPrompts(task, policy);
    task.begin?.(policy);
  };
  const takeStep = async (at: StepContext): Promise<StepOutcome> => {
    const outcome = await rlStep(task, at, watching.rewards, watching.proof);
    for (const warning of watching.training.see(outcome.metrics, outcome.failures)) {
      await warn(task.run, task.progress ?? silent, warning);
    }
    return outcome;
  };
  const learningRateKey = 'rl.learningRate';
  await runTraining({ ...task, steps, checkpointEverySteps, keepCheckpoints: 2, learningRateKey, begin, takeStep });
}

/** One step: draw, add context, sample, verify, compare, update on what carries a gradient. */
export async function rlStep(
  task: RlTask,
  at: StepContext,
  rewards = new RewardWatch(task.verifier.name),
  proof = new UpdateProof(),
): Promise<StepOutcome> {
  const { recipe, settings } = task;
  const watch = new Stopwatch();

  // Sample and verify: one batch, or as many as the recipe wants until enough problems carry a gradient.
  const plan = samplePlan(task, at.policy, watch);
  const { promptsPerStep: wanted } = settings;
  const attempts = new Attempts();
  const { all_N, kept_N, batches } = await sampleUntilFull(
    (batch) => {
      const problems = drawInEpochs(task.problems, task.rng, at.drawn + batch * wanted, wanted, task.rankOf);
      return sampleProblems(problems, {
        source: task.contexts,
        step: at.step,
        rng: at.rng,
        attempts,
        sample: (draws) => rollOut(draws, plan, at.rng, counting(at, 'sampling')),
      });
    },
    { wanted, maxBatches: recipe.maxBatches ?? 1, keep: recipe.keep },
  );
  assertOnPolicy(all_N, at);
  watch.lap('verifyMs');
  const rollouts = all_N.flatMap(sampledRollouts);
  rewards.see(rollouts, at.step === settings.steps);
  const failures = failuresOf(rollouts);

  // Compare and update, conditioned on the same prompts (Eq. 3).
  const advantages_NKG = advantagesOf(await rewarded(all_N, task), recipe);
  const compared = all_N.map((comparison, n) => ({ comparison, advantages_KG: advantages_NKG[n]! }));
  const kept = new Set(settings.maxGroupsPerUpdate > 0 ? kept_N.slice(0, settings.maxGroupsPerUpdate) : kept_N);
  const trained = trainedPrompts(
    compared.filter(({ comparison }) => kept.has(comparison)),
    recipe.trains,
  );
  const learningRate = learningRateAt(at.step, { peak: settings.learningRate, warmupSteps: settings.warmupSteps });
  const optimizer = optimOptions(settings, learningRate);
  const [probe] = scoreGroupsOf(trained.slice(0, 1));
  const update =
    probe &&
    (await proof.around(at.policy, { probe, learningRate }, () =>
      (task.update ?? updatePolicy)(trained, { ...task, policy: at.policy, optimizer }, counting(at, 'training')),
    ));
  const gap = await proof.gap(at.policy, all_N, update);
  if (gap) assertSamePolicy(gap, at.step, settings.maxLogprobGap);
  watch.lap('updateMs');

  const metrics = stepMetrics(at.step, all_N, update, {
    learningRate,
    trainedGroups: kept.size,
    ...(recipe.maxBatches !== undefined && { batches }),
    ...(task.contexts.rescue && { rescued: all_N.filter(({ insteadOf }) => insteadOf !== undefined) }),
  });
  return {
    metrics,
    drawn: all_N.length,
    records: recordsOf(at.step, compared),
    note: [
      metrics.rewardMean === undefined ? 'no reward' : `reward ${metrics.rewardMean.toFixed(2)}`,
      ...(failures ? [`${failures.count} without one`] : []),
      `mixed ${kept.size}/${all_N.length}`,
    ].join(', '),
    ...(failures && {
      failures: `${failures.count} of ${failures.of} responses of step ${at.step} got no reward (${failures.kinds}) and are not trained on; the first: ${failures.reason}`,
    }),
    timings: watch.laps,
  };
}

/** One after the other: as JSON they take several times what the rollouts do. */
function* recordsOf(
  step: number,
  compared: readonly { comparison: Comparison; advantages_KG: AdvantageTable[number] }[],
): Generator<GroupRecord> {
  for (const { comparison, advantages_KG } of compared) yield* comparisonRecords(step, comparison, advantages_KG);
}

/** The batch as it is compared: with the divergence from the reference taken off the rewards, where that is asked for. */
async function rewarded(batch_N: readonly Comparison[], { settings: { kl }, reference }: RlTask) {
  return kl.in === 'reward' && kl.coefficient > 0 && reference
    ? withKlPenalty(batch_N, reference, kl.coefficient)
    : batch_N;
}

/** All prompts once, so that one that is too long stops the training before it starts. */
function refuseLongPrompts(task: RlTask, policy: Policy): void {
  const shown = task.problems.flatMap((problem) =>
    task.contexts.possible(problem).map((context) => ({ problem, context })),
  );
  preparePrompts(shown, task.codec, limitsOf(task, policy));
}

function limitsOf({ maxPromptTokens, settings }: RlTask, { info }: Policy) {
  return { maxContext: info.maxContext, maxPromptTokens, maxTokens: settings.maxTokens };
}

function samplePlan(task: RlTask, policy: Policy, watch: Stopwatch): SamplePlan {
  const { codec, verifier, settings } = task;
  const { groupSize, maxTokens, temperature, topK, topP } = settings;
  const options = { maxTokens, temperature, topK, topP, stopTokens: codec.stopTokens };
  const onSampled = () => watch.lap('sampleMs');
  return { policy, codec, verifier, limits: limitsOf(task, policy), groupSize, options, onSampled };
}

/** Shows how far a phase of the step is: `sampling 120/256`. */
function counting(at: StepContext, phase: string): Report {
  return (done, total) => at.note(`${phase} ${done}/${total}`);
}

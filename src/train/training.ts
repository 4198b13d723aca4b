/**
 * Training in steps that may be killed at any moment: after a restart the records are cut back to the newest
 * checkpoint and the steps after it run again, giving the same records byte for byte. Used by the RL loop and by
 * the supervised warm-up.
 */
import { access, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkpointClock, type CheckpointClock } from '../core/checkpoint-due.js';
import { atPlace, errorFacts } from '../core/errors.js';
import { readJsonl, writeJsonlAtomic } from '../core/jsonl.js';
import { silent, type Progress, type Task } from '../core/progress.js';
import type { Rng } from '../core/rng.js';
import type { RunFolder } from '../runs/run-folder.js';
import type { MetricsRow } from '../runs/metrics-row.js';
import { warn } from '../runs/warnings.js';
import { PolicyLostError } from '../engine/lost.js';
import { policyRefOf } from '../engine/policy-folder.js';
import type { OpenOptions, Policy, PolicyEngine } from '../engine/types.js';
import {
  checkpointPath,
  checkpointSteps,
  latestCheckpoint,
  removeCheckpointsAfter,
  saveCheckpoint,
} from './checkpoints.js';

/** What one step is given: everything it may draw from. */
export interface StepContext {
  /** The policy that is trained. */
  policy: Policy;
  /** From 1. */
  step: number;
  /** Problems drawn before this step. */
  drawn: number;
  /** Stream of this step alone. */
  rng: Rng;
  /** Version of the policy after the last update; undefined before the first step. */
  policyVersion: number | undefined;
  /** Says on the progress bar what the step is at; for steps that take long. */
  note(text: string): void;
}

/** What one step did. */
export interface StepOutcome {
  metrics: { step: number; policyVersion: number | undefined } & Record<string, number | undefined>;
  drawn: number;
  /** Lines of the step's rollouts file, gone through once; no file where undefined. */
  records?: Iterable<unknown>;
  /** A few words for the progress bar. */
  note: string;
  /** Says what had no reward, where anything had none. */
  failures?: string;
  /** Milliseconds of the step's phases, for the event log. */
  timings?: Record<string, number>;
}

/** All weights of a policy or an adapter of it, and the folder of the adapter's base model. */
export type TrainedPart = Pick<OpenOptions, 'train' | 'base'>;

/** Where and how long to train. */
export interface TrainingPlan {
  /** Name in metrics, in the run folder's paths and on the progress bar: an arm, or `warmup`. */
  arm: string;
  run: RunFolder;
  engine: PolicyEngine;
  /** What of the policy is trained; default: everything. */
  training?: TrainedPart;
  /** Folder of the starting policy. */
  initialPolicy: string;
  steps: number;
  checkpointEverySteps: number;
  /** Configuration key of the learning rate, for the hint where a training diverges. */
  learningRateKey: string;
  /** Newest checkpoints to keep; older ones are removed. */
  keepCheckpoints: number;
  rng: Rng;
  /** Hash of everything the training depends on. */
  inputs: string;
  /** Called before the first step, also when it goes back to a checkpoint; what it refuses is refused before work is done. */
  begin?(policy: Policy): void;
  takeStep(context: StepContext): Promise<StepOutcome>;
  /** Called with the policy of step 0 and of every step, in order. May be called again for a step after a restart. */
  afterStep?(step: number, policy: Policy): Promise<void>;
  progress?: Progress;
  /** Milliseconds of a clock, by which checkpoints are due beside steps. Default `performance.now`. */
  now?: () => number;
}

/** Times that a training goes back to its checkpoint without getting further than before. */
const MOST_LOSSES = 3;

/**
 * Trains to the last step, from wherever the records stand; the last step's checkpoint is the policy. A `not-finite` error of a step leaves
 * records and checkpoints as they were before it. Where the engine loses the policy, the training goes back to its newest checkpoint, as if
 * it had been killed and started again.
 */
export async function runTraining(plan: TrainingPlan): Promise<void> {
  const { arm, run, progress = silent } = plan;
  let furthest = -1;
  for (let losses = 0; ;) {
    try {
      await trainFromCheckpoint(plan);
      return;
    } catch (error) {
      if (!(error instanceof PolicyLostError)) throw error;
      const reached = await recordedSteps(run, arm);
      losses = reached > furthest ? 1 : losses + 1;
      furthest = Math.max(furthest, reached);
      if (losses > MOST_LOSSES) throw lostAgain(error, reached);
      const text = `${error.message}. Behind step ${reached} the training goes back to its newest checkpoint.`;
      await warn(run, progress, { code: 'policy-lost', where: arm, text });
    }
  }
}

function lostAgain(cause: PolicyLostError, step: number): PolicyLostError {
  const message = `${cause.message}; it was lost ${MOST_LOSSES + 1} times behind step ${step}`;
  return new PolicyLostError({ message, cause });
}

async function trainFromCheckpoint(plan: TrainingPlan): Promise<void> {
  const from = await resume(plan);
  const task = (plan.progress ?? silent).task(plan.arm, plan.steps, 'steps', from.step);
  try {
    plan.begin?.(from.policy);
    await takeSteps(plan, from, task);
  } finally {
    task.end();
    await from.policy.dispose();
  }
}

async function takeSteps(plan: TrainingPlan, from: Position, task: Task): Promise<void> {
  const { policy } = from;
  let { step, drawn, policyVersion } = from;
  const clock = checkpointClock(plan.checkpointEverySteps, plan.now);
  try {
    await evaluated(plan, step, policy, task);
    while (step < plan.steps) {
      step++;
      const before = step - 1;
      const note = (text: string) => task.update(before, text);
      const rng = plan.rng.fork(`step/${step}`);
      const outcome = await plan.takeStep({ policy, step, drawn, policyVersion, rng, note });
      drawn += outcome.drawn;
      policyVersion = outcome.metrics.policyVersion;
      await record(plan, clock, outcome, { step, policy, drawn, policyVersion });
      task.update(step, outcome.note);
      await evaluated(plan, step, policy, task);
    }
  } catch (error) {
    const { code } = errorFacts(error);
    throw atPlace(`${plan.arm}, step ${step}`, error, code === 'not-finite' ? await wayBack(plan) : undefined);
  }
}

/** An evaluation has a task of its own, and is no part of how fast the steps are. */
async function evaluated(plan: TrainingPlan, step: number, policy: Policy, task: Task): Promise<void> {
  const resume = task.pause();
  try {
    await plan.afterStep?.(step, policy);
  } finally {
    resume();
  }
}

/** Writes what a step left: rollouts, metrics, its checkpoint where one is due. */
async function record(
  { arm, run, steps, keepCheckpoints, rng, inputs }: TrainingPlan,
  clock: CheckpointClock,
  outcome: StepOutcome,
  { step, policy, drawn, policyVersion }: Position,
): Promise<void> {
  if (outcome.records) await writeJsonlAtomic(run.paths.rollouts(arm, step), outcome.records);
  await run.metrics({ arm, ...outcome.metrics });
  if (clock.isDue(step) || step === steps) {
    const state = { step, drawn, policyVersion: policyVersion ?? 0, rng: rng.getState(), inputs };
    // A training that has ended needs no way back.
    await saveCheckpoint(run.paths.policies(arm), policy, state, step === steps ? 1 : keepCheckpoints);
    clock.saved();
  }
  const memoryMb = Math.round(process.memoryUsage().rss / 2 ** 20);
  await run.event('step', { arm, step, ...outcome.timings, memoryMb });
}

/** How to go on after a training has diverged. */
async function wayBack({ arm, run, learningRateKey }: TrainingPlan): Promise<string> {
  const step = (await checkpointSteps(run.paths.policies(arm))).at(-1);
  const start = `Start a run under another --name with a lower ${learningRateKey}`;
  if (step === undefined) return `${start}.`;
  const folder = checkpointPath(run.paths.policies(arm), step);
  return `${start}; the checkpoint of step ${step} is whole and can be its start (model.path: ${folder}).`;
}

type Position = Pick<StepContext, 'policy' | 'step' | 'drawn' | 'policyVersion'>;

/** Opens the newest checkpoint (or the starting policy) and cuts the records back to it. */
async function resume({ arm, run, engine, training, inputs, initialPolicy, steps }: TrainingPlan): Promise<Position> {
  const policies = run.paths.policies(arm);
  const checkpoint = await latestCheckpoint(policies, Math.min(steps, await recordedSteps(run, arm)), inputs);
  const step = checkpoint?.step ?? 0;
  await run.cutMetrics(arm, step);
  await removeRolloutsAfter(run.paths.rollouts(arm, step));
  await removeCheckpointsAfter(policies, step);
  // A training starts with an optimizer of its own, also from weights that another one left with theirs.
  const from = checkpoint ? checkpointPath(policies, step) : initialPolicy;
  const options = { train: 'full' as const, ...training, optimizer: checkpoint !== undefined };
  const policy = await engine.open(await policyRefOf(from), options);
  return { policy, step, drawn: checkpoint?.drawn ?? 0, policyVersion: checkpoint?.policyVersion };
}

/** The last step in the metrics file; a checkpoint beyond it (its lines lost with the power) cannot be gone on from. */
export async function recordedSteps(run: Pick<RunFolder, 'cutMetrics' | 'paths'>, arm: string): Promise<number> {
  await run.cutMetrics(arm, Number.POSITIVE_INFINITY); // cuts a torn last line
  let last = 0;
  const present = await access(run.paths.metrics).then(
    () => true,
    () => false,
  );
  if (present)
    for await (const { value } of readJsonl<MetricsRow>(run.paths.metrics)) if (value.arm === arm) last = value.step;
  return last;
}

/** Removes the rollouts of later steps than `last` from its folder. */
async function removeRolloutsAfter(last: string): Promise<void> {
  const folder = dirname(last);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (/^\d+\.jsonl$/.test(name) && name > basename(last)) await rm(join(folder, name), { force: true });
  }
}

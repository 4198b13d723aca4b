/**
 * Supervised steps on worked solutions, with or without a demonstration in the prompt: the warm-up of policies that
 * never solve a problem yet, and arms to compare with. Same verbs, same checkpoints as the RL loop.
 */
import { RaRftError } from '../core/errors.js';
import type { Progress } from '../core/progress.js';
import type { Rng } from '../core/rng.js';
import type { RunFolder } from '../runs/run-folder.js';
import type { Context } from '../data/context.js';
import type { Problem } from '../data/types.js';
import { checkGradNorm, checkTrained } from '../engine/results.js';
import { supervisedResponse } from '../engine/supervised.js';
import type { OptimStepOptions, Policy, PolicyEngine, Tokens, TrainGroup } from '../engine/types.js';
import { drawInEpochs } from '../train/order.js';
import { preparePrompts, type PromptLimits } from '../rl/sample/prompts.js';
import { learningRateAt, type Schedule } from '../train/schedule.js';
import { runTraining, type StepContext, type StepOutcome, type TrainedPart } from '../train/training.js';
import type { RlCodec } from '../rl/types.js';

/** One sentence for each metric of a supervised step. */
export const sftMetricGlossary = {
  step: 'Number of the step, from 1.',
  nllPerToken: 'Mean of -log p over the tokens of the solutions, in nats, before the step.',
  trainedTokens: 'Solution tokens trained on.',
  gradNorm: 'L2 norm of the gradient before clipping.',
  learningRate: 'Learning rate of the step.',
  promptTokensMean: 'Mean length of the prompts, in tokens.',
  traceShare: 'Share of prompts with a trace.',
  policyVersion: 'Updates made so far.',
} as const;

export interface SftTask {
  arm: string;
  run: RunFolder;
  engine: PolicyEngine;
  /** What of the policy is trained; default: everything. */
  training?: TrainedPart;
  codec: RlCodec;
  /** Those without a solution are left out. */
  problems: readonly Problem[];
  /** Demonstration of one example; drawn anew each time the problem comes up. */
  contextOf(problem: Problem, rng: Rng): Context;
  settings: { steps: number; batchSize: number };
  schedule: Schedule;
  /** Section of the configuration that the learning rate stands in. */
  section: 'warmup' | 'sft';
  optimizer: Omit<OptimStepOptions, 'learningRate'>;
  maxPromptTokens: number;
  checkpointEverySteps: number;
  /** Newest checkpoints to keep; default: one. */
  keepCheckpoints?: number;
  /** Folder of the starting policy. */
  initialPolicy: string;
  rng: Rng;
  /** Hash of everything above. */
  inputs: string;
  /** Called with the policy of step 0 and of every step. */
  afterStep?(step: number, policy: Policy): Promise<void>;
  progress?: Progress;
}

/** A problem with the solution to be learnt. */
type Solved = Problem & { solution: string };

/** Trains to the last step, going on from the newest checkpoint. Throws `data` where no problem has a solution. */
export async function trainSupervised(task: SftTask): Promise<void> {
  const solved = task.problems.filter((p): p is Solved => p.solution !== undefined);
  if (solved.length === 0) {
    throw new RaRftError({
      code: 'data',
      message: 'supervised steps need worked solutions, and no training problem has one',
      where: task.section === 'warmup' ? 'warmup.steps' : `arms: ${task.arm}`,
      hint: 'Name the field with solutions in data.problems.fields.solution, or leave the supervised steps out (warmup.steps: 0; arms with the method sft).',
    });
  }
  const { settings, checkpointEverySteps } = task;
  await runTraining({
    ...task,
    steps: settings.steps,
    checkpointEverySteps,
    keepCheckpoints: task.keepCheckpoints ?? 1,
    learningRateKey: `${task.section}.learningRate`,
    takeStep: (at) => sftStep(task, solved, at),
  });
}

async function sftStep(task: SftTask, solved: readonly Solved[], at: StepContext): Promise<StepOutcome> {
  const { codec, settings } = task;
  const { policy } = at;
  const problems = drawInEpochs(solved, task.rng, at.drawn, settings.batchSize);
  const responses = problems.map((p) => codec.response(p.solution));
  const limits: PromptLimits = {
    maxContext: policy.info.maxContext,
    maxPromptTokens: task.maxPromptTokens,
    maxTokens: (i) => responses[i]?.length ?? 0,
  };
  const shown = problems.map((problem, i) => ({
    problem,
    context: task.contextOf(problem, at.rng.fork(`context/${i}`)),
  }));
  const prompts = preparePrompts(shown, codec, limits);

  const batch = supervisedGroups(
    prompts.map((p) => p.prompt),
    responses,
  );
  const result = await policy.forwardBackward(batch);
  checkTrained(batch, result);
  const { loss } = result;
  const learningRate = learningRateAt(at.step, task.schedule);
  const { gradNorm, policyVersion } = await policy.optimStep({ ...task.optimizer, learningRate });
  checkGradNorm(gradNorm);
  return {
    metrics: {
      step: at.step,
      nllPerToken: loss,
      trainedTokens: responses.reduce((sum, { length }) => sum + length, 0),
      gradNorm,
      learningRate,
      promptTokensMean: prompts.reduce((a, p) => a + p.prompt.length, 0) / prompts.length,
      traceShare: prompts.filter(({ context }) => context.kind === 'traces').length / prompts.length,
      policyVersion,
    },
    drawn: problems.length,
    note: `loss ${loss.toFixed(3)}`,
  };
}

/** One group a prompt, one response each; every token of the batch weighs the same, all together 1. */
export function supervisedGroups(prompts: readonly Tokens[], responses: readonly Tokens[]): TrainGroup[] {
  const tokens = responses.reduce((a, r) => a + r.length, 0);
  return prompts.map((prompt, i) => {
    return { prompt, responses: [supervisedResponse(responses[i] as Tokens, 1 / tokens)] };
  });
}

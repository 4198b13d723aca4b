/** The trainings behind an arm, by its method: all start from the same policy and meet the same problems in the same order. */
import type { ArmConfig } from '../config/index.js';
import type { Context, Problem } from '../data/index.js';
import { ownSolution, trainOpsd } from '../distil/index.js';
import type { Policy } from '../engine/index.js';
import { makeRecipe, trainRl } from '../rl/index.js';
import { trainSupervised } from '../supervised/index.js';
import { optimizerOf } from './optimizer.js';
import type { Session } from './session.js';
import { supervisedBatch } from './stage-settings.js';
import { trainedPart, withRunPolicy } from './trained-part.js';

export interface PolicyTraining {
  problems: readonly Problem[];
  /** What the arm's `train` names. */
  context: (problem: Problem) => Context;
  /** Folder of the starting policy. */
  start: string;
  /** Hash of all that the policy depends on. */
  inputs: string;
  afterStep: (step: number, policy: Policy) => Promise<void>;
}

type Train = (session: Session, arm: ArmConfig, training: PolicyTraining) => Promise<void>;

/** Trains an arm's policy to the last step. */
export const trainBy: Record<ArmConfig['method'], Train> = {
  rl: async (session, arm, training) => {
    const { rl, recipes } = session.config;
    const recipe = makeRecipe(arm.recipe ?? rl.recipe, { recipes, rl });
    const train = (reference?: Policy) =>
      trainRl({
        ...sampled(session, arm, training),
        ...(reference && { reference }),
        contextsOf: (problem) => [training.context(problem)],
        recipe,
      });
    // The policy is held near the one that all arms start from.
    await (rl.kl.coefficient > 0 ? withRunPolicy(session, training.start, train) : train());
  },

  sft: async (session, arm, training) => {
    const { config, lengths } = session;
    const { rl, sft, prompt } = config;
    const fits = (problem: Problem) => {
      const context = training.context(problem);
      const trace = context.kind === 'traces' ? context.traces[0] : undefined;
      return prompt.overlong === 'error' || lengths.fitsExample(problem, trace);
    };
    await trainSupervised({
      ...shared(session, arm, training),
      problems: training.problems.filter(fits),
      contextOf: training.context,
      settings: { steps: rl.steps, batchSize: supervisedBatch(config) },
      // No decay, as for RL: a run may go on with more steps.
      schedule: { peak: sft.learningRate, warmupSteps: rl.warmupSteps },
      section: 'sft',
      optimizer: optimizerOf(rl),
      checkpointEverySteps: rl.checkpointEverySteps,
      keepCheckpoints: 2,
    });
  },

  opsd: async (session, arm, training) => {
    const { opsd, prompt } = session.config;
    const privileged = opsd.privileged === 'solution' ? ownSolution : training.context;
    const fits = (problem: Problem) => {
      const context = privileged(problem);
      return (
        prompt.overlong === 'error' || context.kind !== 'traces' || session.lengths.fits(problem, context.traces[0])
      );
    };
    const task = { ...sampled(session, arm, training), problems: training.problems.filter(fits), privileged };
    const train = (teacher?: Policy) => trainOpsd({ ...task, ...(teacher && { teacher }) });
    await (opsd.teacher === 'start' ? withRunPolicy(session, training.start, train) : train());
  },
};

function shared({ config, run, codec, rng, progress, ...session }: Session, arm: ArmConfig, training: PolicyTraining) {
  return {
    arm: arm.name,
    run,
    engine: session.engine(),
    training: trainedPart(config),
    codec,
    maxPromptTokens: config.prompt.maxPromptTokens,
    initialPolicy: training.start,
    // The same stream for every arm: they meet the same problems in the same order.
    rng: rng.fork('rl'),
    inputs: training.inputs,
    afterStep: training.afterStep,
    progress,
  };
}

function sampled(session: Session, arm: ArmConfig, training: PolicyTraining) {
  const { config, verifier } = session;
  return { ...shared(session, arm, training), verifier, problems: training.problems, settings: config.rl };
}

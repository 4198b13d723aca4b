/** The trainings behind an arm, by its method: all start from the same policy and meet the same problems in the same order. */
import { rlSettingsOf, type ArmConfig } from '../../config/index.js';
import { noContext, shownTraces, type Context, type Problem } from '../../data/index.js';
import { ownSolution, refuseSampledOnly, trainOpsd } from '../../distil/index.js';
import type { Policy } from '../../engine/index.js';
import { makeRecipe, trainRl, type ContextSource } from '../../rl/index.js';
import { trainSupervised } from '../../supervised/index.js';
import { optimizerOf } from './optimizer.js';
import type { Session } from '../session.js';
import { supervisedBatch } from '../stage-settings.js';
import { trainedPart, withRunPolicy } from './trained-part.js';

export interface PolicyTraining {
  problems: readonly Problem[];
  /** Rank of a problem within an epoch, where the order is not random. */
  rankOf: ((problem: Problem) => number) | undefined;
  /** What the arm's `train` names, with all that its settings say of when it is shown. */
  contexts: ContextSource;
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
    const { recipes } = session.config;
    const rl = rlSettingsOf(session.config);
    const recipe = makeRecipe(arm.recipe ?? rl.recipe, { recipes, rl });
    const train = (reference?: Policy) =>
      trainRl({
        ...sampled(session, arm, training),
        ...(reference && { reference }),
        contexts: training.contexts,
        recipe,
      });
    // The policy is held near the one that all arms start from.
    await (rl.kl.coefficient > 0 ? withRunPolicy(session, training.start, train) : train());
  },

  sft: async (session, arm, training) => {
    const { config, lengths } = session;
    const { rl, sft, prompt } = config;
    const contextOf = firstOf(training.contexts);
    const fits = (problem: Problem) => {
      const [trace] = shownTraces(contextOf(problem));
      return prompt.overlong === 'error' || lengths.fitsExample(problem, trace);
    };
    await trainSupervised({
      ...shared(session, arm, training),
      problems: training.problems.filter(fits),
      contextOf,
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
    const privileged = opsd.privileged === 'solution' ? ownSolution : firstOf(training.contexts);
    const fits = (problem: Problem) => {
      const [trace] = shownTraces(privileged(problem));
      return prompt.overlong === 'error' || session.lengths.fits(problem, trace);
    };
    const task = { ...sampled(session, arm, training), problems: training.problems.filter(fits), privileged, opsd };
    const train = (teacher?: Policy) => trainOpsd({ ...task, ...(teacher && { teacher }) });
    await (opsd.teacher === 'start' ? withRunPolicy(session, training.start, train) : train());
  },
};

/** Throws `engine` where an arm's method asks for more than the engine can do. */
export async function refuseOtherEngines({
  config: { arms, opsd, rl },
  engine,
}: Pick<Session, 'config' | 'engine'>): Promise<void> {
  if (rl.steps === 0) return;
  const distilled = arms.some(({ method, policyOf }) => method === 'opsd' && policyOf === null);
  if (distilled && opsd.divergence !== 'sampled') await refuseSampledOnly(engine(), opsd.divergence);
}

/** The context that a problem is shown whenever it is shown one. */
function firstOf(contexts: ContextSource): (problem: Problem) => Context {
  return (problem) => contexts.possible(problem)[0] ?? noContext;
}

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
  const { config, codecs, verifier } = session;
  const { problems, rankOf } = training;
  return {
    ...shared(session, arm, training),
    codec: codecs.rl,
    verifier,
    problems,
    ...(rankOf && { rankOf }),
    settings: rlSettingsOf(config),
  };
}

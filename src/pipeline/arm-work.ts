/** What the arms of a run come to: trainings, evaluations, samples. */
import type { ArmConfig, Config } from '../config/index.js';
import { armStage } from '../runs/arm-stage.js';
import type { Begun } from './begun.js';

/** Counts of what arms come to. */
export interface ArmWork {
  /** Policies trained. */
  trainedArms: number;
  /** Steps of all of them together. */
  trainingSteps: number;
  /** Evaluations of all arms together, and samples of all of them and of traces one by one. */
  evaluations: number;
  evaluationSamples: number;
}

/** Counts the work of the arms that a configuration names, less what trainings have behind them, and of traces one by one. Pure. */
export function armWork(config: Config, oneByOne: number, tests: number, begun: Begun = {}): ArmWork {
  const { arms, rl } = config;
  const { everySteps, k, contexts } = config.eval;
  const trained = arms.filter((arm) => arm.policyOf === null);
  const whileTraining = new Set([0, rl.steps, ...multiples(everySteps, rl.steps)]);
  const own = trained.map((arm) => [...whileTraining].filter((step) => step > (begun[armStage(arm)] ?? -1)).length);
  const borrowed = (arms.length - trained.length) * new Set([0, rl.steps]).size;
  const evaluations = own.reduce((sum, count) => sum + count, borrowed);
  return {
    trainedArms: rl.steps === 0 ? 0 : trained.length,
    trainingSteps: trained.reduce((sum, arm) => sum + stepsLeft(arm, config, begun), 0),
    evaluations,
    evaluationSamples: (evaluations + oneByOne * contexts) * tests * k,
  };
}

/** Steps that the training of an arm has before it. */
export function stepsLeft(arm: Pick<ArmConfig, 'name' | 'policyOf'>, { rl }: Pick<Config, 'rl'>, begun: Begun): number {
  return Math.max(0, rl.steps - (begun[armStage(arm)] ?? 0));
}

function multiples(of: number, upTo: number): number[] {
  return Array.from({ length: Math.floor(upTo / of) }, (_, i) => (i + 1) * of);
}

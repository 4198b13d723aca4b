/** What the arms of a run come to: trainings, evaluations, samples. */
import type { Config } from '../config/index.js';

/** Counts of what arms come to. */
export interface ArmWork {
  /** Policies trained. */
  trainedArms: number;
  /** Evaluations of all arms together, and samples of all of them and of traces one by one. */
  evaluations: number;
  evaluationSamples: number;
}

/** Counts the work of the arms that a configuration names, and of traces one by one. Pure. */
export function armWork(
  { arms, rl, eval: { everySteps, k, contexts } }: Config,
  oneByOne: number,
  tests: number,
): ArmWork {
  const trained = arms.filter((arm) => arm.policyOf === null).length;
  const whileTraining = new Set([0, rl.steps, ...multiples(everySteps, rl.steps)]).size;
  const evaluations = trained * whileTraining + (arms.length - trained) * new Set([0, rl.steps]).size;
  return {
    trainedArms: rl.steps === 0 ? 0 : trained,
    evaluations,
    evaluationSamples: (evaluations + oneByOne * contexts) * tests * k,
  };
}

function multiples(of: number, upTo: number): number[] {
  return Array.from({ length: Math.floor(upTo / of) }, (_, i) => (i + 1) * of);
}

/** How long the rest takes, from the stages that were measured. Pure. */
import type { ArmConfig } from '../config/index.js';
import { armStage } from '../pipeline/index.js';

/** One seed: its arms, and the seconds of its finished stages. */
export interface SeedTimes {
  arms: readonly Pick<ArmConfig, 'name' | 'policyOf'>[];
  seconds: Readonly<Record<string, number>>;
}

/**
 * Seconds until all stages of all seeds are done; undefined until an arm has been measured. A stage takes what it took in other seeds;
 * that of an arm that nobody has seen yet what other arms took to train, or to be evaluated with a borrowed policy (until one of those
 * has been measured: at most what a training takes).
 */
export function secondsLeft(seeds: readonly SeedTimes[]): number | undefined {
  let total = 0;
  for (const { arms, seconds } of seeds) {
    for (const stage of stagesOf(seeds, arms)) {
      if (Object.hasOwn(seconds, stage)) continue;
      const expected =
        meanOf(seeds, (name) => name === stage) ??
        meanOf(seeds, (name) => kindOf(name) === kindOf(stage)) ??
        meanOf(seeds, (name) => kindOf(name) === 'train');
      if (expected === undefined) return undefined;
      total += expected;
    }
  }
  return total;
}

/** Stages of a seed: those of its arms, and those before the arms that any seed has. */
function stagesOf(seeds: readonly SeedTimes[], arms: SeedTimes['arms']): string[] {
  const shared = seeds.flatMap(({ seconds }) => Object.keys(seconds)).filter((stage) => kindOf(stage) === 'shared');
  return [...new Set([...shared, ...arms.map(armStage)])];
}

function kindOf(stage: string): 'train' | 'eval' | 'shared' {
  return stage.startsWith('train-') ? 'train' : stage.startsWith('eval-') ? 'eval' : 'shared';
}

function meanOf(seeds: readonly SeedTimes[], holds: (stage: string) => boolean): number | undefined {
  const found = seeds.flatMap(({ seconds }) =>
    Object.entries(seconds).flatMap(([stage, s]) => (holds(stage) ? [s] : [])),
  );
  return found.length === 0 ? undefined : found.reduce((a, b) => a + b, 0) / found.length;
}

/** Trainings that a run folder holds a part of: how far they are, for --dry-run, which only looks. */
import type { Config } from '../config/index.js';
import { newestStepOf } from '../retriever/index.js';
import { armStage } from '../runs/arm-stage.js';
import { runPaths } from '../runs/run-paths.js';
import { checkpointSteps } from '../train/index.js';
import { foldsOf } from './retrieve/cross-fit.js';
import { encoderFolder, encoderStage, foldStage } from './retriever-settings.js';
import { firstWarmups, startStage } from './warmup-settings.js';

/** Steps that the newest checkpoint of a training has behind it, by its stage. */
export type Begun = Readonly<Record<string, number>>;

/** The trainings among the stages `open`, which are not done, that would go on from a checkpoint in the run folder `root`. */
export async function begunTrainings(config: Config, root: string, open: readonly string[]): Promise<Begun> {
  const paths = runPaths(root);
  const policy = async (name: string) => (await checkpointSteps(paths.policies(name))).at(-1);
  const encoder = (name: string, fold?: number) => newestStepOf(paths.retrieverTraining(encoderFolder(name, fold)));
  const stepsOf = new Map<string, () => Promise<number | undefined>>([
    ...[...firstWarmups(config), startStage].map((stage) => [stage, () => policy(stage)] as const),
    ...Object.keys(config.retrievers).flatMap((name) => [
      [encoderStage(name), () => encoder(name)] as const,
      ...foldsOf(config, name).map((fold) => [foldStage(name, fold), () => encoder(name, fold)] as const),
    ]),
    ...config.arms.flatMap((arm) => (arm.policyOf === null ? [[armStage(arm), () => policy(arm.name)] as const] : [])),
  ]);
  const begun: Record<string, number> = {};
  for (const stage of open) {
    const steps = await stepsOf.get(stage)?.();
    if (steps !== undefined) begun[stage] = steps;
  }
  return begun;
}

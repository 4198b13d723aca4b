/** What of the policy is trained, and how a run opens its policies. */
import type { Config } from '../../config/index.js';
import { withPolicy, type LoraSpec, type Policy } from '../../engine/index.js';
import type { TrainedPart } from '../../train/index.js';
import { modelFolderOf, type Session } from '../session.js';

/** All weights, or the adapters of `rl.lora` over the configured model. */
export function trainedPart(config: Config): TrainedPart {
  const { rank, alpha, targets, rsLora } = config.rl.lora;
  if (rank === 0) return { train: 'full' };
  const named = targets.filter((target) => target !== 'all-linear');
  const spec: LoraSpec = {
    rank,
    alpha,
    rsLora,
    targets: named.length < targets.length ? 'all-linear' : named,
    seed: config.seed,
  };
  return { train: spec, base: modelFolderOf(config) };
}

/** Runs with a policy of the run, opened to sample and score. The configured model is the base of its adapters, wherever they were trained. */
export function withRunPolicy<T>(session: Session, folder: string, use: (policy: Policy) => Promise<T>): Promise<T> {
  return withPolicy(session.engine(), folder, use, { base: session.modelFolder });
}

/** The generation settings of each use: the shared ones, with what the use says itself. */
import type { Config } from './schema.js';

/** How responses are sampled. */
export type Generation = Config['generation'];

/** What samples responses: rollouts, evaluations, answers that success labels are counted from. */
export type GenerationUse = 'rl' | 'eval' | 'labels';

type GenerationConfig = Pick<Config, 'generation'> & { [U in GenerationUse]: Pick<Config[U], 'generation'> };

/** The settings of a use. */
export function generationOf(config: GenerationConfig, use: GenerationUse): Generation {
  return { ...config.generation, ...config[use].generation };
}

/** Whether labels are counted from answers that are sampled with and without the trace. */
export function labelsBySuccess({ labels }: { labels: Pick<Config['labels'], 'judge' | 'measure'> }): boolean {
  return labels.judge === 'utility' && labels.measure === 'success';
}

/** The key that decides a setting of a use: that of the use where it is set, else the shared one. */
export function generationKey(
  config: GenerationConfig,
  use: GenerationUse,
  name: keyof Generation,
): [string, ...string[]] {
  return config[use].generation[name] === undefined ? ['generation', name] : [use, 'generation', name];
}

/** The settings of reinforcement learning, those of its rollouts among them. */
export type RlSettings = Omit<Config['rl'], 'generation'> & Generation;

export function rlSettingsOf(config: Pick<Config, 'rl' | 'generation'>): RlSettings {
  const { generation, ...rl } = config.rl;
  return { ...rl, ...config.generation, ...generation };
}

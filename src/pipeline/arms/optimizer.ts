/** AdamW's settings as the configuration has them, for the trainings that share them. */
import type { Config } from '../../config/index.js';
import { optimOptions } from '../../rl/index.js';
import type { OptimStepOptions } from '../../engine/index.js';

export function optimizerOf(rl: Config['rl']): Omit<OptimStepOptions, 'learningRate'> {
  const { learningRate: _set, ...rest } = optimOptions(rl, 0);
  return rest;
}

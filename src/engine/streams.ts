/** Random streams of sampling. A response's draws depend on its group's seed and its number in the group, on nothing else. */
import { Rng } from '../core/rng.js';

/** Stream of response `g` of a group: its t-th draw chooses its t-th token, whatever else is in the batch. */
export function responseStream(seed: number, g: number): Rng {
  return Rng.fromSeed(`response/${seed}/${g}`);
}

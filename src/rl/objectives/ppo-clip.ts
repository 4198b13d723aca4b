/** PPO's clipped surrogate (Schulman et al., 2017, Eq. 7), with a higher upper clip (DAPO) and a dual clip where asked for. */
import { byToken, ratioOf } from './by-token.js';
import type { Objective } from './types.js';

export interface Clip {
  /** The ratio is held from 1 - low to 1 + high. */
  low: number;
  high: number;
  /** Dual clip c > 1 (arXiv 1912.09729): where A < 0 the loss is at most -c A. Infinity or nothing: none. */
  dual?: number;
}

/** -min(r A, clip(r) A) with r = p now / p when sampled; where the clip holds the ratio, the slope is 0. */
export function ppoClip({ low, high, dual = Infinity }: Clip): Objective {
  return byToken((sequence, t) => {
    const a = Math.fround(sequence.advantage);
    const ratio = ratioOf(sequence, t);
    const bounded = Math.min(Math.max(ratio, 1 - low), 1 + high);
    if (bounded * a < ratio * a) return { loss: -bounded * a, slope: 0, counted: true };
    if (a < 0 && ratio > dual) return { loss: -dual * a, slope: 0, counted: true };
    return { loss: -ratio * a, slope: -ratio * a };
  }, 'clipShare');
}

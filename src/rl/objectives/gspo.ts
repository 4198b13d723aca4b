/** GSPO (arXiv 2507.18071, Eq. 5 to 7): one ratio a response, the geometric mean of its tokens', clipped as PPO clips tokens. */
import type { Clip } from './ppo-clip.js';
import type { Objective, Sequence } from './types.js';

/** -min(s A, clip(s) A) with s = exp(mean over tokens of log p now - log p when sampled). */
export function gspo({ low, high }: Pick<Clip, 'low' | 'high'>): Objective {
  return {
    needs: [],
    slope: (batch) => {
      let loss = 0;
      let clipped = 0;
      let tokens = 0;
      const slopes = batch.map((sequence) => {
        const { weights } = sequence;
        const a = Math.fround(sequence.advantage);
        const ratio = sequenceRatio(sequence);
        const bounded = Math.min(Math.max(ratio, 1 - low), 1 + high);
        const held = bounded * a < ratio * a;
        const total = weights.reduce((sum, w) => sum + w, 0);
        loss -= total * (held ? bounded : ratio) * a;
        tokens += weights.length;
        if (held) clipped += weights.length;
        // Every token moves the mean alike, so each carries an equal part of the response's weight.
        return new Float32Array(weights.length).fill(held ? 0 : (-ratio * a * total) / weights.length);
      });
      return { loss, slopes, stats: { clipShare: tokens > 0 ? clipped / tokens : 0 } };
    },
  };
}

function sequenceRatio({ logprobs, oldLogprobs }: Sequence): number {
  const sum = logprobs.reduce((total, p, t) => total + p - oldLogprobs[t]!, 0);
  return Math.exp(Math.min(sum / Math.max(1, logprobs.length), 30));
}

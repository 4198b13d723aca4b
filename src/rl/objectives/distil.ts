/**
 * Distillation on the student's own tokens (arXiv 2601.18734, its sampled-token form; on-policy distillation): the policy gradient
 * whose advantage at a token is log p_teacher - log p, held constant. Its gradient is that of the reverse KL to the teacher.
 */
import { byToken } from './by-token.js';
import type { Objective, Sequence } from './types.js';

/** `maxGap`: most that log p and log p_teacher of a token may differ in the advantage, in nats; 0: no limit. */
export function distil(maxGap = 0): Objective {
  const limit = maxGap > 0 ? maxGap : Infinity;
  const gradient = byToken((sequence, t) => {
    const gap = Math.max(-limit, Math.min(limit, gapAt(sequence, t)));
    return { loss: gap * sequence.logprobs[t]!, slope: gap };
  });
  return {
    needs: ['teacher'],
    slope: (batch) => ({ ...gradient.slope(batch), stats: { teacherGapMean: meanGap(batch) } }),
  };
}

/** Less the advantage: log p - log p_teacher. */
function gapAt({ logprobs, teacherLogprobs }: Sequence, t: number): number {
  if (!teacherLogprobs) throw new TypeError('the teacher has not scored this response');
  return logprobs[t]! - teacherLogprobs[t]!;
}

function meanGap(batch: readonly Sequence[]): number {
  const gaps = batch.flatMap((sequence) => [...sequence.logprobs.keys()].map((t) => gapAt(sequence, t)));
  return gaps.length === 0 ? 0 : gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
}

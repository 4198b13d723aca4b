/** Convolution over time, as one matrix product of neighbouring rows laid side by side. */
import { sameDim, type Dim } from '../dims.js';
import { graphError, type Tensor } from '../graph.js';
import { checkRank } from '../primitives/infer.js';
import { concat, pad, slice } from './layout.js';
import { linear } from './matmul.js';

/**
 * x [B, T, C] -> [B, T, out]: each step sees `width` (odd) neighbours around it, zeros beyond the ends.
 * weight [out, width * C]: the taps from the earliest to the latest step, C numbers each; bias [out].
 */
export function conv1dSame(x: Tensor, weight: Tensor, width: number, options: { bias?: Tensor } = {}): Tensor {
  checkRank('conv1dSame', x, 3);
  const [, time, channels] = x.shape as [Dim, Dim, Dim];
  const fits =
    width % 2 === 1 &&
    weight.rank === 2 &&
    typeof channels === 'number' &&
    sameDim(weight.shape[1] as Dim, width * channels);
  if (!fits)
    throw graphError('conv1dSame', `the weight needs [out, ${width} * C] and an odd width`, { tensors: [x, weight] });
  const half = (width - 1) / 2;
  const taps = Array.from({ length: width }, (_, i) => {
    const shift = i - half; // this tap reads step t + shift
    if (shift === 0) return x;
    const kept = shift < 0 ? slice(pad(x, 1, -shift, 0), 1, 0, time) : slice(pad(x, 1, 0, shift), 1, shift);
    return kept;
  });
  return linear(concat(taps, 2), weight, options);
}

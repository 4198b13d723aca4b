/** Rotary position embedding (Su et al., 2021), in the half-split layout of Llama and Qwen. */
import { sameDim, sameShape, type Dim } from '../dims.js';
import { graphError, type Tensor } from '../graph.js';
import { negRaw } from '../primitives/elementwise.js';
import { checkDType } from '../primitives/infer.js';
import { withGradient } from './differentiable.js';

/**
 * Rotates the pairs (i, i + headDim/2) of every head by the angle of its position.
 * x [B, heads, T, headDim], or [B, T, heads * headDim] (heads from the tables' width); positions int64 [B, T];
 * cos and sin tables [maxPositions, headDim / 2]. The gradient rotates back (same operator, -sin); tables get none.
 */
export function rotary(x: Tensor, positions: Tensor, cos: Tensor, sin: Tensor): Tensor {
  checkDType('rotary', x, 'float32');
  checkDType('rotary', positions, 'int64');
  const tensors = [x, positions, cos, sin];
  const half = cos.shape[1];
  if (cos.rank !== 2 || !sameShape(cos.shape, sin.shape) || typeof half !== 'number') {
    throw graphError('rotary', 'the cos and sin tables need the shape [maxPositions, headDim / 2]', { tensors });
  }
  const width = x.shape.at(-1);
  const fits =
    x.rank === 4 ? width === 2 * half : x.rank === 3 && typeof width === 'number' && width % (2 * half) === 0;
  if (!fits)
    throw graphError('rotary', `x needs [B, heads, T, ${2 * half}] or [B, T, heads * ${2 * half}]`, { tensors });
  const time = x.shape.at(x.rank === 4 ? 2 : 1) as Dim;
  if (
    positions.rank !== 2 ||
    !sameDim(positions.shape[0] as Dim, x.shape[0] as Dim) ||
    !sameDim(positions.shape[1] as Dim, time)
  ) {
    throw graphError('rotary', `positions need [${x.shape[0]}, ${time}]`, { tensors });
  }
  const rotate = (t: Tensor, s: Tensor): Tensor =>
    t.graph.add({
      op: 'RotaryEmbedding',
      domain: 'com.microsoft',
      inputs: [t, positions, cos, s],
      attributes: { interleaved: { i: 0 } },
      outputs: [{ dtype: 'float32', shape: t.shape }],
    });
  return withGradient(rotate(x, sin), [], (dy) => [rotate(dy, negRaw(sin))]);
}

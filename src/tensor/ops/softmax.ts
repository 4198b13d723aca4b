/** Softmax and its logarithm. */
import type { Tensor } from '../graph.js';
import { mulRaw, subRaw, unary } from '../primitives/elementwise.js';
import { checkAxis } from '../primitives/infer.js';
import { unsqueezeRaw } from '../primitives/layout.js';
import { reduceRaw } from '../primitives/reduce.js';
import { withGradient } from './differentiable.js';

/** exp(x) over its sum along `axis`. */
export function softmax(x: Tensor, axis = -1): Tensor {
  const at = checkAxis('softmax', x, axis);
  const y = unary('Softmax', x, ['float32'], { attributes: { axis: { i: at } } });
  return withGradient(y, [], (dy) => [mulRaw(y, subRaw(dy, reduceRaw('ReduceSum', mulRaw(dy, y), at, true)))]);
}

/** log softmax along `axis`. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  const at = checkAxis('logSoftmax', x, axis);
  const y = unary('LogSoftmax', x, ['float32'], { attributes: { axis: { i: at } } });
  return withGradient(y, [], (dy) => [subRaw(dy, mulRaw(unary('Exp', y), reduceRaw('ReduceSum', dy, at, true)))]);
}

/** log of the sum of exp(x) along `axis`, without overflow; its gradient is the softmax. */
export function logSumExp(x: Tensor, axis: number, keepDims = false): Tensor {
  const at = checkAxis('logSumExp', x, axis);
  const attributes = { keepdims: { i: keepDims ? 1 : 0 } };
  const shape = keepDims ? x.shape.with(at, 1) : x.shape.toSpliced(at, 1);
  const axes = x.graph.constant([at], [1], 'int64');
  const y = x.graph.add({
    op: 'ReduceLogSumExp',
    inputs: [x, axes],
    attributes,
    outputs: [{ dtype: 'float32', shape }],
  });
  return withGradient(y, [], (dy) => {
    const wide = (t: Tensor): Tensor => (keepDims ? t : unsqueezeRaw(t, at));
    return [mulRaw(unary('Exp', subRaw(x, wide(y))), wide(dy))];
  });
}

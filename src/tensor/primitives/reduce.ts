/** Reductions, without gradients, and the sum that undoes a broadcast. */
import { sameDim, sameShape, type Dim, type Shape } from '../dims.js';
import { type Tensor } from '../graph.js';
import { checkAxes } from './infer.js';
import { ints, reshapeRaw } from './layout.js';

export type ReduceOp = 'ReduceSum' | 'ReduceMean' | 'ReduceMax' | 'ReduceMin';

/** Reduces over the axes; with `keepDims` they stay as size 1. */
export function reduceRaw(op: ReduceOp, x: Tensor, axes: number | readonly number[], keepDims: boolean): Tensor {
  const list = checkAxes(op, x, axes);
  if (list.length === 0) return x;
  const shape = keepDims
    ? x.shape.map((d, i): Dim => (list.includes(i) ? 1 : d))
    : x.shape.filter((_, i) => !list.includes(i));
  const inputs = [x, ints(x.graph, list)];
  return x.graph.add({
    op,
    inputs,
    attributes: { keepdims: { i: keepDims ? 1 : 0 } },
    outputs: [{ dtype: x.dtype, shape }],
  });
}

/** Sums a gradient over the axes along which `shape` was broadcast, so that it has `shape`. */
export function sumTo(dy: Tensor, shape: Shape): Tensor {
  if (sameShape(dy.shape, shape)) return dy;
  const lead = dy.rank - shape.length;
  const axes = dy.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && !sameDim(d, 1)) ? [i] : []));
  return reshapeRaw(reduceRaw('ReduceSum', dy, axes, false), shape);
}

/** Sums, means, extremes and running sums along axes. */
import { mulDims, type Dim } from '../dims.js';
import { type Tensor } from '../graph.js';
import { binary, castRaw, divRaw, mulRaw } from '../primitives/elementwise.js';
import { checkAxes, checkAxis, checkDType } from '../primitives/infer.js';
import { dimTensor, expandRaw, reshapeRaw, unsqueezeRaw } from '../primitives/layout.js';
import { reduceRaw } from '../primitives/reduce.js';
import { withGradient } from './differentiable.js';

/** A reduced gradient with its axes back as size 1. */
function restore(dy: Tensor, axes: readonly number[], keepDims: boolean): Tensor {
  return keepDims ? dy : unsqueezeRaw(dy, axes);
}

/** All axes of a tensor. */
function allAxes(x: Tensor): number[] {
  return x.shape.map((_, i) => i);
}

/** Sum over `axes` (all of them by default). */
export function sum(x: Tensor, axes: number | readonly number[] = allAxes(x), keepDims = false): Tensor {
  const list = checkAxes('sum', x, axes);
  const y = reduceRaw('ReduceSum', x, list, keepDims);
  return withGradient(y, [x], (dy) => [expandRaw(restore(dy, list, keepDims), x.shape)]);
}

/** Mean over `axes` (all of them by default). */
export function mean(x: Tensor, axes: number | readonly number[] = allAxes(x), keepDims = false): Tensor {
  const list = checkAxes('mean', x, axes);
  const y = reduceRaw('ReduceMean', x, list, keepDims);
  return withGradient(y, [x], (dy) => {
    const n = dimScalar(x, mulDims(...list.map((a) => x.shape[a] as Dim)));
    return [expandRaw(restore(divRaw(dy, n), list, keepDims), x.shape)];
  });
}

function dimScalar(x: Tensor, dim: Dim): Tensor {
  if (typeof dim === 'number') return x.graph.constant(dim);
  return castRaw(reshapeRaw(dimTensor(x.graph, dim), []), 'float32');
}

/** Largest (or smallest) element over `axes`; equal ones share the gradient evenly. */
function extreme(
  op: 'ReduceMax' | 'ReduceMin',
  x: Tensor,
  axes: number | readonly number[],
  keepDims: boolean,
): Tensor {
  const list = checkAxes(op, x, axes);
  const y = reduceRaw(op, x, list, keepDims);
  return withGradient(y, [x], (dy) => {
    const hit = castRaw(binary('Equal', x, restore(y, list, keepDims), ['float32'], 'bool'), 'float32');
    const count = reduceRaw('ReduceSum', hit, list, true);
    return [mulRaw(hit, divRaw(restore(dy, list, keepDims), count))];
  });
}

export function max(x: Tensor, axes: number | readonly number[] = allAxes(x), keepDims = false): Tensor {
  return extreme('ReduceMax', x, axes, keepDims);
}

export function min(x: Tensor, axes: number | readonly number[] = allAxes(x), keepDims = false): Tensor {
  return extreme('ReduceMin', x, axes, keepDims);
}

/** Running sum along an axis; `exclusive` leaves the element itself out, `reverse` sums from the end. */
export function cumsum(x: Tensor, axis: number, options: { exclusive?: boolean; reverse?: boolean } = {}): Tensor {
  const { exclusive = false, reverse = false } = options;
  const run = (t: Tensor, backwards: boolean): Tensor =>
    t.graph.add({
      op: 'CumSum',
      inputs: [t, t.graph.constant(checkAxis('cumsum', t, axis), [], 'int64')],
      attributes: { exclusive: { i: exclusive ? 1 : 0 }, reverse: { i: backwards ? 1 : 0 } },
      outputs: [{ dtype: t.dtype, shape: t.shape }],
    });
  checkDType('cumsum', x, 'float32', 'int64', 'int32');
  return withGradient(run(x, reverse), [], (dy) => [run(dy, !reverse)]);
}

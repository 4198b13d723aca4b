/** Operators that move, cut, join or repeat axes. Shapes may hold symbols; `reshape` takes one -1. */
import { addDims, subDims, type Dim, type Shape } from '../dims.js';
import { graphError, type Tensor } from '../graph.js';
import { checkAxis } from '../primitives/infer.js';
import {
  concatRaw,
  expandRaw,
  full,
  padRaw,
  reshapeRaw,
  sliceRaw,
  splitRaw,
  transposeRaw,
  unsqueezedShape,
} from '../primitives/layout.js';
import { sumTo } from '../primitives/reduce.js';
import { withGradient } from './differentiable.js';

/** Same elements in another shape. Throws `graph` where the element counts cannot be equal for every size. */
export function reshape(x: Tensor, dims: Shape): Tensor {
  return withGradient(reshapeRaw(x, dims), [x], (dy) => [reshapeRaw(dy, x.shape)]);
}

/** Axis i of the result is axis `perm[i]` of `x`. */
export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  const inverse = perm.map((_, i) => perm.findIndex((p) => (p < 0 ? p + x.rank : p) === i));
  return withGradient(transposeRaw(x, perm), [x], (dy) => [transposeRaw(dy, inverse)]);
}

/** Broadcasts to a shape; the gradient sums over what was repeated. */
export function expand(x: Tensor, dims: Shape): Tensor {
  return withGradient(expandRaw(x, dims), [x], (dy) => [sumTo(dy, x.shape)]);
}

export function concat(xs: readonly Tensor[], axis: number): Tensor {
  return withGradient(concatRaw(xs, axis), xs, (dy) =>
    splitRaw(
      dy,
      axis,
      xs.map((x) => x.shape[checkAxis('concat', x, axis)] as Dim),
    ),
  );
}

/** Elements `start` to `end` (exclusive; default: the end) of an axis. Negative numbers count from the end. */
export function slice(x: Tensor, axis: number, start: Dim, end?: Dim): Tensor {
  const at = checkAxis('slice', x, axis);
  const size = x.shape[at] as Dim;
  const y = sliceRaw(x, at, start, end ?? size);
  const from = typeof start === 'number' && start < 0 ? addDims(size, start) : start;
  const after = subDims(subDims(size, from), y.shape[at] as Dim);
  return withGradient(y, [x], (dy) => [padRaw(dy, at, from, after)]);
}

/** Cuts an axis into pieces of the given sizes. */
export function split(x: Tensor, axis: number, sizes: Shape): Tensor[] {
  const at = checkAxis('split', x, axis);
  const pieces = splitRaw(x, at, sizes);
  const node = (pieces[0] as Tensor).node;
  if (pieces.length > 1) {
    node.vjp ??= ({ dOutputs }) => [
      concatRaw(
        pieces.map((p, i) => dOutputs[i] ?? full(x.graph, 0, p.shape)),
        at,
      ),
    ];
  }
  return pieces;
}

/** Drops axes of size 1. */
export function squeeze(x: Tensor, axes: number | readonly number[]): Tensor {
  const list = (typeof axes === 'number' ? [axes] : axes).map((a) => checkAxis('squeeze', x, a));
  for (const a of list)
    if (x.shape[a] !== 1) throw graphError('squeeze', `axis ${a} is not of size 1`, { tensors: [x] });
  return reshape(
    x,
    x.shape.filter((_, i) => !list.includes(i)),
  );
}

/** Adds axes of size 1; `axes` are positions in the result. */
export function unsqueeze(x: Tensor, axes: number | readonly number[]): Tensor {
  return reshape(x, unsqueezedShape(x, axes));
}

/** Zeros before and after the elements of an axis. */
export function pad(x: Tensor, axis: number, before: Dim, after: Dim): Tensor {
  const at = checkAxis('pad', x, axis);
  return withGradient(padRaw(x, at, before, after), [x], (dy) => [
    sliceRaw(dy, at, before, addDims(before, x.shape[at] as Dim)),
  ]);
}

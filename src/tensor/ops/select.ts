/** Selection by index, and its gradients, which respect that ONNX Runtime's ScatterND races on duplicate indices. */
import { type Dim } from '../dims.js';
import { graphError, type Tensor } from '../graph.js';
import { castRaw } from '../primitives/elementwise.js';
import { checkAxis, checkDType, checkRank } from '../primitives/infer.js';
import { expandRaw, full, reshapeRaw } from '../primitives/layout.js';
import { gatherRaw, scatterElementsRaw, scatterRowsRaw, takeAlongAxisRaw } from '../primitives/select.js';
import { withGradient, withoutGradient } from './differentiable.js';

/**
 * Slices of `x` along `axis`, which is replaced by the shape of `indices`. `unique` promises that no index repeats,
 * which makes the gradient a cheap write in place of an addition.
 */
export function gather(x: Tensor, indices: Tensor, axis: number, options: { unique?: boolean } = {}): Tensor {
  const at = checkAxis('gather', x, axis);
  return withGradient(gatherRaw(x, indices, at), [], (dy) => {
    const zeros = full(x.graph, 0, x.shape);
    const flat = [...x.shape.slice(0, at), -1, ...x.shape.slice(at + 1)];
    const updates = reshapeRaw(dy, indices.rank === 1 ? dy.shape : flat);
    const ids = castRaw(indices, 'int64');
    if (options.unique && at === 0) return [scatterRowsRaw(zeros, reshapeRaw(ids, [-1, 1]), updates)];
    const column = reshapeRaw(
      ids,
      x.shape.map((_, i): Dim => (i === at ? -1 : 1)),
    );
    return [scatterElementsRaw(zeros, expandRaw(column, updates.shape), updates, at, !options.unique)];
  });
}

/**
 * Rows of a table [n, d] by id: ids [...] -> [..., d]. The table's gradient is a sequential scatter-add; where that is too
 * slow, pass `gradient: 'none'`, take the gradient of the result itself and add its rows to the table outside the graph.
 */
export function embedding(table: Tensor, ids: Tensor, options: { gradient?: 'scatter' | 'none' } = {}): Tensor {
  checkRank('embedding', table, 2);
  if (options.gradient !== 'none') return gather(table, ids, 0);
  const y = gatherRaw(table, ids, 0);
  return withoutGradient(y);
}

/** One element of `x` for each element of `indices`, along `axis`; the shapes agree beside it. */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis: number): Tensor {
  return withGradient(takeAlongAxisRaw(x, indices, axis), [], (dy) => [
    scatterElementsRaw(full(x.graph, 0, x.shape), indices, dy, axis, true),
  ]);
}

/** The k largest elements along an axis, largest first, and where they stand (int64). */
export function topk(x: Tensor, k: number, axis = -1): { values: Tensor; indices: Tensor } {
  const at = checkAxis('topk', x, axis);
  checkDType('topk', x, 'float32', 'int64', 'int32');
  const size = x.shape[at] as Dim;
  if (!Number.isInteger(k) || k < 1 || (typeof size === 'number' && k > size)) {
    throw graphError('topk', `k = ${k} does not fit axis ${axis} of size ${size}`, { tensors: [x] });
  }
  const shape = x.shape.with(at, k);
  const node = x.graph.addNode({
    op: 'TopK',
    inputs: [x, x.graph.constant([k], [1], 'int64')],
    attributes: { axis: { i: at }, largest: { i: 1 }, sorted: { i: 1 } },
    outputs: [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ],
  });
  const [values, indices] = node.outputs as [Tensor, Tensor];
  node.vjp ??= ({ dOutputs: [dy] }) => [dy && scatterElementsRaw(full(x.graph, 0, x.shape), indices, dy, at, false)];
  return { values, indices };
}

/** Index (int64) of the largest element along an axis; the first of equals. */
export function argmax(x: Tensor, axis: number, keepDims = false): Tensor {
  const at = checkAxis('argmax', x, axis);
  const shape = keepDims ? x.shape.with(at, 1) : x.shape.toSpliced(at, 1);
  const attributes = { axis: { i: at }, keepdims: { i: keepDims ? 1 : 0 } };
  return withoutGradient(x.graph.add({ op: 'ArgMax', inputs: [x], attributes, outputs: [{ dtype: 'int64', shape }] }));
}

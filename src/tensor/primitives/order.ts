/**
 * Order of execution. ONNX Runtime runs nodes in an order of its own; where memory depends on the order, a false
 * dependency forces it: a zero that can be known only when certain tensors are there.
 */
import { type Tensor } from '../graph.js';
import { addRaw, castRaw, mulRaw } from './elementwise.js';
import { ints, reshapeRaw, sliceRaw } from './layout.js';
import { reduceRaw } from './reduce.js';

/** int64[1] zero that is known only when all of `tensors` are: one element of each, as an integer, times 0. */
export function falseZero(tensors: readonly Tensor[]): Tensor {
  return tensors
    .map((t) => {
      const corner = t.shape.reduce<Tensor>((x, dim, axis) => (dim === 1 ? x : sliceRaw(x, axis, 0, 1)), t);
      const axes = t.shape.map((_, i) => i);
      // The sum of an empty corner is 0 too.
      const number = reshapeRaw(reduceRaw('ReduceSum', corner, axes, false), [1]);
      return mulRaw(castRaw(number, 'int64'), ints(t.graph, [0]));
    })
    .reduce((a, b) => addRaw(a, b));
}

/** Selection and scattering by index, without gradients. */
import { sameShape, type Dim } from '../dims.js';
import { graphError, type Tensor } from '../graph.js';
import { checkAxis, checkDType } from './infer.js';

/** Slices of `x` along `axis` by index; the axis is replaced by the indices' shape. */
export function gatherRaw(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = checkAxis('gather', x, axis);
  checkDType('gather', indices, 'int64', 'int32');
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  return x.graph.add({
    op: 'Gather',
    inputs: [x, indices],
    attributes: { axis: { i: at } },
    outputs: [{ dtype: x.dtype, shape }],
  });
}

/** One element of `x` for each element of `indices`, along `axis`; the shapes agree beside it. */
export function takeAlongAxisRaw(x: Tensor, indices: Tensor, axis: number): Tensor {
  const at = checkAxis('takeAlongAxis', x, axis);
  checkDType('takeAlongAxis', indices, 'int64', 'int32');
  const fits = indices.rank === x.rank && sameShape(indices.shape.with(at, 1), x.shape.with(at, 1));
  if (!fits) throw graphError('takeAlongAxis', `shapes differ beside axis ${at}`, { tensors: [x, indices] });
  const outputs = [{ dtype: x.dtype, shape: indices.shape }];
  return x.graph.add({ op: 'GatherElements', inputs: [x, indices], attributes: { axis: { i: at } }, outputs });
}

/** `base` with `updates` written (or, with `add`, added one after the other) at `indices` along `axis`. */
export function scatterElementsRaw(base: Tensor, indices: Tensor, updates: Tensor, axis: number, add: boolean): Tensor {
  const at = checkAxis('scatter', base, axis);
  if (!sameShape(indices.shape, updates.shape))
    throw graphError('scatter', 'indices and updates differ in shape', { tensors: [base, indices, updates] });
  const attributes = { axis: { i: at }, reduction: { s: add ? 'add' : 'none' } };
  return base.graph.add({
    op: 'ScatterElements',
    inputs: [base, indices, updates],
    attributes,
    outputs: [{ dtype: base.dtype, shape: base.shape }],
  });
}

/**
 * `base` with rows `updates` [n, ...] written at the rows `indices` [n] of its first axis. The indices must be distinct:
 * ONNX Runtime writes in parallel, and its reduction `add` races on duplicates, so it is not offered.
 */
export function scatterRowsRaw(base: Tensor, indices: Tensor, updates: Tensor): Tensor {
  checkDType('scatterRows', indices, 'int64');
  const n = indices.shape[0] as Dim;
  if (indices.rank !== 2 || indices.shape[1] !== 1 || !sameShape(updates.shape, [n, ...base.shape.slice(1)])) {
    throw graphError('scatterRows', 'takes indices [n, 1] and updates [n, ...row]', {
      tensors: [base, indices, updates],
    });
  }
  return base.graph.add({
    op: 'ScatterND',
    inputs: [base, indices, updates],
    outputs: [{ dtype: base.dtype, shape: base.shape }],
  });
}

/** Elementwise ONNX operators, without gradients. */
import { graphError, type Attributes, type DType, type Domain, type Tensor } from '../graph.js';
import { DATA_TYPE } from '../onnx/schema.js';
import { asTensor, broadcastOrThrow, checkDType, type Operand } from './infer.js';

/** A broadcasting operator of two operands of one type; `out` is the result's type if it differs. */
export function binary(op: string, a: Operand, b: Operand, allowed: readonly DType[], out?: DType): Tensor {
  const known = typeof a === 'number' ? b : a;
  if (typeof known === 'number') throw graphError(op, 'needs at least one tensor');
  const x = asTensor(known.graph, a, known.dtype);
  const y = asTensor(known.graph, b, known.dtype);
  checkDType(op, x, ...allowed);
  if (x.dtype !== y.dtype) throw graphError(op, `operands differ in type`, { tensors: [x, y], hint: 'Use cast.' });
  const shape = broadcastOrThrow(op, x, y);
  return known.graph.add({ op, inputs: [x, y], outputs: [{ dtype: out ?? x.dtype, shape }] });
}

/** An operator that keeps shape and type. */
export function unary(
  op: string,
  x: Tensor,
  allowed: readonly DType[] = ['float32'],
  extra: { domain?: Domain; attributes?: Attributes } = {},
): Tensor {
  checkDType(op, x, ...allowed);
  return x.graph.add({ op, ...extra, inputs: [x], outputs: [{ dtype: x.dtype, shape: x.shape }] });
}

const NUMERIC = ['float32', 'int64', 'int32'] as const;

export const addRaw = (a: Operand, b: Operand): Tensor => binary('Add', a, b, NUMERIC);
export const subRaw = (a: Operand, b: Operand): Tensor => binary('Sub', a, b, NUMERIC);
export const mulRaw = (a: Operand, b: Operand): Tensor => binary('Mul', a, b, NUMERIC);
export const divRaw = (a: Operand, b: Operand): Tensor => binary('Div', a, b, NUMERIC);
export const negRaw = (x: Tensor): Tensor => unary('Neg', x, NUMERIC);

/** Converts; float to integer truncates towards zero, anything to bool tests against zero. */
export function castRaw(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  return x.graph.add({
    op: 'Cast',
    inputs: [x],
    attributes: { to: { i: DATA_TYPE[dtype] } },
    outputs: [{ dtype, shape: x.shape }],
  });
}

/** `condition ? a : b`, broadcasting all three. */
export function whereRaw(condition: Tensor, a: Operand, b: Operand): Tensor {
  checkDType('Where', condition, 'bool');
  const dtype = typeof a !== 'number' ? a.dtype : typeof b !== 'number' ? b.dtype : 'float32';
  const x = asTensor(condition.graph, a, dtype);
  const y = asTensor(condition.graph, b, dtype);
  if (x.dtype !== y.dtype) throw graphError('Where', 'the two choices differ in type', { tensors: [condition, x, y] });
  const shape = broadcastOrThrow('Where', condition, x, y);
  return condition.graph.add({ op: 'Where', inputs: [condition, x, y], outputs: [{ dtype, shape }] });
}

/** Checks and shape rules that the operators share. */
import { sameDim, showShape, type Dim, type Shape } from '../dims.js';
import { graphError, type DType, type Graph, type Tensor } from '../graph.js';

/** Where a number may stand for a tensor, it becomes a scalar constant of the other operand's type. */
export type Operand = Tensor | number;

export function asTensor(graph: Graph, value: Operand, dtype: DType): Tensor {
  return typeof value === 'number' ? graph.constant(value, [], dtype) : value;
}

export function checkDType(op: string, tensor: Tensor, ...allowed: DType[]): void {
  if (!allowed.includes(tensor.dtype)) {
    throw graphError(op, `takes ${allowed.join(' or ')}, got ${tensor.dtype}`, { tensors: [tensor] });
  }
}

/** The axis counted from the front. */
export function checkAxis(op: string, tensor: Tensor, axis: number): number {
  const at = axis < 0 ? axis + tensor.rank : axis;
  if (!Number.isInteger(axis) || at < 0 || at >= tensor.rank) {
    throw graphError(op, `axis ${axis} is outside rank ${tensor.rank}`, { tensors: [tensor] });
  }
  return at;
}

/** Sorted, distinct axes counted from the front. */
export function checkAxes(op: string, tensor: Tensor, axes: number | readonly number[]): number[] {
  const list = (typeof axes === 'number' ? [axes] : axes).map((a) => checkAxis(op, tensor, a));
  if (new Set(list).size !== list.length) throw graphError(op, `axes ${list.join(', ')} repeat`, { tensors: [tensor] });
  return list.toSorted((a, b) => a - b);
}

/** The shape two shapes broadcast to (NumPy's rule; a symbol fits only itself and 1), or undefined. */
export function broadcastShapes(a: Shape, b: Shape): Dim[] | undefined {
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (sameDim(x, y) || y === 1) out.push(x);
    else if (x === 1) out.push(y);
    else return undefined;
  }
  return out;
}

export function broadcastOrThrow(op: string, ...tensors: Tensor[]): Dim[] {
  let shape: Dim[] = [];
  for (const tensor of tensors) {
    const next = broadcastShapes(shape, tensor.shape);
    if (!next) {
      throw graphError(op, 'shapes do not broadcast', {
        tensors,
        expected: 'equal dimensions from the right, or 1',
        hint: `${showShape(shape)} against ${showShape(tensor.shape)}`,
      });
    }
    shape = next;
  }
  return shape;
}

export function checkSameDim(
  op: string,
  what: string,
  x: Dim | undefined,
  y: Dim | undefined,
  tensors: readonly Tensor[],
): void {
  if (x === undefined || y === undefined || !sameDim(x, y)) {
    throw graphError(op, `${what}: ${x ?? 'none'} against ${y ?? 'none'}`, { tensors });
  }
}

export function checkRank(op: string, tensor: Tensor, rank: number): void {
  if (tensor.rank !== rank) throw graphError(op, `takes rank ${rank}, got ${tensor.rank}`, { tensors: [tensor] });
}

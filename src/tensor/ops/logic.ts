/** Comparisons and choices. Booleans carry no gradient. */
import type { Tensor } from '../graph.js';
import { binary, unary, whereRaw } from '../primitives/elementwise.js';
import type { Operand } from '../primitives/infer.js';
import { sumTo } from '../primitives/reduce.js';
import { withGradient, withoutGradient } from './differentiable.js';

const COMPARABLE = ['float32', 'int64', 'int32'] as const;

const compare =
  (op: string) =>
  (a: Operand, b: Operand): Tensor =>
    withoutGradient(binary(op, a, b, COMPARABLE, 'bool'));

export const equal = compare('Equal');
export const less = compare('Less');
export const lessOrEqual = compare('LessOrEqual');
export const greater = compare('Greater');
export const greaterOrEqual = compare('GreaterOrEqual');

export function logicalAnd(a: Tensor, b: Tensor): Tensor {
  return withoutGradient(binary('And', a, b, ['bool'], 'bool'));
}

export function logicalOr(a: Tensor, b: Tensor): Tensor {
  return withoutGradient(binary('Or', a, b, ['bool'], 'bool'));
}

export function logicalNot(x: Tensor): Tensor {
  return withoutGradient(unary('Not', x, ['bool']));
}

/** `condition ? a : b` elementwise, broadcasting; each gradient flows where its operand was chosen. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  const y = whereRaw(condition, a, b);
  const [, x, z] = y.node.inputs as [Tensor, Tensor, Tensor];
  return withGradient(y, [], (dy, needs) => [
    undefined,
    needs(1) ? sumTo(whereRaw(condition, dy, 0), x.shape) : undefined,
    needs(2) ? sumTo(whereRaw(condition, 0, dy), z.shape) : undefined,
  ]);
}

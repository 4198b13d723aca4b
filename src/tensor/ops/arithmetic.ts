/** Elementwise arithmetic. Operands broadcast as in NumPy; a number stands for a scalar of the other operand's type. */
import { type Tensor } from '../graph.js';
import { addRaw, binary, castRaw, divRaw, mulRaw, negRaw, subRaw, unary, whereRaw } from '../primitives/elementwise.js';
import type { Operand } from '../primitives/infer.js';
import { sumTo } from '../primitives/reduce.js';
import { withGradient } from './differentiable.js';

type BinaryRule = (dy: Tensor, a: Tensor, b: Tensor, y: Tensor) => [() => Tensor, () => Tensor];

/** Attaches a rule for both operands and sums each gradient over the axes its operand was broadcast along. */
function both(y: Tensor, rule: BinaryRule): Tensor {
  const [a, b] = y.node.inputs as [Tensor, Tensor];
  return withGradient(y, [], (dy, needs) => {
    const [da, db] = rule(dy, a, b, y);
    return [needs(0) ? sumTo(da(), a.shape) : undefined, needs(1) ? sumTo(db(), b.shape) : undefined];
  });
}

export function add(a: Operand, b: Operand): Tensor {
  return both(addRaw(a, b), (dy) => [() => dy, () => dy]);
}

export function sub(a: Operand, b: Operand): Tensor {
  return both(subRaw(a, b), (dy) => [() => dy, () => negRaw(dy)]);
}

export function mul(a: Operand, b: Operand): Tensor {
  return both(mulRaw(a, b), (dy, x, y) => [() => mulRaw(dy, y), () => mulRaw(dy, x)]);
}

/** `a / b`; integers divide towards zero. */
export function div(a: Operand, b: Operand): Tensor {
  return both(divRaw(a, b), (dy, _a, d, q) => [() => divRaw(dy, d), () => negRaw(divRaw(mulRaw(dy, q), d))]);
}

/** The larger of two; where they are equal the gradient goes to `a`. */
export function maximum(a: Operand, b: Operand): Tensor {
  const y = binary('Max', a, b, ['float32', 'int64', 'int32']);
  return both(y, (dy, x, z) => {
    const first = binary('GreaterOrEqual', x, z, ['float32'], 'bool');
    return [() => whereRaw(first, dy, 0), () => whereRaw(first, 0, dy)];
  });
}

/** The smaller of two; where they are equal the gradient goes to `a`. */
export function minimum(a: Operand, b: Operand): Tensor {
  const y = binary('Min', a, b, ['float32', 'int64', 'int32']);
  return both(y, (dy, x, z) => {
    const first = binary('LessOrEqual', x, z, ['float32'], 'bool');
    return [() => whereRaw(first, dy, 0), () => whereRaw(first, 0, dy)];
  });
}

/** `x` kept within [low, high]; no gradient outside. */
export function clip(x: Tensor, low: number, high: number): Tensor {
  const y = x.graph.add({
    op: 'Clip',
    inputs: [x, x.graph.constant(low, [], x.dtype), x.graph.constant(high, [], x.dtype)],
    outputs: [{ dtype: x.dtype, shape: x.shape }],
  });
  return withGradient(y, [x], (dy) => [whereRaw(binary('Equal', x, y, ['float32'], 'bool'), dy, 0)]);
}

export function neg(x: Tensor): Tensor {
  return withGradient(negRaw(x), [], (dy) => [negRaw(dy)]);
}

export function exp(x: Tensor): Tensor {
  const y = unary('Exp', x);
  return withGradient(y, [], (dy) => [mulRaw(dy, y)]);
}

/** Natural logarithm. */
export function log(x: Tensor): Tensor {
  return withGradient(unary('Log', x), [], (dy) => [divRaw(dy, x)]);
}

export function sqrt(x: Tensor): Tensor {
  const y = unary('Sqrt', x);
  return withGradient(y, [], (dy) => [divRaw(mulRaw(dy, 0.5), y)]);
}

export function square(x: Tensor): Tensor {
  return mul(x, x);
}

/** Absolute value; its gradient at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return withGradient(unary('Abs', x), [], (dy) => [mulRaw(dy, unary('Sign', x))]);
}

export { castRaw as cast };

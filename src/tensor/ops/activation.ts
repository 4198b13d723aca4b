/** Activation functions. */
import { type Tensor } from '../graph.js';
import { addRaw, binary, mulRaw, subRaw, unary, whereRaw } from '../primitives/elementwise.js';
import { checkDType } from '../primitives/infer.js';
import { sameShape } from '../dims.js';
import { graphError } from '../graph.js';
import { customGradient, withGradient } from './differentiable.js';

export function sigmoid(x: Tensor): Tensor {
  const y = unary('Sigmoid', x);
  return withGradient(y, [], (dy) => [mulRaw(dy, mulRaw(y, subRaw(1, y)))]);
}

export function tanh(x: Tensor): Tensor {
  const y = unary('Tanh', x);
  return withGradient(y, [], (dy) => [mulRaw(dy, subRaw(1, mulRaw(y, y)))]);
}

/** max(x, 0); its gradient at 0 is 0. */
export function relu(x: Tensor): Tensor {
  const y = unary('Relu', x);
  return withGradient(y, [], (dy) => [whereRaw(binary('Greater', x, 0, ['float32'], 'bool'), dy, 0)]);
}

const siluRaw = (x: Tensor): Tensor =>
  unary('QuickGelu', x, ['float32'], { domain: 'com.microsoft', attributes: { alpha: { f: 1 } } });

/** d silu(x) / dx = s + y (1 - s), with s = sigmoid(x) and y = silu(x). */
function siluSlope(x: Tensor, y: Tensor): Tensor {
  const s = unary('Sigmoid', x);
  return addRaw(mulRaw(s, subRaw(1, y)), y);
}

/** x sigmoid(x) (SiLU, swish). */
export function silu(x: Tensor): Tensor {
  const y = siluRaw(x);
  return withGradient(y, [], (dy) => [mulRaw(dy, siluSlope(x, y))]);
}

/** silu(gate) * up, the gated unit of Llama's feed-forward layers (Shazeer, 2020), with a gradient of its own. */
export function swiglu(gate: Tensor, up: Tensor): Tensor {
  checkDType('swiglu', gate, 'float32');
  if (!sameShape(gate.shape, up.shape))
    throw graphError('swiglu', 'gate and up differ in shape', { tensors: [gate, up] });
  const y = siluRaw(gate);
  const [out] = customGradient([gate, up], [mulRaw(y, up)], ({ dOutputs, needs }) => {
    const dy = dOutputs[0] as Tensor;
    return [needs(0) ? mulRaw(mulRaw(dy, up), siluSlope(gate, y)) : undefined, needs(1) ? mulRaw(dy, y) : undefined];
  });
  return out as Tensor;
}

/** x Phi(x) with the exact normal distribution (GELU, Hendrycks and Gimpel, 2016). */
export function gelu(x: Tensor): Tensor {
  const y = unary('Gelu', x, ['float32'], { attributes: { approximate: { s: 'none' } } });
  return withGradient(y, [], (dy) => {
    const cdf = mulRaw(addRaw(unary('Erf', mulRaw(x, Math.SQRT1_2)), 1), 0.5);
    const pdf = mulRaw(unary('Exp', mulRaw(mulRaw(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return [mulRaw(dy, addRaw(cdf, mulRaw(x, pdf)))];
  });
}

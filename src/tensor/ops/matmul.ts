/** Matrix products. Weights stand as Hugging Face stores them, `[out, in]`, and are never transposed in memory. */
import { sameDim, type Dim } from '../dims.js';
import { graphError, type Contribution, type LazyGemm, type Tensor } from '../graph.js';
import { addRaw } from '../primitives/elementwise.js';
import { gemmRaw, lazyGemm, matmulRaw, type MatMulOptions } from '../primitives/product.js';
import { sumTo } from '../primitives/reduce.js';
import { withGradient } from './differentiable.js';
import { reshape } from './layout.js';
import { add } from './arithmetic.js';

export type { MatMulOptions } from '../primitives/product.js';

/**
 * `alpha a b` over the last two axes (transposed as asked); the axes before broadcast, and their gradients are summed
 * over the broadcast. A 2-D right operand turns the product into one flat one.
 */
export function matmul(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  const { transA = false, transB = false, alpha = 1 } = options;
  if (a.rank === 2 && b.rank === 2) return gemm(lazyGemm(a, b, transA, transB, alpha));
  if (b.rank === 2 && a.rank > 2 && !transA) {
    const k = b.shape[transB ? 1 : 0] as Dim;
    if (!sameDim(a.shape.at(-1) as Dim, k)) throw graphError('matmul', 'inner dimensions differ', { tensors: [a, b] });
    const flat = gemm(lazyGemm(reshape(a, [-1, k]), b, false, transB, alpha));
    return reshape(flat, [...a.shape.slice(0, -1), b.shape[transB ? 0 : 1] as Dim]);
  }
  const y = matmulRaw(a, b, options);
  return withGradient(y, [], (dy, needs) => {
    const da = (): Tensor =>
      transA ? matmulRaw(b, dy, { transA: transB, transB: true, alpha }) : matmulRaw(dy, b, { transB: !transB, alpha });
    const db = (): Tensor =>
      transB ? matmulRaw(dy, a, { transA: true, transB: transA, alpha }) : matmulRaw(a, dy, { transA: !transA, alpha });
    return [needs(0) ? sumTo(da(), a.shape) : undefined, needs(1) ? sumTo(db(), b.shape) : undefined];
  });
}

/** A flat product with an optional added tensor; its gradients stay open, so that sums of them become `Gemm` chains. */
function gemm(product: LazyGemm, c?: Tensor): Tensor {
  const { a, b, transA, transB, alpha } = product;
  const y = gemmRaw(product, c);
  return withGradient(y, [], (dy, needs) => {
    const da = (): Contribution =>
      transA ? lazyGemm(b, dy, transB, true, alpha) : lazyGemm(dy, b, false, !transB, alpha);
    const db = (): Contribution =>
      transB ? lazyGemm(dy, a, true, transA, alpha) : lazyGemm(a, dy, !transA, false, alpha);
    return [needs(0) ? da() : undefined, needs(1) ? db() : undefined, c && needs(2) ? sumTo(dy, c.shape) : undefined];
  });
}

export interface LinearOptions {
  /** [out], added to every row. */
  bias?: Tensor;
  /** Of the result's shape: added inside the product, which saves a pass over memory. */
  residual?: Tensor;
}

/** `x weight^T (+ bias) (+ residual)`: x [..., in], weight [out, in]. Keep activations 2-D where you can: nothing is reshaped then. */
export function linear(x: Tensor, weight: Tensor, options: LinearOptions = {}): Tensor {
  if (weight.rank !== 2) throw graphError('linear', 'the weight needs two axes, [out, in]', { tensors: [x, weight] });
  const [out, width] = weight.shape as [Dim, Dim];
  if (x.rank < 1 || !sameDim(x.shape.at(-1) as Dim, width)) {
    throw graphError('linear', `the last axis of x is ${x.shape.at(-1) ?? 'missing'}, the weight takes ${width}`, {
      tensors: [x, weight],
    });
  }
  const { bias, residual } = options;
  if (bias && !(bias.rank === 1 && sameDim(bias.shape[0] as Dim, out))) {
    throw graphError('linear', `the bias is not [${out}]`, { tensors: [x, weight, bias] });
  }
  const flat = reshape(x, [-1, width]);
  const c = residual ? reshape(residual, [-1, out]) : bias;
  const product = gemm(lazyGemm(flat, weight, false, true), c);
  const y = reshape(product, [...x.shape.slice(0, -1), out]);
  return residual && bias ? add(y, bias) : y;
}

/** The sum of a gradient's terms: matrices add into each other through `Gemm`'s C input. */
export function addUp(terms: readonly Contribution[], start?: Tensor): Tensor {
  let total = start;
  for (const term of terms) if (!('kind' in term)) total = total ? addRaw(total, term) : term;
  for (const term of terms) if ('kind' in term) total = gemmRaw(term, total);
  if (!total) throw graphError('gradients', 'no terms to add');
  return total;
}

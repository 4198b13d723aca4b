/** Matrix products, without gradients: batched `FusedMatMul` and two-dimensional `Gemm`. */
import { sameShape, type Dim } from '../dims.js';
import { graphError, type LazyGemm, type Tensor } from '../graph.js';
import { broadcastShapes, checkDType, checkSameDim } from './infer.js';

export interface MatMulOptions {
  /** Transposes the last two axes of the left operand. */
  transA?: boolean;
  /** Transposes the last two axes of the right operand. */
  transB?: boolean;
  /** Factor of the product. */
  alpha?: number;
}

/** `alpha a b` over the last two axes; the axes before broadcast. */
export function matmulRaw(a: Tensor, b: Tensor, options: MatMulOptions = {}): Tensor {
  const { transA = false, transB = false, alpha = 1 } = options;
  checkDType('matmul', a, 'float32');
  checkDType('matmul', b, 'float32');
  if (a.rank < 2 || b.rank < 2) throw graphError('matmul', 'operands need rank 2 or more', { tensors: [a, b] });
  const [m, k] = lastTwo(a, transA);
  const [k2, n] = lastTwo(b, transB);
  checkSameDim('matmul', 'inner dimensions differ', k, k2, [a, b]);
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  if (!batch) throw graphError('matmul', 'batch dimensions do not broadcast', { tensors: [a, b] });
  const outputs = [{ dtype: 'float32' as const, shape: [...batch, m, n] }];
  if (!transA && !transB && alpha === 1) return a.graph.add({ op: 'MatMul', inputs: [a, b], outputs });
  const attributes = { transA: { i: transA ? 1 : 0 }, transB: { i: transB ? 1 : 0 }, alpha: { f: alpha } };
  return a.graph.add({ op: 'FusedMatMul', domain: 'com.microsoft', inputs: [a, b], attributes, outputs });
}

function lastTwo(x: Tensor, transposed: boolean): [Dim, Dim] {
  const [r, c] = [x.shape.at(-2) as Dim, x.shape.at(-1) as Dim];
  return transposed ? [c, r] : [r, c];
}

/** `alpha a' b' + c` of matrices, where `'` transposes if asked; `c` broadcasts to the result. */
export function gemmRaw(product: Omit<LazyGemm, 'kind'>, c?: Tensor): Tensor {
  const { a, b, transA, transB, alpha } = product;
  for (const x of [a, b]) {
    checkDType('gemm', x, 'float32');
    if (x.rank !== 2) throw graphError('gemm', 'takes matrices', { tensors: [a, b] });
  }
  const [m, k] = lastTwo(a, transA);
  const [k2, n] = lastTwo(b, transB);
  checkSameDim('gemm', 'inner dimensions differ', k, k2, [a, b]);
  const joined = c && broadcastShapes(c.shape, [m, n]);
  if (c && !(joined && sameShape(joined, [m, n]))) {
    throw graphError('gemm', `the added tensor does not broadcast to [${m}, ${n}]`, { tensors: [a, b, c] });
  }
  const attributes = { transA: { i: transA ? 1 : 0 }, transB: { i: transB ? 1 : 0 }, alpha: { f: alpha } };
  return a.graph.add({
    op: 'Gemm',
    inputs: c ? [a, b, c] : [a, b],
    attributes,
    outputs: [{ dtype: 'float32', shape: [m, n] }],
  });
}

/** A matrix product left open for its reader to add to; see `Contribution`. */
export function lazyGemm(a: Tensor, b: Tensor, transA: boolean, transB: boolean, alpha = 1): LazyGemm {
  return { kind: 'gemm', a, b, transA, transB, alpha };
}

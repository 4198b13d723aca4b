/** A product with a weight that is a base plus a low-rank change, where only the change is trained (LoRA, Hu et al., 2021). */
import { sameDim, type Dim } from '../dims.js';
import { graphError, type Tensor } from '../graph.js';
import { gemmRaw, lazyGemm } from '../primitives/product.js';
import { sumTo } from '../primitives/reduce.js';
import { customGradient } from './differentiable.js';
import { slice } from './layout.js';
import { linear, type LinearOptions } from './matmul.js';

/** A change `scale b a` of some rows of a weight. */
export interface LowRank {
  /** [rank, in]. */
  a: Tensor;
  /** [rows, rank]. */
  b: Tensor;
  scale: number;
  /** First of the weight's rows that it changes. */
  start: number;
}

/**
 * `linear(x, weight)` by a weight [out, in] in which the changes are already merged, so that the forward pass costs what it costs
 * without them. Gradients go to x, bias and residual and, of the weight, to `a` and `b` of the changes alone: no product of the
 * weight's own size is made. x and residual are 2-D.
 */
export function linearLowRank(
  x: Tensor,
  weight: Tensor,
  changes: readonly LowRank[],
  options: LinearOptions = {},
): Tensor {
  if (changes.length === 0) return linear(x, weight, options);
  for (const change of changes) check(x, weight, change);
  const { bias, residual } = options;
  const y = linear(x, weight, options);
  const factors = changes.flatMap(({ a, b }) => [a, b]);
  const added = [bias, residual].filter((t) => t !== undefined);
  const inputs = [x, ...factors, ...added];
  const [out] = weight.shape as [number, number];
  const [standIn] = customGradient(inputs, [y], ({ dOutputs, needs }) => {
    const dy = dOutputs[0] as Tensor;
    const dFactors = changes.flatMap(({ a, b, scale, start }, i) => {
      if (!needs(1 + 2 * i) && !needs(2 + 2 * i)) return [undefined, undefined];
      const rows = b.shape[0] as number;
      const own = rows === out ? dy : slice(dy, 1, start, start + rows);
      // The weight's gradient would be own^T x; both products with it are taken through the rank instead.
      const inner = gemmRaw(lazyGemm(own, b, false, false, scale));
      const outer = gemmRaw(lazyGemm(x, a, false, true, scale));
      return [lazyGemm(inner, x, true, false), lazyGemm(own, outer, true, false)];
    });
    const at = 1 + factors.length;
    return [
      needs(0) ? lazyGemm(dy, weight, false, false) : undefined,
      ...dFactors,
      ...(bias ? [needs(at) ? sumTo(dy, bias.shape) : undefined] : []),
      ...(residual ? [dy] : []),
    ];
  });
  return standIn as Tensor;
}

function check(x: Tensor, weight: Tensor, { a, b, start }: LowRank): void {
  const tensors = [x, weight, a, b];
  if (x.rank !== 2 || weight.rank !== 2 || a.rank !== 2 || b.rank !== 2) {
    throw graphError('linearLowRank', 'takes matrices', { tensors });
  }
  const [out, width] = weight.shape as [Dim, Dim];
  if (!sameDim(a.shape[1] as Dim, width)) throw graphError('linearLowRank', 'a has another width', { tensors });
  if (!sameDim(a.shape[0] as Dim, b.shape[1] as Dim)) throw graphError('linearLowRank', 'ranks differ', { tensors });
  const rows = b.shape[0];
  if (typeof rows !== 'number' || typeof out !== 'number' || start < 0 || start + rows > out) {
    throw graphError('linearLowRank', `rows ${start} to ${start + Number(rows)} are not of the weight`, { tensors });
  }
}

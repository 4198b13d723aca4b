/** Attention over one or several runs of keys (a prompt that a group shares, then each response), with a gradient of its own. */
import { divDims, sameDim, type Dim } from '../dims.js';
import { graphError, type Tensor } from '../graph.js';
import { addRaw, mulRaw, subRaw, unary } from '../primitives/elementwise.js';
import { checkDType } from '../primitives/infer.js';
import { concatRaw, reshapeRaw, splitRaw } from '../primitives/layout.js';
import { matmulRaw } from '../primitives/product.js';
import { reduceRaw, sumTo } from '../primitives/reduce.js';
import { customGradient } from './differentiable.js';

/** One run of keys and values. */
export interface AttentionPart {
  /** [B or 1, kvHeads, S, headDim]; with 1, every row of the batch sees the same keys, which are not copied. */
  k: Tensor;
  /** Of the shape of `k`. */
  v: Tensor;
  /**
   * Added to the scores: [T, S], [B or 1, T, S] or, for each head by itself, [B or 1, heads, T, S]; 0 where a query may look and a large
   * negative number where it may not.
   */
  mask?: Tensor;
}

/**
 * softmax(scale q k^T + mask) v over the keys of all parts together: q [B, heads, T, headDim] -> the same shape.
 * heads is a multiple of kvHeads; queries h * heads / kvHeads .. share the keys of head h (grouped-query attention), which
 * are never repeated in memory. Masks get no gradient.
 */
export function attention(q: Tensor, parts: readonly AttentionPart[], scale: number): Tensor {
  const layout = checkAttention(q, parts);
  const { batch, kvHeads, shared, time, headDim, sizes } = layout;
  const rows = [batch, kvHeads, shared, time] as const;
  const flat = [batch, kvHeads, -1, headDim];
  const queries = reshapeRaw(q, flat);
  const scores = parts.map(({ k, mask }, i) => {
    const s = matmulRaw(queries, k, { transB: true, alpha: scale });
    if (!mask) return s;
    const lead = mask.rank > 2 ? (mask.shape[0] as Dim) : 1;
    const heads = mask.rank === 4 ? ([kvHeads, shared] as const) : ([1, 1] as const);
    const wide = reshapeRaw(mask, [lead, ...heads, time, sizes[i] as Dim]);
    return reshapeRaw(addRaw(reshapeRaw(s, [...rows, sizes[i] as Dim]), wide), s.shape);
  });
  const weights = unary('Softmax', concatRaw(scores, 3), ['float32'], { attributes: { axis: { i: 3 } } });
  const weightParts = splitRaw(weights, 3, sizes);
  const sum = parts.map(({ v }, i) => matmulRaw(weightParts[i] as Tensor, v)).reduce((a, b) => addRaw(a, b));
  const y = reshapeRaw(sum, q.shape);
  const inputs = [q, ...parts.flatMap(({ k, v }) => [k, v])];
  const [out] = customGradient(inputs, [y], ({ dOutputs, needs }) => {
    const dy = reshapeRaw(dOutputs[0] as Tensor, sum.shape);
    // sum_j P_j dP_j of the softmax's gradient equals dy . y, which is headDim wide instead of S.
    const along = reduceRaw('ReduceSum', mulRaw(dy, sum), -1, true);
    const dScores = parts.map(({ v }, i) => {
      const dWeights = matmulRaw(dy, v, { transB: true });
      return mulRaw(weightParts[i] as Tensor, subRaw(dWeights, along));
    });
    const dQueries = parts
      .map(({ k }, i) => matmulRaw(dScores[i] as Tensor, k, { alpha: scale }))
      .reduce((a, b) => addRaw(a, b));
    const ofParts = parts.flatMap(({ k, v }, i) => [
      needs(1 + 2 * i)
        ? sumTo(matmulRaw(dScores[i] as Tensor, queries, { transA: true, alpha: scale }), k.shape)
        : undefined,
      needs(2 + 2 * i) ? sumTo(matmulRaw(weightParts[i] as Tensor, dy, { transA: true }), v.shape) : undefined,
    ]);
    return [needs(0) ? reshapeRaw(dQueries, q.shape) : undefined, ...ofParts];
  });
  return out as Tensor;
}

interface AttentionLayout {
  batch: Dim;
  kvHeads: Dim;
  /** Query heads that share one head of keys. */
  shared: number;
  time: Dim;
  headDim: Dim;
  /** Keys of each part. */
  sizes: Dim[];
}

function checkAttention(q: Tensor, parts: readonly AttentionPart[]): AttentionLayout {
  const tensors = [q, ...parts.flatMap(({ k, v, mask }) => (mask ? [k, v, mask] : [k, v]))];
  for (const t of tensors) checkDType('attention', t, 'float32');
  const wrong = (message: string): never => {
    throw graphError('attention', message, {
      tensors,
      expected:
        'q [B, heads, T, d], k and v [B or 1, kvHeads, S, d], mask [T, S], [B or 1, T, S] or [B or 1, heads, T, S]',
    });
  };
  const first = parts[0] ?? wrong('needs at least one part');
  if (q.rank !== 4 || first.k.rank !== 4) return wrong('needs tensors of rank 4');
  const [batch, heads, time, headDim] = q.shape as [Dim, Dim, Dim, Dim];
  const kvHeads = first.k.shape[1] as Dim;
  const shared = divDims(heads, kvHeads);
  if (typeof shared !== 'number') return wrong(`${heads} heads are not a multiple of ${kvHeads}`);
  for (const { k, v, mask } of parts) {
    const [b, h, s, d] = k.shape as [Dim, Dim, Dim, Dim];
    const fits =
      k.rank === 4 &&
      (b === 1 || sameDim(b, batch)) &&
      sameDim(h, kvHeads) &&
      sameDim(d, headDim) &&
      k.shape.join() === v.shape.join();
    if (!fits) return wrong('keys and values do not fit the queries');
    if (!mask) continue;
    const lead = mask.shape.slice(0, -2);
    const leadFits = lead.length === 0 || lead[0] === 1 || sameDim(lead[0] as Dim, batch);
    const headsFit = lead.length < 2 || sameDim(lead[1] as Dim, heads);
    if (
      mask.rank < 2 ||
      mask.rank > 4 ||
      !leadFits ||
      !headsFit ||
      !sameDim(mask.shape.at(-2) as Dim, time) ||
      !sameDim(mask.shape.at(-1) as Dim, s)
    )
      return wrong('a mask does not fit');
  }
  return { batch, kvHeads, shared, time, headDim, sizes: parts.map(({ k }) => k.shape[2] as Dim) };
}

/** Attention of every token with all tokens of its text, or with those near it, and where tokens stand. */
import {
  abs,
  add,
  attention,
  cast,
  cumsum,
  expand,
  lessOrEqual,
  max,
  mul,
  reshape,
  slice,
  split,
  sub,
  transpose,
  unsqueeze,
  type Dim,
  type Tensor,
} from '../../tensor/index.js';

/** Added to attention scores of what may not be looked at: e^-1e9 is 0 in float32. */
export const NEVER = -1e9;

/** Which tokens each token looks at. */
export interface AttentionMask {
  /** float32 [B, T, T], or for each head by itself [B, heads, T, T]: added to the scores, {@link NEVER} where nothing may be looked at. */
  bias: Tensor;
  /** float32 [B, T, 1]: 0 at tokens that may look at nothing, which then get zeros; left out: there is always something. */
  sees?: Tensor;
}

/** int64 [B, T]: 0, 1, 2, ... in every text, whatever others may attend to. */
export function tokenPositions(attended: Tensor): Tensor {
  return cumsum(cast(add(mul(attended, 0), 1), 'int64'), 1, { exclusive: true });
}

/** Every token looks at all attended ones. */
export function globalMask(attended: Tensor): AttentionMask {
  const [batch, time] = attended.shape as [Dim, Dim];
  return { bias: expand(unsqueeze(mul(sub(1, attended), NEVER), 1), [batch, time, time]) };
}

/**
 * Every token looks at the attended ones at most `reach` places away. A token of query expansion may have none of them; as in
 * PyTorch's scaled_dot_product_attention it then gets zeros.
 */
export function localMask(attended: Tensor, positions: Tensor, reach: number): AttentionMask {
  const place = slice(cast(positions, 'float32'), 0, 0, 1);
  const distance = abs(sub(unsqueeze(place, 2), unsqueeze(place, 1)));
  const allowed = mul(cast(lessOrEqual(distance, reach), 'float32'), unsqueeze(attended, 1));
  return { bias: mul(sub(1, allowed), NEVER), sees: max(allowed, 2, true) };
}

/** qkv [B, T, 3 hidden] to [B, T, hidden]; `turn` is applied to queries and keys [B, T, hidden] (rotary positions). */
export function selfAttention(
  qkv: Tensor,
  heads: number,
  { bias, sees }: AttentionMask,
  turn: (x: Tensor) => Tensor = (x) => x,
): Tensor {
  const [batch, time, width] = qkv.shape as [Dim, Dim, number];
  const hidden = width / 3;
  const headDim = hidden / heads;
  const apart = (x: Tensor) => transpose(reshape(x, [batch, time, heads, headDim]), [0, 2, 1, 3]);
  const [q, k, v] = split(qkv, 2, [hidden, hidden, hidden]) as [Tensor, Tensor, Tensor];
  const parts = [{ k: apart(turn(k)), v: apart(v), mask: bias }];
  const mixed = attention(apart(turn(q)), parts, 1 / Math.sqrt(headDim));
  const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [batch, time, hidden]);
  return sees ? mul(joined, sees) : joined;
}

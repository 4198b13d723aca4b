/** What stands above the hidden states of an encoder: pooling, dense layers, normalisation. */
import {
  cumsum,
  div,
  l2Normalize,
  linear,
  maximum,
  mul,
  relu,
  slice,
  sub,
  sum,
  unsqueeze,
  type Tensor,
} from '../../tensor/index.js';
import { sameName, type EncoderHead, type EncoderParam, type EncoderTensors } from './types.js';

/** Which hidden states stand for a text: each token's, the first's, the mean of all, or the last's. */
export type Pooling = 'token' | 'cls' | 'mean' | 'last';

/** A head in a config: plain data. */
export interface HeadConfig {
  pooling: Pooling;
  /** Sizes that come out of each dense layer above the hidden states; none: the hidden states themselves. */
  dense: readonly number[];
}

/** One vector a token, or one a text. */
export function headKind({ pooling }: HeadConfig): EncoderHead {
  return pooling === 'token' ? 'late-interaction' : 'single-vector';
}

/** Length of the vectors that come out. */
export function headDim({ dense }: HeadConfig, hidden: number): number {
  return dense.at(-1) ?? hidden;
}

/** `dense.N` [out, in], without biases (as PyLate's). */
export function headParams({ dense }: HeadConfig, hidden: number): EncoderParam[] {
  return dense.map((out, i) => ({
    ...sameName(`dense.${i}`, [out, dense[i - 1] ?? hidden]),
    decay: true,
    trained: true,
  }));
}

/** Hidden states [B, T, hidden] to unit vectors [B, T, dim] or [B, 1, dim]. */
export function applyHead(
  { pooling, dense }: HeadConfig,
  params: EncoderTensors,
  hidden: Tensor,
  attended: Tensor,
): Tensor {
  let x = pooled(pooling, hidden, attended);
  for (const i of dense.keys()) x = linear(x, params.get(`dense.${i}`) as Tensor);
  return l2Normalize(x);
}

function pooled(pooling: Pooling, hidden: Tensor, attended: Tensor): Tensor {
  if (pooling === 'token') return hidden;
  if (pooling === 'cls') return slice(hidden, 1, 0, 1);
  const weights = pooling === 'mean' ? attended : lastToken(attended);
  const column = unsqueeze(weights, 2);
  return div(sum(mul(hidden, column), 1, true), maximum(sum(column, 1, true), 1));
}

/** 1 at the last attended token of each text [B, T], 0 elsewhere: where no other comes behind it. */
function lastToken(attended: Tensor): Tensor {
  const behind = sub(sum(attended, 1, true), cumsum(attended, 1));
  return mul(attended, relu(sub(1, behind)));
}

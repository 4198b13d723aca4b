/**
 * How far the student is from the teacher at every position of a response, over the teacher's most likely tokens or the whole
 * vocabulary, and the slopes of that (arXiv 2601.18734; the generalised Jensen-Shannon divergence is that of arXiv 2306.13649, Eq. 1).
 */
import type { AlternativeSlopes, Alternatives } from '../engine/types.js';

export interface Divergence {
  /**
   * - `forward-kl`: KL(teacher || student)
   * - `reverse-kl`: KL(student || teacher)
   * - `jsd`: beta KL(teacher || m) + (1 - beta) KL(student || m) with the mixture m = beta teacher + (1 - beta) student
   */
  kind: 'forward-kl' | 'reverse-kl' | 'jsd';
  /** The teacher's share in the mixture; for `jsd`. */
  beta: number;
  /** Most that one token of the vocabulary may add to the divergence at a position, in nats; 0: no limit. */
  clip: number;
}

/** A response's part of the loss. */
export interface DistilledResponse {
  /** Weighted sum of the clipped divergences over positions. */
  loss: number;
  /** d loss / d log p of the student's alternatives. */
  slopes: AlternativeSlopes;
  /** Sum of the divergences over positions, nothing clipped and without weight, in nats. */
  divergence: number;
  /** Positions at which something was clipped. */
  clipped: number;
}

/** One token's term of the divergence, and its slope by the student's log q. */
type Term = (logQ: number, logT: number) => { value: number; slope: number };

/**
 * Both sides have log p of the same tokens at each of `positions`; where those are not the whole vocabulary, both are normalised over
 * them (as the authors' code does). `weight` is that of a position in the loss.
 */
export function distilled(
  student: Alternatives,
  teacher: Alternatives,
  { positions, weight, divergence }: { positions: number; weight: number; divergence: Divergence },
): DistilledResponse {
  const term = termOf(divergence);
  const limit = divergence.clip > 0 ? divergence.clip : Infinity;
  const { logprobs, ids } = student;
  const k = positions === 0 ? 0 : logprobs.length / positions;
  const slopes = new Float32Array(logprobs.length);
  const inner = new Float64Array(k);
  const total = { loss: 0, divergence: 0, clipped: 0 };
  for (let t = 0; t < positions; t++) {
    const q = logprobs.subarray(t * k, (t + 1) * k);
    const p = teacher.logprobs.subarray(t * k, (t + 1) * k);
    const [normQ, normP] = [logSumExp(q), logSumExp(p)];
    let sum = 0;
    let isClipped = false;
    for (let i = 0; i < k; i++) {
      const { value, slope } = term(q[i]! - normQ, p[i]! - normP);
      total.divergence += value;
      total.loss += weight * Math.min(value, limit);
      isClipped ||= value > limit;
      inner[i] = value > limit ? 0 : slope;
      sum += inner[i]!;
    }
    if (isClipped) total.clipped++;
    // Back through the normalisation, log q = log p - log sum p: after it the slopes of a position sum to 0.
    for (let i = 0; i < k; i++) slopes[t * k + i] = weight * (inner[i]! - Math.exp(q[i]! - normQ) * sum);
  }
  return { ...total, slopes: { slopes, ...(ids && { ids }) } };
}

function termOf({ kind, beta }: Divergence): Term {
  if (kind === 'forward-kl')
    return (logQ, logT) => {
      const t = Math.exp(logT);
      return { value: t * (logT - logQ), slope: -t };
    };
  if (kind === 'reverse-kl')
    return (logQ, logT) => {
      const q = Math.exp(logQ);
      return { value: q * (logQ - logT), slope: q * (logQ - logT + 1) };
    };
  return (logQ, logT) => {
    const [q, t] = [(1 - beta) * Math.exp(logQ), beta * Math.exp(logT)];
    const logM = logAdd(Math.log1p(-beta) + logQ, Math.log(beta) + logT);
    return { value: t * (logT - logM) + q * (logQ - logM), slope: q * (logQ - logM) };
  };
}

function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return high + Math.log1p(Math.exp(low - high));
}

function logSumExp(values: Float32Array): number {
  const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - top);
  return top + Math.log(sum);
}

/** Drawing a token from logits in plain TypeScript: what temperature, top-k and top-p mean. Graph samplers are tested against it. */
import type { SampleOptions } from './types.js';

/** Temperature and filters, the part of the options that shapes a distribution. */
export type DrawOptions = Pick<SampleOptions, 'temperature' | 'topK' | 'topP'>;

/** Whether tokens are drawn from the model's own distribution. */
export function isUnshaped({ temperature, topK = 0, topP = 1 }: DrawOptions): boolean {
  return temperature === 1 && topK === 0 && topP === 1;
}

/** log p of every token at temperature 1. */
export function logSoftmax(logits: ArrayLike<number>, temperature = 1): Float64Array {
  const scaled = Float64Array.from(logits, (x) => x / temperature);
  const max = scaled.reduce((a, b) => Math.max(a, b), -Infinity);
  const total = scaled.reduce((sum, x) => sum + Math.exp(x - max), 0);
  return scaled.map((x) => x - max - Math.log(total));
}

/**
 * log p of every token under the sampling distribution, -Infinity where a filter leaves it out: temperature first, then
 * the k most likely, then the smallest set of those with at least `topP` of their mass. Ties go to the smaller id.
 */
export function samplingLogprobs(
  logits: ArrayLike<number>,
  { temperature, topK = 0, topP = 1 }: DrawOptions,
): Float64Array {
  const out = new Float64Array(logits.length).fill(-Infinity);
  if (temperature === 0) {
    out[argmax(logits)] = 0;
    return out;
  }
  const logprobs = logSoftmax(logits, temperature);
  const order = Array.from(logprobs.keys()).toSorted((a, b) => logprobs[b]! - logprobs[a]! || a - b);
  const kept = topK > 0 ? order.slice(0, topK) : order;
  const mass = kept.reduce((sum, id) => sum + Math.exp(logprobs[id]!), 0);
  let sum = 0;
  let count = 0;
  while (count < kept.length && (topP === 1 || sum < topP * mass)) sum += Math.exp(logprobs[kept[count++]!]!);
  for (const id of kept.slice(0, count)) out[id] = logprobs[id]! - Math.log(sum);
  return out;
}

/** The token at which the distribution's cumulative mass, in order of ids, passes `uniform` in [0, 1). */
export function drawToken(logprobs: Float64Array, uniform: number): number {
  let sum = 0;
  let last = 0;
  for (const [id, logprob] of logprobs.entries()) {
    if (logprob === -Infinity) continue;
    sum += Math.exp(logprob);
    last = id;
    if (uniform < sum) return id;
  }
  return last;
}

function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}

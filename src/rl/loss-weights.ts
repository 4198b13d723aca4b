/**
 * Weights of tokens in the loss. Engines compute a plain weighted sum, so averaging is decided here, once, over
 * the whole batch, and micro-batches cannot change it.
 */

/** Response lengths of the batch by group, and the longest a response may be. */
export interface BatchShape {
  lengths_NG: readonly (readonly number[])[];
  maxTokens: number;
}

/**
 * Weight of every token of a response of `length` tokens:
 * - `token-mean`: 1 / all tokens of the batch (DAPO); long responses count for more
 * - `sequence-mean`: 1 / (responses x its own length) (GRPO as published); each response counts the same
 * - `fixed-length`: 1 / (responses x maxTokens) (Dr. GRPO); a token counts the same whatever the response's length
 */
export const lossWeightKinds = {
  'token-mean': (_length: number, batch: BatchTotals) => 1 / Math.max(1, batch.tokens),
  'sequence-mean': (length: number, batch: BatchTotals) => 1 / Math.max(1, batch.responses * length),
  'fixed-length': (_length: number, batch: BatchTotals) => 1 / Math.max(1, batch.responses * batch.maxTokens),
} as const;

export type LossWeightKind = keyof typeof lossWeightKinds;

export interface BatchTotals {
  responses: number;
  tokens: number;
  maxTokens: number;
}

/** The weight of each response's tokens, by group and response. Only pass responses that are trained on. */
export function lossWeights(kind: LossWeightKind, batch: BatchShape): number[][] {
  const lengths = batch.lengths_NG.flat();
  const totals: BatchTotals = {
    responses: lengths.length,
    tokens: lengths.reduce((a, b) => a + b, 0),
    maxTokens: batch.maxTokens,
  };
  return batch.lengths_NG.map((group) => group.map((length) => lossWeightKinds[kind](length, totals)));
}

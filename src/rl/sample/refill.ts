/** The batch of a step: problems drawn and sampled, again where a recipe wants a full batch of problems that carry a gradient. */
import type { Comparison } from '../types.js';

/** What a step has sampled. */
export interface SampledBatch {
  /** Everything, in the order drawn. */
  all_N: Comparison[];
  /** What the recipe keeps of it. */
  kept_N: Comparison[];
  batches: number;
}

/**
 * Samples batches until `wanted` comparisons are kept, at most `maxBatches` (DAPO's dynamic sampling; by rightness, not by the spread
 * of rewards, since `keep` says so). What is there then is trained on, be it less.
 */
export async function sampleUntilFull(
  sampleBatch: (batch: number) => Promise<Comparison[]>,
  { wanted, maxBatches, keep }: { wanted: number; maxBatches: number; keep: (comparison: Comparison) => boolean },
): Promise<SampledBatch> {
  const all_N: Comparison[] = [];
  const kept_N: Comparison[] = [];
  let batches = 0;
  while (batches < maxBatches && (batches === 0 || kept_N.length < wanted)) {
    const sampled = await sampleBatch(batches++);
    all_N.push(...sampled);
    kept_N.push(...sampled.filter(keep));
  }
  return { all_N, kept_N, batches };
}

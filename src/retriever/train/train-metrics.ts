/** What a training of the retriever logs, and what each number means; docs/glossary.md is made from the table. */
import type { TrainStepResult } from '../encode/net/port.js';

/** A line for each step. */
export interface TrainMetrics extends TrainStepResult {
  /** From 1. */
  step: number;
  learningRate: number;
}

/** A line for each validation on the labelled queries that choose the checkpoint. */
export interface Validation {
  step: number;
  recallAt1: number;
  mrr: number;
  /** Validation queries with a positive among the candidates. */
  queries: number;
}

/** Every metric of both lines, a sentence each. */
export const retrieverMetricGlossary: Record<keyof TrainMetrics | keyof Validation, string> = {
  step: 'Steps done, from 1.',
  learningRate: 'Learning rate of this step: linear warm-up, then linear decay.',
  loss: 'Loss of the batch: InfoNCE (Eq. 2), the mean over its pairs in nats; or of graded labels, the mean over its queries: KL in nats, or squared errors of differences.',
  gradNorm: 'L2 norm of the gradient before clipping.',
  meanMaxProbability:
    'Mean over queries of the largest probability among their candidates (with graded labels, the measured ones). Above 0.99 at the first step the softmax is saturated and gives next to no gradient.',
  recallAt1: 'Share of the validation queries whose first hit is one of their positives.',
  mrr: 'Mean reciprocal rank: 1 / rank of the first positive, averaged over the validation queries.',
  queries: 'Validation queries behind recallAt1 and mrr.',
};

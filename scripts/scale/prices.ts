/** Prices that the example of docs/scale.md reckons with. They go stale: each has its day and its source; put today's in their place. */
import type { TokenPrices } from './worked.js';

export const hostedPrices: TokenPrices & { source: string } = {
  prefillUsd: 0.07,
  sampleUsd: 0.22,
  trainUsd: 0.22,
  source: 'Qwen3-4B-Instruct-2507, the list of thinkingmachines.ai/tinker as a page of 5 January 2026 quotes it',
};

export const judgePrices = {
  inputUsd: 2.5,
  outputUsd: 10,
  batchFactor: 0.5,
  source: "GPT-4o, the example of docs/judging.md; OpenAI's Batch API takes half",
};

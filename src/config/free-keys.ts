/** Keys that say how work is done, not what comes out: a run may go on with other values of them. */
export const freeKeys: readonly string[] = [
  'llm.baseUrl',
  'llm.apiKeyEnv',
  'llm.concurrency',
  'llm.timeoutSeconds',
  'llm.retries',
  'llm.maxUsd',
  'llm.maxCalls',
  'llm.prices',
  'llm.cache',
  'llm.batch',
  'llm.batchSize',
  'llm.batchPriceFactor',
  'llm.batchPollSeconds',
];

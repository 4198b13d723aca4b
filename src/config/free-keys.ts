/**
 * Keys that say how work is done, not what comes out: a run may go on with other values of them. A stage's inputs hold none of
 * these, so nothing that is finished runs again.
 */
import { configKeys } from './describe.js';

const named: readonly string[] = [
  // A folder may be renamed.
  'name',
  // How fast, and in how much memory; a result changes by rounding at most.
  'engine.threads',
  'engine.activationGigabytes',
  'engine.maxSequences',
  // What they leave out is content of the data and of the retrieved traces; where that differs, the run refuses by itself.
  'prompt.maxPromptTokens',
  'prompt.overlong',
  // When a policy is saved; the steps between are the same.
  'rl.checkpointEverySteps',
  // It stops a training that goes wrong; one that goes right is the same under any bound.
  'rl.maxLogprobGap',
  // Only the intervals of the summary, which is written anew each time.
  'eval.bootstrapSamples',
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

/** All of them; `corpus` is for making a corpus, no run reads it. */
export const freeKeys: readonly string[] = [
  ...named,
  ...configKeys()
    .filter(({ path, kind }) => kind === 'value' && path.startsWith('corpus.'))
    .map(({ path }) => path),
];

/** Keys whose values are paths: two spellings of one file are no difference. */
export const pathKeys: readonly string[] = configKeys()
  .filter(({ file }) => file)
  .map(({ path }) => path);

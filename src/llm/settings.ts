/** Readings of the configuration's section `llm`. */
import { join } from 'node:path';
import type { Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { Price } from './budget.js';

/** The model. Throws `config` where none is named. */
export function modelOf({ model }: Config['llm']): string {
  if (model !== null) return model;
  throw new RaRftError({
    code: 'config',
    message: 'llm.model names no model',
    where: 'llm.model',
    expected: 'the name of a model on the server at llm.baseUrl',
  });
}

/** What the model costs by `llm.prices`, batches with their factor; undefined where it is not among them. */
export function modelPrice({ model, prices, batch, batchPriceFactor }: Config['llm']): Price | undefined {
  const found = prices.find((price) => price.model === model);
  if (!found) return undefined;
  const factor = batch ? batchPriceFactor : 1;
  return { inputUsd: found.inputUsd * factor, outputUsd: found.outputUsd * factor };
}

/** The cache of replies: the file that the configuration names, or one in `folder`. */
export function llmCachePath(settings: Config['llm'], folder: string): string {
  return settings.cache ?? join(folder, 'llm-replies.jsonl');
}

/** What a set of requests would cost, before any is sent. */
import type { Config } from '../config/index.js';
import { priceOf } from './budget.js';
import { cachedKeys } from './cache.js';
import { estimateTokens, promptBytes, requestKey } from './request.js';
import { modelOf, modelPrice } from './settings.js';
import type { ChatRequest } from './types.js';

export interface Estimate {
  model: string;
  /** Calls to be paid for. */
  calls: number;
  /** Equal requests, and those whose replies are kept already. */
  cachedCalls: number;
  /** About four bytes a token; other languages than English take more. */
  promptTokens: number;
  /** If every reply were as long as it may be. */
  completionTokensAtMost: number;
  /** Price of both; null where `llm.prices` does not have the model. */
  usdAtMost: number | null;
}

/** Counts calls, tokens and price. Touches no server; `cachePath` need not exist. Throws `config` where no model is named. */
export async function estimateCalls(
  requests: Iterable<ChatRequest>,
  settings: Config['llm'],
  cachePath: string,
): Promise<Estimate> {
  const model = modelOf(settings);
  const seen = new Set(await cachedKeys(cachePath));
  let [calls, cachedCalls, promptTokens, completionTokensAtMost] = [0, 0, 0, 0];
  for (const request of requests) {
    const key = requestKey({ ...settings, model }, request);
    if (seen.has(key)) {
      cachedCalls++;
      continue;
    }
    seen.add(key);
    calls++;
    promptTokens += estimateTokens(promptBytes(request));
    completionTokensAtMost += request.maxTokens;
  }
  const usage = { promptTokens, completionTokens: completionTokensAtMost };
  const usdAtMost = priceOf(usage, modelPrice(settings));
  return { model, calls, cachedCalls, promptTokens, completionTokensAtMost, usdAtMost };
}

/** An estimate in a line, for people. */
export function estimateText(estimate: Estimate): string {
  const { model, calls, cachedCalls, promptTokens, completionTokensAtMost, usdAtMost } = estimate;
  const grouped = (n: number) => n.toLocaleString('en-US');
  const price =
    usdAtMost === null ? `price of ${model} unknown (llm.prices)` : `at most about ${usdAtMost.toFixed(4)} USD`;
  return `${grouped(calls)} calls to ${model} (${grouped(cachedCalls)} more are kept already), about ${grouped(promptTokens)} prompt tokens, at most ${grouped(completionTokensAtMost)} reply tokens, ${price}`;
}

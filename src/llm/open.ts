/** From configuration to client. */
import type { Config } from '../config/index.js';
import { openWhole } from '../core/closing.js';
import type { Progress } from '../core/progress.js';
import { Rng } from '../core/rng.js';
import type { Asker } from './asker.js';
import { BatchApi } from './batch-api.js';
import { BatchState } from './batch-state.js';
import { BatchAsker } from './batch.js';
import { Budget } from './budget.js';
import { ReplyCache } from './cache.js';
import { CachedClient } from './client.js';
import { CallLedger } from './ledger.js';
import { chatProtocol, LiveCalls } from './live.js';
import { modelOf, modelPrice } from './settings.js';
import { openTransport } from './transport.js';
import type { LlmClient } from './types.js';

export interface OpenLlmOptions {
  /** Section `llm` of the configuration. */
  settings: Config['llm'];
  /** From `llmApiKey` of `ra-rft/config`; undefined where the server wants none. */
  apiKey: string | undefined;
  /** Append-only file of replies; see {@link llmCachePath}. What calls cost, and the state of batches, stand beside it. */
  cachePath: string;
  /** Jitter of waits; results do not depend on it. */
  rng?: Rng;
  /** Batches say here what they wait for. */
  progress?: Progress;
  /** Wait before the first retry, in milliseconds. Default 500. */
  backoffMs?: number;
}

/**
 * Opens a client. Throws `config` where no model is named, `run-folder` where another process uses the cache. The server is
 * met at the first call.
 */
export async function openLlmClient(options: OpenLlmOptions): Promise<LlmClient> {
  const { settings, apiKey, cachePath, rng = Rng.fromSeed('llm'), progress, backoffMs = 500 } = options;
  const model = modelOf(settings);
  const beside = (name: string) => `${cachePath.replace(/\.jsonl$/, '')}.${name}.jsonl`;
  return openWhole(async (own) => {
    const timeoutMs = settings.timeoutSeconds * 1000;
    const transport = own(openTransport({ baseUrl: settings.baseUrl, apiKey, timeoutMs }));
    const cache = own(await ReplyCache.open(cachePath)); // and with it its lock
    const ledger = own(await CallLedger.open(beside('calls')));
    const budget = new Budget(settings, modelPrice(settings), ledger);
    const { concurrency, retries, structuredOutput, batchSize, batchPollSeconds } = settings;
    const common = { model, budget, structuredOutput };
    let asker: Asker;
    if (settings.batch) {
      const stop = new AbortController();
      const api = new BatchApi({ transport, rng, retries, backoffMs, signal: stop.signal });
      const state = own(await BatchState.open(beside('batches')));
      const pollMs = batchPollSeconds * 1000;
      asker = new BatchAsker({ ...common, api, state, batchSize, pollMs, stop, ...(progress && { progress }) });
    } else {
      asker = new LiveCalls({ ...common, protocol: chatProtocol, transport, rng, concurrency, retries, backoffMs });
    }
    return new CachedClient({ replier: { ...settings, model }, cache, asker, budget, ledger, transport });
  });
}

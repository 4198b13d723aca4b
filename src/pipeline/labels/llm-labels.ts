/** The LLM judge in a run: client, prompt and cache from the configuration, and what it would cost. */
import { llmApiKey, type Config } from '../../config/index.js';
import {
  loadJudgePrompt,
  planCalls,
  voteRequest,
  type LlmJudgeOptions,
  type QueryCandidates,
} from '../../judge/index.js';
import {
  estimateCalls,
  llmCachePath,
  modelOf,
  openLlmClient,
  type ChatRequest,
  type Estimate,
} from '../../llm/index.js';
import type { Session } from '../session.js';

/**
 * Opens the LLM judge of the configuration, hands `use` what it judges with, and closes it. Throws `llm` where the key is
 * missing or the server cannot be used, `budget` at the limit.
 */
export async function withLlmJudge<T>(
  { config, run, rng, progress }: Session,
  use: (judge: LlmJudgeOptions) => Promise<T>,
): Promise<T> {
  const { promptFile, ...settings } = config.labels.llm;
  const prompt = await loadJudgePrompt(promptFile);
  const client = await openLlmClient({
    settings: config.llm,
    apiKey: llmApiKey(config.llm.apiKeyEnv),
    cachePath: llmCachePath(config.llm, run.root),
    rng: rng.fork('llm'),
    progress,
  });
  try {
    return await use({ ...settings, prompt, client });
  } finally {
    await run.event('llm', { model: client.model, ...client.spent() });
    await client.dispose();
  }
}

/** Calls, tokens and price of judging these pairs; replies that `folder` (of the run) keeps are free. */
export async function estimateLlmLabels(
  { labels, llm }: Config,
  queries: readonly QueryCandidates[],
  folder: string,
): Promise<Estimate> {
  const { promptFile, ...rest } = labels.llm;
  const settings = { ...rest, model: modelOf(llm), prompt: await loadJudgePrompt(promptFile) };
  function* requests(): Generator<ChatRequest> {
    for (const query of queries) {
      for (const call of planCalls([query], settings)) {
        for (let vote = 0; vote < settings.votes; vote++) yield voteRequest(call, vote, settings);
      }
    }
  }
  return estimateCalls(requests(), llm, llmCachePath(llm, folder));
}

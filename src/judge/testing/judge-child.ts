/** A process for the fault tests: judges the pairs of a task on a server until it has ended or is killed. Exits with 13 at its limit. */
import { join } from 'node:path';
import { configSchema } from '../../config/index.js';
import { errorFacts } from '../../core/errors.js';
import { openLlmClient } from '../../llm/index.js';
import { judgeByLlm } from '../llm-judge.js';
import { judgePrompt } from '../llm-prompt.js';
import { taskQueries } from './judge-task.js';

const [baseUrl = '', folder = '', queries = '', candidates = '', maxUsd = '0'] = process.argv.slice(2);
const model = 'test-model';
const section = {
  baseUrl,
  model,
  apiKeyEnv: null,
  concurrency: 4,
  timeoutSeconds: 5,
  retries: 9,
  maxUsd: Number(maxUsd),
  prices: [{ model, inputUsd: 1000, outputUsd: 1000 }],
};
const client = await openLlmClient({
  settings: configSchema.parse({ llm: section }).llm,
  apiKey: undefined,
  cachePath: join(folder, 'replies.jsonl'),
  backoffMs: 2,
});
try {
  await judgeByLlm(taskQueries(Number(queries), Number(candidates)), {
    client,
    prompt: judgePrompt,
    votes: 1,
    candidatesPerCall: 1,
    maxTokens: 50,
    temperature: 0,
    labelsPath: join(folder, 'labels.jsonl'),
  });
} catch (error) {
  if (errorFacts(error).code !== 'budget') throw error;
  process.exitCode = 13;
}
await client.dispose();

/** A client on a scripted server, both gone when the test has ended. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { configSchema, type Config } from '../../config/index.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { openLlmClient } from '../open.js';
import type { LlmClient } from '../types.js';
import { startScriptedServer, type Behaviour, type ScriptedServer, type SeenRequest } from './scripted-server.js';

export interface TestClient {
  client: LlmClient;
  server: ScriptedServer;
  settings: Config['llm'];
  folder: string;
  cachePath: string;
  /** Closes the client and opens another one on the same cache. */
  reopen: (changes?: Partial<Config['llm']>) => Promise<LlmClient>;
}

/** Settings for a server of a test: no key, short waits. */
export function testSettings(baseUrl: string, changes: Partial<Config['llm']> = {}): Config['llm'] {
  const section = { baseUrl, model: 'test-model', apiKeyEnv: null, timeoutSeconds: 2, ...changes };
  return configSchema.parse({ llm: section }).llm;
}

/** Call inside a test. */
export async function testClient(
  behave: (request: SeenRequest) => Behaviour | Promise<Behaviour>,
  changes: Partial<Config['llm']> = {},
  apiKey?: string,
): Promise<TestClient> {
  const folder = await temporaryFolder();
  const server = await startScriptedServer(behave);
  onTestFinished(() => server.close());
  const cachePath = join(folder, 'replies.jsonl');
  const settings = testSettings(server.baseUrl, changes);
  const open = (more: Partial<Config['llm']> = {}) =>
    openLlmClient({ settings: { ...settings, ...more }, apiKey, cachePath, backoffMs: 5 });
  let client = await open();
  onTestFinished(() => client.dispose());
  const reopen = async (more?: Partial<Config['llm']>) => {
    await client.dispose();
    client = await open(more);
    return client;
  };
  return { client, server, settings, folder, cachePath, reopen };
}

/** The engine on a server of this process, with times short enough for tests. */
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../core/testing/temporary-folder.js';
import { saveCheckpoint } from '../../../models/checkpoint.js';
import { tinyConfig, tinyParams } from '../../../models/testing/tiny-model.js';
import type { PolicyEngine } from '../../types.js';
import { openTinkerEngine, type TinkerEngineOptions } from '../tinker-engine.js';
import { startModelServer, type ModelServer, type ModelServerOptions } from './model-server.js';

export interface Served {
  server: ModelServer;
  engine: PolicyEngine;
  /** Of the base model, on this machine. */
  folder: string;
  /** What the engine wanted people to know. */
  warnings: string[];
}

/** Call inside a test. */
export async function served(
  options: Partial<ModelServerOptions> = {},
  settings: Partial<TinkerEngineOptions> = {},
): Promise<Served> {
  const folder = await temporaryFolder();
  const config = tinyConfig('qwen3');
  await saveCheckpoint(folder, { config, params: tinyParams(config) });
  const server = await startModelServer({ vocab: config.vocab, ...options });
  onTestFinished(() => server.close());
  const warnings: string[] = [];
  const client = {
    baseUrl: server.origin,
    heartbeats: 'timer' as const,
    timeouts: { backoffMs: 5, outageMs: 500 },
    onWarning: (message: string) => void warnings.push(message),
  };
  const engine = openTinkerEngine({ client, model: '/models/tiny/bigram', folder, ...settings });
  onTestFinished(() => engine.dispose());
  return { server, engine, folder, warnings };
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { saveCheckpoint } from '../../models/checkpoint.js';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import { folderRef } from '../policy-folder.js';
import { policyEngineContract } from '../testing/contract.js';
import { openTinkerEngine } from './tinker-engine.js';
import { startModelServer, type ModelServer } from './testing/model-server.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-served-'));
  const config = tinyConfig('qwen3');
  await saveCheckpoint(folder, { config, params: tinyParams(config) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(['mean', 'sum'] as const)('a server that reduces by %s', (reduction) => {
  let server: ModelServer;
  beforeAll(async () => {
    server = await startModelServer({ vocab: tinyConfig('qwen3').vocab, reduction });
  });
  afterAll(() => server.close());
  policyEngineContract(`tinker, ${reduction}`, {
    start: () =>
      openTinkerEngine({
        client: { baseUrl: server.origin, heartbeats: 'timer' },
        model: '/models/tiny/bigram',
        folder,
      }),
    model: async () => folderRef(folder),
    train: { rank: 8, alpha: 32, targets: 'all-linear', rsLora: false },
    lacks: ['alternatives', 'shapedLogprobs', 'tensorNames'],
  });
});

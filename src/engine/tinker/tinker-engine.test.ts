import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
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

it('has the window of the model, however long: no memory of this machine bounds it', async () => {
  const own = await temporaryFolder();
  const config = { ...tinyConfig('qwen3'), maxPosition: 40_960 };
  await saveCheckpoint(own, { config, params: tinyParams(config) });
  const server = await startModelServer({ vocab: config.vocab });
  onTestFinished(() => server.close());
  const engine = openTinkerEngine({
    client: { baseUrl: server.origin, heartbeats: 'timer' },
    model: '/models/tiny/bigram',
    folder: own,
  });
  onTestFinished(() => engine.dispose());
  const policy = await engine.open(folderRef(own));
  expect(policy.info.maxContext).toBe(40_960);
});

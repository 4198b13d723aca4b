/** A policy engine and an encoder, each with native sessions in a worker thread of its own, alive at the same time. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderRef, openLocalEngine, type Policy } from '../../../engine/index.js';
import { tinyConfig, tinyParams } from '../../../models/testing/tiny-model.js';
import { saveCheckpoint } from '../../../models/checkpoint.js';
import { randomTexts, smallSetup } from '../../testing/small-encoder.js';
import { NetClient } from './client.js';
import type { TokenBatch } from './port.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-workers-'));
  const config = tinyConfig('qwen3');
  await saveCheckpoint(join(folder, 'model'), { config, params: tinyParams(config) });
});
afterAll(() => rm(folder, { recursive: true }));

const batch: TokenBatch = {
  queries_Q: randomTexts([4, 7], 1),
  documents_D: randomTexts([5, 3], 2),
  masks: { queries: 2, documents: 2, positive: Uint8Array.from([1, 0, 0, 1]), ignore: new Uint8Array(4) },
};
const request = { prompt: Int32Array.from([1, 2, 3]), n: 4, seed: 1 };
const train = async (encoder: NetClient, steps: number) => {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) {
    losses.push((await encoder.trainStep(batch, { learningRate: 0.01, weightDecay: 0, maxGradNorm: 0 })).loss);
  }
  return losses;
};
const sample = async ({ policy }: { policy: Policy }, times: number) => {
  const all = [];
  for (let i = 0; i < times; i++)
    all.push(await policy.sample([{ ...request, seed: i }], { maxTokens: 8, temperature: 1, stopTokens: [] }));
  return all;
};
/** An engine in a worker, with a policy. */
const openEngine = async () => {
  const engine = openLocalEngine({ threads: 2 });
  return { engine, policy: await engine.open(folderRef(join(folder, 'model'))) };
};
const openEncoder = () => NetClient.open(smallSetup({}, { threads: 2 }));

describe('two workers with native sessions', () => {
  it('compute at the same time what each computes alone', async () => {
    const alone = await openEncoder();
    const losses = await train(alone, 20);
    await alone.dispose();
    const single = await openEngine();
    const samples = await sample(single, 20);
    await single.engine.dispose();

    const opened = await openEngine();
    const encoder = await openEncoder();
    const both = await Promise.all([train(encoder, 20), sample(opened, 20)]);
    expect(both).toEqual([losses, samples]);
    await Promise.all([encoder.dispose(), opened.engine.dispose()]);
  });

  it('outlive each other, in either order, more than once', async () => {
    for (let round = 0; round < 2; round++) {
      const opened = await openEngine();
      const encoder = await openEncoder();
      await Promise.all([train(encoder, 2), sample(opened, 2)]);
      if (round % 2 === 0) {
        await encoder.dispose();
        expect(await sample(opened, 1)).toHaveLength(1);
        await opened.engine.dispose();
      } else {
        await opened.engine.dispose();
        expect(await train(encoder, 1)).toHaveLength(1);
        await encoder.dispose();
      }
    }
  });

  it('leaves the main thread live while both are busy', async () => {
    const [opened, encoder] = await Promise.all([openEngine(), openEncoder()]);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await Promise.all([train(encoder, 100), sample(opened, 40)]);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(20);
    await Promise.all([encoder.dispose(), opened.engine.dispose()]);
  });
});

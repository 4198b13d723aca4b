/** What saving, loading, refusing and disposing promise. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy, TrainGroup } from '../types.js';
import type { ContractTarget } from './contract.js';
import { STEP, ids, raggedGroups, response, withEngine } from './helpers.js';

export function lifecycleContract(target: ContractTarget): void {
  describe('save and load', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ra-rft-contract-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    /** Trains `steps` steps, each on other data, and tells losses and norms on the way. */
    const train = async (engine: Policy, from: number, to: number): Promise<unknown[]> => {
      const log: unknown[] = [];
      for (let step = from; step < to; step++) {
        const groups = raggedGroups(engine.info.vocabSize, `step ${step}`);
        const { loss } = await engine.forwardBackward(groups);
        log.push([loss, await engine.optimStep({ ...STEP, weightDecay: 0.1, maxGradNorm: 1 })]);
      }
      const samples = await engine.sample([{ prompt: ids(5, 6), n: 3, seed: 1 }], {
        maxTokens: 6,
        temperature: 1,
        stopTokens: [],
      });
      return [...log, samples];
    };

    it('continues as if nothing had happened', async () => {
      const straight = await withEngine(target, async (engine) => {
        await train(engine, 0, 2);
        return train(engine, 2, 4);
      });
      const path = join(folder, 'a', 'step-2');
      await withEngine(target, async (engine) => {
        await train(engine, 0, 2);
        await engine.save(path);
        expect(await train(engine, 2, 4)).toEqual(straight);
      });
      const resumed = await withEngine(target, async (engine) => {
        await train(engine, 7, 8); // another past, which loading must wipe out
        await engine.forwardBackward(raggedGroups(engine.info.vocabSize, 'left over'));
        await engine.load(path);
        return train(engine, 2, 4);
      });
      expect(resumed).toEqual(straight);
      expect(await readdir(join(folder, 'a'))).toEqual(['step-2']);
    });

    it('saves over an older checkpoint, and without the optimizer if told so', async () => {
      await withEngine(target, async (engine) => {
        const path = join(folder, 'b');
        await engine.save(path);
        await train(engine, 0, 1);
        await engine.save(path, { optimizer: false });
        const scores = await engine.logprobs([{ prompt: ids(1), responses: [ids(2, 3)] }]);
        await train(engine, 1, 2);
        await engine.load(path);
        expect(await engine.logprobs([{ prompt: ids(1), responses: [ids(2, 3)] }])).toEqual(scores);
        // A fresh optimizer's first step moves every weight by the learning rate at most, however large its past.
        await train(engine, 2, 3);
      });
    });

    it('refuses a folder without a checkpoint and stays usable', async () => {
      await withEngine(target, async (engine) => {
        await expect(engine.load(join(folder, 'missing'))).rejects.toThrow(Error);
        expect(await engine.logprobs([{ prompt: ids(1), responses: [ids(2)] }])).toHaveLength(1);
      });
    });
  });

  describe('refusals', () => {
    const group = (prompt: Int32Array, ...responses: TrainGroup['responses'][number][]): TrainGroup => ({
      prompt,
      responses,
    });

    it('refuses what does not fit the window, before any work', async () => {
      await withEngine(target, async (engine) => {
        const long = new Int32Array(engine.info.maxContext).fill(1);
        const code = { code: 'context-length' };
        const options = { maxTokens: 1, temperature: 1, stopTokens: [] };
        const good = { prompt: ids(1), n: 1, seed: 1 };
        await expect(engine.sample([good, { ...good, prompt: long }], options)).rejects.toMatchObject(code);
        await expect(engine.logprobs([{ prompt: long, responses: [ids(1)] }])).rejects.toMatchObject(code);
        const mixed = [group(ids(1), response(ids(2))), group(ids(1), response(long))];
        await expect(engine.forwardBackward(mixed)).rejects.toMatchObject(code);
        expect((await engine.optimStep({ ...STEP, learningRate: 0 })).gradNorm).toBe(0);
        const full = long.subarray(1);
        expect((await engine.logprobs([{ prompt: full, responses: [ids(1)] }]))[0]![0]!.length).toBe(1);
      });
    });

    it('refuses tokens outside the vocabulary, empty prompts and lists of other lengths', async () => {
      await withEngine(target, async (engine) => {
        const code = { code: 'engine' };
        const { vocabSize } = engine.info;
        await expect(engine.logprobs([{ prompt: ids(vocabSize), responses: [] }])).rejects.toMatchObject(code);
        await expect(engine.logprobs([{ prompt: ids(1), responses: [ids(-1)] }])).rejects.toMatchObject(code);
        await expect(engine.logprobs([{ prompt: ids(), responses: [] }])).rejects.toMatchObject(code);
        const short = response(ids(1, 2), new Float32Array(1));
        await expect(engine.forwardBackward([group(ids(1), short)])).rejects.toMatchObject(code);
        const nan = response(ids(1), Float32Array.of(NaN));
        await expect(engine.forwardBackward([group(ids(1), nan)])).rejects.toMatchObject(code);
        const options = { maxTokens: 0, temperature: 1, stopTokens: [] };
        await expect(engine.sample([{ prompt: ids(1), n: 1, seed: 1 }], options)).rejects.toMatchObject(code);
      });
    });

    it('refuses everything after dispose', async () => {
      const engine = await target.open();
      await engine.dispose();
      await engine.dispose();
      const code = { code: 'engine' };
      await expect(engine.logprobs([])).rejects.toMatchObject(code);
      await expect(engine.optimStep(STEP)).rejects.toMatchObject(code);
      await expect(engine.sample([], { maxTokens: 1, temperature: 1, stopTokens: [] })).rejects.toMatchObject(code);
    });
  });

  describe('info', () => {
    it('names the engine and its sizes', async () => {
      await withEngine(target, async ({ info }) => {
        expect(info.name).not.toBe('');
        expect(info.parameters).toBeGreaterThan(0);
        expect(info.vocabSize).toBeGreaterThanOrEqual(16);
        expect(info.maxContext).toBeGreaterThanOrEqual(32);
      });
    });
  });
}

/** What an engine promises where numbers run away: it stops, says where, saves nothing of it, and can go back. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../types.js';
import type { ContractTarget } from './contract.js';
import { STEP, ids, raggedGroups, withEngine } from './helpers.js';

export function numbersContract(target: ContractTarget): void {
  describe('numbers that run away', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ra-rft-numbers-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const score = { prompt: ids(1, 2), responses: [ids(2, 3)] };
    const train = (engine: Policy, label: string) => engine.forwardBackward(raggedGroups(engine.info.vocabSize, label));
    const contents = async (path: string) => {
      const names = (await readdir(path)).toSorted();
      return Promise.all(names.map(async (name) => [name, (await readFile(join(path, name))).toString('base64')]));
    };

    it('stops where weights are lost, names a tensor, and goes back to what was saved', () =>
      withEngine(target, async (engine) => {
        const path = join(folder, 'good');
        await train(engine, 'first');
        await engine.optimStep(STEP);
        await engine.save(path);
        const saved = await contents(path);
        const scores = await engine.logprobs([score]);

        await train(engine, 'second');
        const lost = { code: 'not-finite', where: expect.stringMatching(/^tensor ./) as string };
        await expect(engine.optimStep({ ...STEP, learningRate: 1e30 })).rejects.toMatchObject(lost);
        const sampling = { maxTokens: 3, temperature: 1, stopTokens: [] };
        await expect(engine.sample([{ prompt: ids(1), n: 1, seed: 1 }], sampling)).rejects.toMatchObject(lost);
        await expect(engine.logprobs([score])).rejects.toMatchObject(lost);
        await expect(train(engine, 'third')).rejects.toMatchObject(lost);
        await expect(engine.optimStep(STEP)).rejects.toMatchObject(lost);
        await expect(engine.save(path)).rejects.toMatchObject(lost);
        await expect(engine.save(join(folder, 'new'))).rejects.toMatchObject(lost);
        expect(await readdir(folder)).not.toContain('new');
        expect(await contents(path)).toEqual(saved);

        await engine.load(path);
        expect(await engine.logprobs([score])).toEqual(scores);
        await train(engine, 'second');
        expect((await engine.optimStep(STEP)).policyVersion).toBe(2);
      }));

    it.each([Infinity, NaN])('refuses the learning rate %s and stays as it was', (learningRate) =>
      withEngine(target, async (engine) => {
        const scores = await engine.logprobs([score]);
        await train(engine, 'first');
        await expect(engine.optimStep({ ...STEP, learningRate })).rejects.toMatchObject({ code: 'not-finite' });
        expect(await engine.logprobs([score])).toEqual(scores);
        expect(await engine.optimStep(STEP)).toEqual({ gradNorm: 0, policyVersion: 1 });
      }),
    );
  });

  describe('load', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ra-rft-load-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('takes the optimizer along only where it is asked for', () =>
      withEngine(target, async (engine) => {
        const { vocabSize } = engine.info;
        const step = async (label: string) => {
          await engine.forwardBackward(raggedGroups(vocabSize, label));
          await engine.optimStep(STEP);
          return engine.logprobs([{ prompt: ids(1, 2), responses: [ids(2, 3)] }]);
        };
        await step('first');
        await engine.save(join(folder, 'with'));
        await engine.save(join(folder, 'without'), { optimizer: false });
        const goesOn = await step('second');
        await engine.load(join(folder, 'without'));
        const anew = await step('second');
        expect(anew).not.toEqual(goesOn);
        await engine.load(join(folder, 'with'), { optimizer: false });
        expect(await step('second')).toEqual(anew);
        await engine.load(join(folder, 'with'));
        expect(await step('second')).toEqual(goesOn);
      }));
  });
}

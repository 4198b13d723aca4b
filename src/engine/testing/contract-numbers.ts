/** What an engine promises where numbers run away: it stops, says where, saves nothing of it, and what was saved can be opened. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Policy } from '../types.js';
import type { ContractTarget } from './contract.js';
import { STEP, ids, openToTrain, raggedGroups, savedAt, withEngine } from './helpers.js';

export function numbersContract(target: ContractTarget): void {
  describe('numbers that run away', () => {
    let folder = '';
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ra-rft-numbers-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const namesTensors = !target.lacks?.includes('tensorNames');
    const score = { prompt: ids(1, 2), responses: [ids(2, 3)] };
    const train = (policy: Policy, label: string) => policy.forwardBackward(raggedGroups(policy.info.vocabSize, label));
    const contents = async (path: string) => {
      const names = (await readdir(path)).toSorted();
      return Promise.all(names.map(async (name) => [name, (await readFile(join(path, name))).toString('base64')]));
    };

    it('stops where weights are lost, names a tensor, and what was saved stays whole', () =>
      withEngine(target, async (policy, engine) => {
        const path = join(folder, 'good');
        await train(policy, 'first');
        await policy.optimStep(STEP);
        const ref = await savedAt(policy, path);
        const saved = await contents(path);
        const scores = await policy.logprobs([score]);

        await train(policy, 'second');
        const lost = { code: 'not-finite', where: expect.stringMatching(namesTensors ? /^tensor ./ : /./) as string };
        await expect(policy.optimStep({ ...STEP, learningRate: 1e30 })).rejects.toMatchObject(lost);
        const sampling = { maxTokens: 3, temperature: 1, stopTokens: [] };
        await expect(policy.sample([{ prompt: ids(1), n: 1, seed: 1 }], sampling)).rejects.toMatchObject(lost);
        await expect(policy.logprobs([score])).rejects.toMatchObject(lost);
        await expect(train(policy, 'third')).rejects.toMatchObject(lost);
        await expect(policy.optimStep(STEP)).rejects.toMatchObject(lost);
        await expect(savedAt(policy, path)).rejects.toMatchObject(lost);
        await expect(savedAt(policy, join(folder, 'new'))).rejects.toMatchObject(lost);
        expect(await readdir(folder)).not.toContain('new');
        expect(await contents(path)).toEqual(saved);

        await policy.dispose();
        const again = await openToTrain(engine, target, { ref, optimizer: true });
        expect(await again.logprobs([score])).toEqual(scores);
        await train(again, 'second');
        expect((await again.optimStep(STEP)).policyVersion).toBe(2);
      }));

    it.each([Infinity, NaN])('refuses the learning rate %s and stays as it was', (learningRate) =>
      withEngine(target, async (policy) => {
        const scores = await policy.logprobs([score]);
        await train(policy, 'first');
        await expect(policy.optimStep({ ...STEP, learningRate })).rejects.toMatchObject({ code: 'not-finite' });
        expect(await policy.logprobs([score])).toEqual(scores);
        expect(await policy.optimStep(STEP)).toEqual({ gradNorm: 0, policyVersion: 1 });
      }),
    );
  });
}

/** What engines promise that train nothing: they say so, refuse it before any work, and open one policy as often as it is asked for. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderRef } from '../policy-folder.js';
import type { ContractTarget } from './contract.js';
import { STEP, ids, raggedGroups, scoredGroups, withEngine } from './helpers.js';

const PROBE = [{ prompt: ids(1, 2), responses: [ids(2, 3), ids()] }];
const SAMPLING = { maxTokens: 3, temperature: 1, stopTokens: [] };

export function servedContract(target: ContractTarget): void {
  const lacks = (what: string) => (target.lacks as readonly string[] | undefined)?.includes(what) === true;
  describe('serving', () => {
    it('says what it can', () =>
      withEngine(target, async (_policy, engine) => {
        const can = Object.entries(await engine.can());
        expect(can.filter(([, able]) => !able).map(([name]) => name)).toEqual(can.map(([n]) => n).filter(lacks));
      }));

    it('refuses to train, and stays usable', () =>
      withEngine(target, async (policy, engine) => {
        const code = { code: 'engine' };
        await expect(engine.open(await target.model(), { train: 'full' })).rejects.toMatchObject(code);
        const groups = raggedGroups(policy.info.vocabSize, 'refused');
        await expect(policy.forwardBackward(groups)).rejects.toMatchObject(code);
        await expect(policy.optimStep(STEP)).rejects.toMatchObject(code);
        await expect(policy.checkpoint('/tmp/nowhere')).rejects.toMatchObject(code);
        await expect(policy.alternatives(scoredGroups(groups), { kind: 'all' })).rejects.toMatchObject(code);
        expect((await policy.sample([{ prompt: ids(1), n: 2, seed: 1 }], SAMPLING)).samples_NG[0]).toHaveLength(2);
      }));

    it('gives equal policies of one model; one goes without the other', () =>
      withEngine(target, async (first, engine) => {
        const second = await engine.open(await target.model());
        const requests = [{ prompt: ids(5, 6), n: 3, seed: 1 }];
        const samples = await first.sample(requests, SAMPLING);
        await first.dispose();
        expect(await second.sample(requests, SAMPLING)).toEqual(samples);
      }));

    it('refuses what is not there, and other folders than that of its model', () =>
      withEngine(target, async (_policy, engine) => {
        const ref = await target.model();
        const folder = ref.kind === 'folder' ? ref.path : '';
        await expect(engine.open(folderRef(join(folder, 'missing')))).rejects.toMatchObject({ code: 'model' });
        await expect(engine.open(folderRef(join(folder, '..')))).rejects.toMatchObject({ code: 'engine' });
        await expect(engine.open({ kind: 'remote', uri: 'nowhere://x' })).rejects.toMatchObject({ code: 'engine' });
        await expect(engine.open(ref, { base: join(folder, '..') })).rejects.toMatchObject({ code: 'engine' });
      }));

    it.skipIf(lacks('scores'))('scores responses of none and of some tokens', () =>
      withEngine(target, async (policy) => {
        expect((await policy.logprobs(PROBE))[0]!.map((scores) => scores.length)).toEqual([2, 0]);
      }),
    );
  });
}

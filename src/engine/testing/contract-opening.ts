/** What opening and checkpoints promise: policies that do not disturb each other, and trainings that go on as if nothing had happened. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderRef } from '../policy-folder.js';
import type { Policy } from '../types.js';
import type { ContractTarget } from './contract.js';
import { STEP, ids, openToTrain, raggedGroups, savedAt, withEngine } from './helpers.js';

const PROBE = [{ prompt: ids(1, 2), responses: [ids(2, 3)] }];

export function openingContract(target: ContractTarget): void {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-opening-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const step = async (policy: Policy, label: string) => {
    const { loss } = await policy.forwardBackward(raggedGroups(policy.info.vocabSize, label));
    return [loss, await policy.optimStep({ ...STEP, weightDecay: 0.1, maxGradNorm: 1 })];
  };
  /** Trains `steps` steps, each on other data; tells losses and norms on the way, and what it samples in the end. */
  const train = async (policy: Policy, from: number, to: number): Promise<unknown[]> => {
    const log: unknown[] = [];
    for (let at = from; at < to; at++) log.push(await step(policy, `step ${at}`));
    return [...log, await sample(policy)];
  };
  const sample = (policy: Policy) =>
    policy.sample([{ prompt: ids(5, 6), n: 3, seed: 1 }], { maxTokens: 6, temperature: 1, stopTokens: [] });

  describe('open', () => {
    it('gives equal policies of one model, which do not disturb each other', () =>
      withEngine(target, async (trained, engine) => {
        const scorer = await engine.open(await target.model());
        const other = await openToTrain(engine, target);
        const before = await scorer.logprobs(PROBE);
        expect(await trained.logprobs(PROBE)).toEqual(before);
        // Two trainings in turns, each as if it were alone.
        const groups = raggedGroups(scorer.info.vocabSize, 'left open');
        await other.forwardBackward(groups);
        const first = await train(trained, 0, 2);
        expect(await scorer.logprobs(PROBE)).toEqual(before);
        expect(await trained.logprobs(PROBE)).not.toEqual(before);
        await other.forwardBackward(groups);
        await other.optimStep(STEP);
        const together = await other.logprobs(PROBE);
        await withEngine(target, async (alone) => {
          expect(await train(alone, 0, 2)).toEqual(first);
        });
        await withEngine(target, async (alone) => {
          await alone.forwardBackward(groups);
          await alone.forwardBackward(groups);
          await alone.optimStep(STEP);
          expect(await alone.logprobs(PROBE)).toEqual(together);
        });
      }));

    it('leaves the others usable where one is disposed of', () =>
      withEngine(target, async (trained, engine) => {
        const scorer = await engine.open(await target.model());
        const samples = await sample(scorer);
        await step(trained, 'one');
        await trained.dispose();
        expect(await sample(scorer)).toEqual(samples);
        const next = await openToTrain(engine, target);
        expect(await sample(next)).toEqual(samples);
        await scorer.dispose();
        expect(await step(next, 'one')).toHaveLength(2);
      }));

    it('trains nothing of a policy that was not opened for it', () =>
      withEngine(target, async (_trained, engine) => {
        const scorer = await engine.open(await target.model());
        const code = { code: 'engine' };
        const groups = raggedGroups(scorer.info.vocabSize, 'refused');
        await expect(scorer.forwardBackward(groups)).rejects.toMatchObject(code);
        await expect(scorer.optimStep(STEP)).rejects.toMatchObject(code);
        expect(await scorer.logprobs(PROBE)).toHaveLength(1);
      }));

    it('refuses what is not there, and stays usable', () =>
      withEngine(target, async (policy, engine) => {
        await expect(engine.open(folderRef(join(folder, 'missing')))).rejects.toMatchObject({ code: 'model' });
        await expect(engine.open({ kind: 'remote', uri: 'nowhere://x' })).rejects.toMatchObject({ code: 'engine' });
        expect(await policy.logprobs(PROBE)).toHaveLength(1);
      }));
  });

  describe('checkpoint', () => {
    it('is gone on from as if nothing had happened, also by another engine', async () => {
      const straight = await withEngine(target, async (policy) => {
        await train(policy, 0, 2);
        return train(policy, 2, 4);
      });
      const ref = await withEngine(target, async (policy) => {
        await train(policy, 0, 2);
        const saved = await savedAt(policy, join(folder, 'a', 'step-2'));
        expect(await train(policy, 2, 4)).toEqual(straight);
        return saved;
      });
      await withEngine(target, async (another, engine) => {
        await step(another, 'another past');
        const resumed = await openToTrain(engine, target, { ref, optimizer: true });
        expect(await train(resumed, 2, 4)).toEqual(straight);
      });
      expect(await readdir(join(folder, 'a'))).toEqual(['step-2']);
    });

    it('gives the same samples and scores wherever it is opened', () =>
      withEngine(target, async (policy, engine) => {
        await train(policy, 0, 1);
        const [samples, scores] = [await sample(policy), await policy.logprobs(PROBE)];
        const ref = await savedAt(policy, join(folder, 'same'), { optimizer: false });
        const here = await engine.open(ref);
        expect([await sample(here), await here.logprobs(PROBE)]).toEqual([samples, scores]);
        await withEngine(target, async (_own, elsewhere) => {
          const there = await elsewhere.open(ref);
          expect([await sample(there), await there.logprobs(PROBE)]).toEqual([samples, scores]);
        });
      }));

    it('is written over an older one, without the optimizer if told so', () =>
      withEngine(target, async (policy, engine) => {
        const path = join(folder, 'b');
        await savedAt(policy, path);
        await train(policy, 0, 1);
        const ref = await savedAt(policy, path, { optimizer: false });
        const scores = await policy.logprobs(PROBE);
        await train(policy, 1, 2);
        const again = await openToTrain(engine, target, { ref, optimizer: true });
        expect(await again.logprobs(PROBE)).toEqual(scores);
        await train(again, 2, 3); // with a fresh optimizer
      }));

    it('gives its optimizer only where it is asked for', () =>
      withEngine(target, async (policy, engine) => {
        const after = async (one: Policy) => {
          await step(one, 'second');
          return one.logprobs(PROBE);
        };
        await step(policy, 'first');
        const whole = await savedAt(policy, join(folder, 'with'));
        const weights = await savedAt(policy, join(folder, 'without'), { optimizer: false });
        const goesOn = await after(policy);
        const anew = await after(await openToTrain(engine, target, { ref: weights, optimizer: true }));
        expect(anew).not.toEqual(goesOn);
        expect(await after(await openToTrain(engine, target, { ref: whole }))).toEqual(anew);
        expect(await after(await openToTrain(engine, target, { ref: whole, optimizer: true }))).toEqual(goesOn);
      }));
  });
}

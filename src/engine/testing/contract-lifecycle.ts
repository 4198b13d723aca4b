/** What refusing and disposing promise. */
import { describe, expect, it } from 'vitest';
import type { TrainGroup } from '../types.js';
import type { ContractTarget } from './contract.js';
import { STEP, ids, openToTrain, response, withEngine } from './helpers.js';

export function lifecycleContract(target: ContractTarget): void {
  const trains = !target.lacks?.includes('training');
  const scores = !target.lacks?.includes('scores');
  const sampling = { maxTokens: 1, temperature: 1, stopTokens: [] };
  describe('refusals', () => {
    const group = (prompt: Int32Array, ...responses: TrainGroup['responses'][number][]): TrainGroup => ({
      prompt,
      responses,
    });

    it('refuses what does not fit the window, before any work', async () => {
      await withEngine(target, async (engine) => {
        const long = new Int32Array(engine.info.maxContext).fill(1);
        const code = { code: 'context-length' };
        const good = { prompt: ids(1), n: 1, seed: 1 };
        await expect(engine.sample([good, { ...good, prompt: long }], sampling)).rejects.toMatchObject(code);
        const full = long.subarray(1);
        expect((await engine.sample([{ ...good, prompt: full }], sampling)).samples_NG[0]).toHaveLength(1);
        if (trains) {
          const mixed = [group(ids(1), response(ids(2))), group(ids(1), response(long))];
          await expect(engine.forwardBackward(mixed)).rejects.toMatchObject(code);
          expect((await engine.optimStep({ ...STEP, learningRate: 0 })).gradNorm).toBe(0);
        }
        if (!scores) return;
        await expect(engine.logprobs([{ prompt: long, responses: [ids(1)] }])).rejects.toMatchObject(code);
        expect((await engine.logprobs([{ prompt: full, responses: [ids(1)] }]))[0]![0]!.length).toBe(1);
      });
    });

    it('refuses tokens outside the vocabulary, empty prompts and lists of other lengths', async () => {
      await withEngine(target, async (engine) => {
        const code = { code: 'engine' };
        const { vocabSize } = engine.info;
        const one = { prompt: ids(1), n: 1, seed: 1 };
        for (const prompt of [ids(vocabSize), ids(-1), ids()])
          await expect(engine.sample([{ ...one, prompt }], sampling)).rejects.toMatchObject(code);
        await expect(engine.sample([one], { ...sampling, maxTokens: 0 })).rejects.toMatchObject(code);
        await expect(engine.sample([one], { ...sampling, stopTokens: [vocabSize] })).rejects.toMatchObject(code);
        if (scores) {
          await expect(engine.logprobs([{ prompt: ids(vocabSize), responses: [] }])).rejects.toMatchObject(code);
          await expect(engine.logprobs([{ prompt: ids(1), responses: [ids(-1)] }])).rejects.toMatchObject(code);
          await expect(engine.logprobs([{ prompt: ids(), responses: [] }])).rejects.toMatchObject(code);
        }
        if (!trains) return;
        const short = response(ids(1, 2), new Float32Array(1));
        await expect(engine.forwardBackward([group(ids(1), short)])).rejects.toMatchObject(code);
        const nan = response(ids(1), Float32Array.of(NaN));
        await expect(engine.forwardBackward([group(ids(1), nan)])).rejects.toMatchObject(code);
      });
    });

    it('refuses everything after dispose, of a policy and of the engine', async () => {
      const engine = target.start();
      const policy = await openToTrain(engine, target);
      const other = await openToTrain(engine, target);
      await policy.dispose();
      await policy.dispose();
      const code = { code: 'engine' };
      await expect(policy.logprobs([])).rejects.toMatchObject(code);
      await expect(policy.optimStep(STEP)).rejects.toMatchObject(code);
      await expect(policy.sample([], sampling)).rejects.toMatchObject(code);
      await engine.dispose();
      await engine.dispose();
      await expect(other.logprobs([])).rejects.toMatchObject(code);
      await expect(engine.open(await target.model())).rejects.toMatchObject(code);
      await other.dispose();
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

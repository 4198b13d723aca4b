/** What sampling promises: shapes, seeds, stops, filters, and log-probabilities that say how tokens were drawn. */
import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { samplingLogprobs } from '../draw.js';
import type { Sample, SampleOptions, SampleRequest } from '../types.js';
import type { ContractTarget } from './contract.js';
import { ids, join, nextLogprobs, randomTokens, sharedEngine } from './helpers.js';

const FREE: SampleOptions = { maxTokens: 8, temperature: 1, stopTokens: [] };

export function samplingContract(target: ContractTarget): void {
  const lacks = (what: NonNullable<ContractTarget['lacks']>[number]) => target.lacks?.includes(what) === true;
  /** Whether log p is told of what is drawn so; by the policy itself, or as it was shaped. */
  const tells = (which: 'policyLogprobs' | 'shapedLogprobs', { temperature, topK, topP }: SampleOptions) =>
    !lacks(which) || (temperature === 1 && topK === undefined && topP === undefined);
  describe('sample', () => {
    const engine = sharedEngine(target);
    const request = (label: string, promptTokens: number, n: number, seed: number): SampleRequest => ({
      prompt: randomTokens(Rng.fromSeed(label), promptTokens, engine().info.vocabSize),
      n,
      seed,
    });
    const tokensOf = (samples: readonly Sample[]) => samples.map((s) => Array.from(s.tokens));

    it('gives n responses to each prompt, with both log-probabilities', async () => {
      const { samples_NG, policyVersion } = await engine().sample(
        [request('a', 4, 3, 1), request('b', 1, 0, 2), request('c', 9, 2, 3)],
        FREE,
      );
      expect(policyVersion).toBe(0);
      expect(samples_NG.map((g) => g.length)).toEqual([3, 0, 2]);
      for (const sample of samples_NG.flat()) {
        expect(sample.stopReason).toBe('length');
        const policyLogprobs = sample.policyLogprobs!;
        expect([sample.tokens.length, sample.logprobs!.length, policyLogprobs.length]).toEqual([8, 8, 8]);
        expect(sample.tokens.every((t) => t >= 0 && t < engine().info.vocabSize)).toBe(true);
        expect(sample.logprobs!.every((p) => p <= 0)).toBe(true);
        for (const [t, p] of sample.logprobs!.entries()) expect(p).toBeCloseTo(policyLogprobs[t]!, 4);
      }
      expect(await engine().sample([], FREE)).toEqual({ policyVersion: 0, samples_NG: [] });
    });

    it('draws the same tokens from the same seed whatever else is in the batch', async () => {
      const one = request('seed', 5, 4, 17);
      const others = [request('x', 2, 3, 17), request('y', 11, 6, 4), request('z', 5, 1, 5)];
      const alone = (await engine().sample([one], FREE)).samples_NG[0]!;
      const amid = (await engine().sample([others[0]!, one, others[1]!, others[2]!], FREE)).samples_NG[1]!;
      const more = (await engine().sample([{ ...one, n: 7 }], FREE)).samples_NG[0]!;
      expect(tokensOf(amid)).toEqual(tokensOf(alone));
      expect(tokensOf(more.slice(0, 4))).toEqual(tokensOf(alone));
      const reseeded = (await engine().sample([{ ...one, seed: 18 }], FREE)).samples_NG[0]!;
      expect(tokensOf(reseeded)).not.toEqual(tokensOf(alone));
      expect(new Set(tokensOf(more).map(String)).size).toBeGreaterThan(1);
    });

    it('keeps the beginning of a response when it may be longer', async () => {
      const one = request('long', 3, 3, 5);
      const short = (await engine().sample([one], { ...FREE, maxTokens: 4 })).samples_NG[0]!;
      const long = (await engine().sample([one], { ...FREE, maxTokens: 12 })).samples_NG[0]!;
      expect(long.map((s) => Array.from(s.tokens.subarray(0, 4)))).toEqual(tokensOf(short));
    });

    it('ends at stop tokens, which stay in the response, each response by itself', async () => {
      const one = request('stops', 4, 12, 9);
      const free = (await engine().sample([one], { ...FREE, maxTokens: 12 })).samples_NG[0]!;
      const stopTokens = [0, 1, 2, 3, 4, 5];
      const stopped = (await engine().sample([one], { ...FREE, maxTokens: 12, stopTokens })).samples_NG[0]!;
      for (const [g, { tokens }] of free.entries()) {
        const at = tokens.findIndex((t) => stopTokens.includes(t));
        expect(stopped[g]!.stopReason).toBe(at < 0 ? 'length' : 'stop');
        expect(Array.from(stopped[g]!.tokens)).toEqual(Array.from(at < 0 ? tokens : tokens.subarray(0, at + 1)));
        expect(stopped[g]!.logprobs!.length).toBe(stopped[g]!.tokens.length);
      }
      expect(new Set(stopped.map((s) => s.tokens.length)).size).toBeGreaterThan(2);
      const all = Array.from({ length: engine().info.vocabSize }, (_, id) => id);
      const atOnce = (await engine().sample([one], { ...FREE, stopTokens: all })).samples_NG[0]!;
      expect(atOnce.map((s) => [s.tokens.length, s.stopReason])).toEqual(Array.from({ length: 12 }, () => [1, 'stop']));
    });

    it('is greedy at temperature 0', async () => {
      const one = request('greedy', 4, 3, 1);
      const samples = (await engine().sample([one], { ...FREE, temperature: 0, maxTokens: 4 })).samples_NG[0]!;
      let soFar = ids();
      for (const [t, token] of samples[0]!.tokens.entries()) {
        const next = await nextLogprobs(engine(), one.prompt, soFar);
        expect(token).toBe(next.indexOf(Math.max(...next)));
        if (tells('policyLogprobs', { ...FREE, temperature: 0 }))
          expect(samples[0]!.policyLogprobs![t]).toBeCloseTo(next[token]!, 4);
        else expect(samples[0]!.policyLogprobs).toBeUndefined();
        expect(samples[0]!.logprobs![t]).toBe(0);
        soFar = join(soFar, ids(token));
      }
      expect(tokensOf(samples)).toEqual(samples.map(() => Array.from(samples[0]!.tokens)));
    });

    const filters: [string, Partial<SampleOptions>][] = [
      ['temperature 1', {}],
      ['temperature 0.7', { temperature: 0.7 }],
      ['temperature 1.6', { temperature: 1.6 }],
      ['top-k 1', { topK: 1 }],
      ['top-k 5', { topK: 5, temperature: 0.8 }],
      ['top-k beyond the vocabulary', { topK: 100_000 }],
      ['top-p 0.6', { topP: 0.6 }],
      ['top-p 0.95', { topP: 0.95, temperature: 1.5 }],
      ['top-k 6 then top-p 0.7', { topK: 6, topP: 0.7 }],
    ];
    it.each(filters)('draws from the distribution of %s', async (label, filter) => {
      const n = 400;
      const options = { ...FREE, ...filter, maxTokens: 1 };
      const one = { ...request(label, 3, n, 2), prompt: request('filters', 3, n, 2).prompt };
      const samples = (await engine().sample([one], options)).samples_NG[0]!;
      const model = await nextLogprobs(engine(), one.prompt);
      const expected = samplingLogprobs(model, options);
      const counts = new Float64Array(model.length);
      for (const { tokens, logprobs, policyLogprobs } of samples) {
        const token = tokens[0]!;
        counts[token]!++;
        if (tells('shapedLogprobs', options)) expect(logprobs![0]).toBeCloseTo(expected[token]!, 3);
        else expect(logprobs).toBeUndefined();
        if (tells('policyLogprobs', options)) expect(policyLogprobs![0]).toBeCloseTo(model[token]!, 4);
        else expect(policyLogprobs).toBeUndefined();
      }
      for (const [token, count] of counts.entries()) {
        const p = Math.exp(expected[token]!);
        expect(Math.abs(count / n - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / n) + 1e-6);
      }
    });

    it('gives the policy log-probabilities that scoring gives', async () => {
      const requests = [request('s1', 6, 3, 1), request('s2', 2, 4, 2)];
      const options = { ...FREE, ...(!lacks('policyLogprobs') && { temperature: 0.8, topP: 0.9 }), stopTokens: [3, 7] };
      const { samples_NG } = await engine().sample(requests, options);
      const scores = await engine().logprobs(
        requests.map(({ prompt }, i) => ({ prompt, responses: samples_NG[i]!.map((s) => s.tokens) })),
      );
      for (const [i, group] of samples_NG.entries()) {
        for (const [g, { policyLogprobs }] of group.entries()) {
          for (const [t, p] of policyLogprobs!.entries()) expect(Math.abs(p - scores[i]![g]![t]!)).toBeLessThan(1e-4);
        }
      }
    });

    it('tells how far it is', async () => {
      const seen: [number, number][] = [];
      await engine().sample([request('p', 2, 2, 1)], FREE, (done, total) => seen.push([done, total]));
      for (const [done, total] of seen) expect(done).toBeLessThanOrEqual(total);
    });
  });
}

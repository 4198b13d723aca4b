import { expect, it } from 'vitest';
import { workAsTheyCome } from './as-they-come.js';
import { folderRef } from './policy-folder.js';
import { ids } from './testing/helpers.js';
import { served } from './tinker/testing/served.js';
import type { Policy, Sample, SampleRequest } from './types.js';

const options = { maxTokens: 3, temperature: 1, stopTokens: [] };
const requests: SampleRequest[] = [
  { prompt: ids(1, 2), n: 1, seed: 1 },
  { prompt: ids(3), n: 2, seed: 2 },
];

/** A server's groups, the first of which comes when `held` says so. */
async function policyOn(held: Promise<void> = Promise.resolve()): Promise<Policy> {
  const { engine, folder } = await served({
    script: async ({ path, body }) => {
      if (path.endsWith('/asample') && (body as { num_samples: number }).num_samples === 1) await held;
      return undefined;
    },
  });
  return engine.open(folderRef(folder));
}

it('begins with a group while others are still sampled, and gives results in the order of the requests', async () => {
  let letGo = (): void => undefined;
  const policy = await policyOn(new Promise((resolve) => (letGo = resolve)));
  const order: (number | string)[] = [];
  const work = (samples_G: readonly Sample[], n: number) => {
    order.push(n);
    if (n === 1) letGo(); // the first group comes only after work on the second has begun
    return Promise.resolve(samples_G.map(({ tokens }) => [...tokens]));
  };
  const onSampled = () => void order.push('sampled');
  const { policyVersion, results_N } = await workAsTheyCome(policy, requests, options, { work, onSampled });
  expect([policyVersion, order]).toEqual([0, [1, 0, 'sampled']]);
  const { samples_NG } = await (await policyOn()).sample(requests, options);
  expect(results_N).toEqual(samples_NG.map((group) => group.map(({ tokens }) => [...tokens])));
});

/** An engine whose answer is this, and which tells groups as `tell` says. */
const policyWith = (samples_NG: Sample[][], tell: (told: (samples_G: Sample[], n: number) => void) => void) => ({
  sample: (...[, , , onGroup]: Parameters<Policy['sample']>) => {
    tell((samples_G, n) => onGroup?.(samples_G, n));
    return Promise.resolve({ policyVersion: 0, samples_NG });
  },
});
const sample = (token: number): Sample => ({ tokens: ids(token), stopReason: 'stop' });
const groups = [[sample(1)], [sample(2), sample(3)]];
const tokensOf = (samples_G: readonly Sample[]) => Promise.resolve(samples_G.map(({ tokens }) => tokens[0]));

it('works once on a group, and on what the engine gives in the end where it had to sample it anew', async () => {
  let works = 0;
  const work = (samples_G: readonly Sample[]) => (works++, tokensOf(samples_G));
  const twice = policyWith(groups, (told) => {
    told([sample(9)], 0); // lost with its server
    told(groups[1]!, 1);
    told(groups[1]!, 1);
  });
  const { results_N } = await workAsTheyCome(twice, requests, options, { work });
  expect([results_N, works]).toEqual([[[1], [2, 3]], 3]);
});

it('throws what the sampling throws before what the work does', async () => {
  const work = () => Promise.reject(new Error('no verdict'));
  const tellsOne = policyWith(groups, (told) => told(groups[0]!, 0));
  await expect(workAsTheyCome(tellsOne, requests, options, { work })).rejects.toThrow('no verdict');
  const tooFew = policyWith([groups[0]!], (told) => told(groups[0]!, 0));
  await expect(workAsTheyCome(tooFew, requests, options, { work })).rejects.toMatchObject({ code: 'engine' });
});

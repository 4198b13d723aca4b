/** What servers do wrong: nothing of it passes for a response, a natural stop or a log-probability of 0, and nothing hangs. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Behaviour, SeenRequest } from '../../core/testing/scripted-server.js';
import { saveCheckpoint } from '../../models/checkpoint.js';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import { folderRef } from '../policy-folder.js';
import { ids } from '../testing/helpers.js';
import type { Policy } from '../types.js';
import { openOpenaiEngine, type OpenaiEngineOptions } from './openai-engine.js';
import { bigramBehind, SERVED, startPolicyServer, type PolicyServer } from './testing/policy-server.js';

let folder = '';
const config = tinyConfig('qwen3');
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-faults-'));
  await saveCheckpoint(folder, { config, params: tinyParams(config) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A policy on a server that behaves for so many calls, and then as it is told; `n` counts from there. */
async function faulty(
  behave: (n: number, request: SeenRequest) => Behaviour | undefined,
  more: Partial<OpenaiEngineOptions> = {},
): Promise<{ policy: Policy; server: PolicyServer; dispose: () => Promise<void> }> {
  let opened = false;
  let n = 0;
  const instead = (request: SeenRequest) => (opened ? behave(n++, request) : undefined);
  const server = await startPolicyServer({ behind: bigramBehind(config.vocab), instead });
  onTestFinished(() => server.close());
  const engine = openOpenaiEngine({
    baseUrl: server.baseUrl,
    model: SERVED,
    folder,
    backoffMs: 2,
    retries: 2,
    timeoutMs: 60_000,
    ...more,
  });
  onTestFinished(() => engine.dispose());
  const policy = await engine.open(folderRef(folder));
  opened = true;
  return { policy, server, dispose: () => engine.dispose() };
}

const OPTIONS = { maxTokens: 4, temperature: 1, stopTokens: [3] };
const sample = (policy: Policy, n = 1) => policy.sample([{ prompt: ids(1, 2), n, seed: 1 }], OPTIONS);
const score = (policy: Policy) => policy.logprobs([{ prompt: ids(1, 2), responses: [ids(4, 5)] }]);

const answer = (choice: object): Behaviour => ({
  json: { choices: [{ index: 0, text: 'x', ...choice }], usage: { completion_tokens: 2 } },
});
const drawn = (tokens: number[], finish: unknown, logprobs: unknown[] = tokens.map(() => -1)) =>
  answer({ token_ids: tokens, finish_reason: finish, logprobs: { tokens: [], token_logprobs: logprobs } });

describe('a response', () => {
  it.each<[string, Behaviour, unknown]>([
    ['up to its first stop token', drawn([5, 3, 6, 7], 'length'), [[5, 3], 'stop', 2]],
    ['cut off at maxTokens', drawn([5, 6, 7, 8], 'length'), [[5, 6, 7, 8], 'length', 4]],
    [
      'whose stop token the server names but does not count',
      { ...answer({ token_ids: [5], finish_reason: 'stop', matched_stop: 3, logprobs: { token_logprobs: [-1] } }) },
      [[5, 3], 'stop', undefined],
    ],
    ['without a reason, as its tokens say', drawn([5, 3], null), [[5, 3], 'stop', 2]],
  ])('%s', async (_, behaviour, expected) => {
    const { policy } = await faulty(() => behaviour);
    const [[one]] = (await sample(policy)).samples_NG as [
      [{ tokens: Int32Array; stopReason: string; policyLogprobs?: Float32Array }],
    ];
    expect([[...one.tokens], one.stopReason, one.policyLogprobs?.length]).toEqual(expected);
  });

  it.each<[string, Behaviour, string]>([
    ['cut short by a limit of the server', drawn([5, 6], 'length'), 'cut a response at 2 tokens'],
    ['ended at a token that is no end', drawn([5, 6], 'stop'), 'after token 6'],
    ['ended for no reason', drawn([5, 6], null), 'without a reason'],
    ['filtered', drawn([5, 6], 'content_filter'), 'content_filter'],
    ['ended for repeating itself', drawn([5, 6], 'repetition'), 'repetition'],
    ['with a log-probability that is null', drawn([5, 3], 'stop', [-1, null]), 'no log-probability of token 1'],
    ['with too few log-probabilities', drawn([5, 3], 'stop', [-1]), 'no log-probability of token 1'],
    ['of tokens outside the vocabulary', drawn([500, 3], 'stop'), 'outside the vocabulary'],
    ['refused', { status: 400, json: { error: { message: 'too long' } } }, 'too long'],
  ])('%s is none, and is not asked for again', async (_, behaviour, message) => {
    const { policy, server } = await faulty(() => behaviour);
    await expect(sample(policy)).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining(message) as string,
    });
    expect(server.seen.filter(({ path }) => path.endsWith('/completions'))).toHaveLength(2);
  });

  it('of a probability that is no number is not finite', async () => {
    const { policy } = await faulty(() => drawn([5, 3], 'stop', [-1, -9999]));
    await expect(sample(policy)).rejects.toMatchObject({ code: 'not-finite' });
  });

  /** Asked for again until it comes, and given up where it never does. */
  async function expectAskedAgain(behaviour: Behaviour, more: Partial<OpenaiEngineOptions> = {}): Promise<void> {
    const flaky = await faulty((n) => (n < 2 ? behaviour : undefined), more);
    const broken = await faulty(() => behaviour, more);
    const [{ samples_NG }] = await Promise.all([
      sample(flaky.policy),
      expect(sample(broken.policy)).rejects.toMatchObject({ code: 'engine', where: 'engine.url' }),
    ]);
    expect(samples_NG[0]).toHaveLength(1);
    const bodies = flaky.server.seen.filter(({ path }) => path.endsWith('/completions')).slice(1);
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies.map(({ text }) => text)).size).toBe(1);
    expect(broken.server.seen.filter(({ path }) => path.endsWith('/completions'))).toHaveLength(4);
  }

  it.each<[string, Behaviour]>([
    ['broken off', drawn([5], 'abort')],
    ['cut', { cut: 'middle' }],
    ['overloaded', { status: 503 }],
    ['limited', { status: 429, headers: { 'retry-after': '0' } }],
    ['no JSON', { text: '<html>' }],
    ['no completion', { json: { choices: [] } }],
  ])('that is %s is asked for again, with the same seed, and given up after some tries', async (_, behaviour) => {
    await expectAskedAgain(behaviour);
  });

  it('that is late, never ending or stalled is asked for again as well, after its time', async () => {
    const late: Behaviour[] = [{ delayMs: 20_000 }, { drip: { bytes: 10, everyMs: 20 } }, { stall: 'middle' }];
    // Side by side, as all of it is waiting; a busy machine needs its own time for an answer that does come.
    await Promise.all(late.map((behaviour) => expectAskedAgain(behaviour, { timeoutMs: 1500 })));
  });
});

describe('a score', () => {
  const scored = (entries: unknown, more: object = {}): Behaviour => ({
    json: { choices: [{ index: 0, text: 'x', finish_reason: 'length', prompt_logprobs: entries }], ...more },
  });
  const of = (id: number, logprob: unknown) => ({ [id]: { logprob } });

  it('is read by the token id, whatever stands beside it', async () => {
    const entries = [null, of(2, -1), { ...of(9, -0.5), ...of(4, -2) }, of(5, -3)];
    const { policy } = await faulty(() => scored(entries));
    expect(await score(policy)).toEqual([[Float32Array.of(-2, -3)]]);
  });

  it.each<[string, Behaviour, object]>([
    ['of another token', scored([null, of(2, -1), of(9, -2), of(5, -3)]), { code: 'engine' }],
    ['of a token less', scored([null, of(2, -1), of(4, -2)]), { code: 'engine' }],
    ['that is null', scored([null, of(2, -1), of(4, null), of(5, -3)]), { code: 'engine' }],
    ['that is minus infinity', scored([null, of(2, -1), of(4, -9999), of(5, -3)]), { code: 'not-finite' }],
    ['left out', scored(null), { code: 'engine' }],
    [
      'of another text',
      scored([null, of(2, -1), of(4, -2), of(5, -3)], { usage: { prompt_tokens: 5 } }),
      { code: 'engine' },
    ],
  ])('%s is an error, never 0', async (_, behaviour, error) => {
    const { policy } = await faulty(() => behaviour);
    await expect(score(policy)).rejects.toMatchObject(error);
  });
});

describe('many at a time', () => {
  it('end together where one fails, and leave the policy usable', async () => {
    let failing = true;
    const behave = (n: number): Behaviour | undefined => {
      if (!failing) return undefined;
      return n === 1 ? { status: 400, json: { error: 'no' } } : { stall: 'before' };
    };
    const { policy, server } = await faulty(behave, { concurrency: 4, timeoutMs: 60_000 });
    await expect(sample(policy, 40)).rejects.toMatchObject({ message: expect.stringContaining('no') as string });
    expect(server.seen.length).toBeLessThan(12);
    failing = false;
    expect((await sample(policy, 3)).samples_NG[0]).toHaveLength(3);
  });

  it('end with the engine, whatever the server does', async () => {
    const { policy, dispose } = await faulty(() => ({ stall: 'before' }), { timeoutMs: 60_000 });
    const under = sample(policy, 20);
    under.catch(() => {});
    await new Promise((done) => setTimeout(done, 50));
    await dispose();
    await expect(under).rejects.toMatchObject({
      code: 'engine',
      message: expect.stringContaining('after dispose') as string,
    });
  });

  it('are asked for once each, so many at a time', async () => {
    const { policy, server } = await faulty(() => undefined, { concurrency: 3 });
    await policy.sample(
      [
        { prompt: ids(1), n: 25, seed: 4 },
        { prompt: ids(1), n: 25, seed: 5 },
      ],
      OPTIONS,
    );
    expect(server.asked).toHaveLength(51);
    expect(new Set(server.asked.slice(1).map(({ seed }) => seed)).size).toBe(50);
    expect(server.load.most).toBeLessThanOrEqual(3);
  });
});

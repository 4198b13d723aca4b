/** The contract of engines on servers that speak as vLLM, older vLLM, SGLang and llama.cpp do, with an exact policy behind them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { saveCheckpoint } from '../../models/checkpoint.js';
import { tinyConfig, tinyParams } from '../../models/testing/tiny-model.js';
import { folderRef } from '../policy-folder.js';
import { policyEngineContract } from '../testing/contract.js';
import { ids } from '../testing/helpers.js';
import type { PolicyEngine, Sample } from '../types.js';
import { openOpenaiEngine, type OpenaiEngineOptions } from './openai-engine.js';
import { serverSeed } from './openai-policy.js';
import {
  bigramBehind,
  SERVED,
  startPolicyServer,
  type PolicyServer,
  type PolicyServerOptions,
} from './testing/policy-server.js';

let folder = '';
const config = tinyConfig('qwen3');
const behind = bigramBehind(config.vocab);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-served-'));
  await saveCheckpoint(folder, { config, params: tinyParams(config) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const engineOf = (server: PolicyServer, more: Partial<OpenaiEngineOptions> = {}): PolicyEngine =>
  openOpenaiEngine({ baseUrl: server.baseUrl, model: SERVED, folder, backoffMs: 2, concurrency: 16, ...more });

describe('the contract', () => {
  let server: PolicyServer;
  beforeAll(async () => {
    server = await startPolicyServer({ behind });
  });
  afterAll(() => server.close());
  policyEngineContract('openai', {
    start: () => engineOf(server),
    model: async () => folderRef(folder),
    lacks: ['training', 'alternatives', 'shapedLogprobs', 'policyLogprobs'],
  });
});

async function opened(
  options: Partial<PolicyServerOptions>,
  more: Partial<OpenaiEngineOptions> = {},
): Promise<{ server: PolicyServer; engine: PolicyEngine }> {
  const server = await startPolicyServer({ behind, ...options });
  onTestFinished(() => server.close());
  const engine = engineOf(server, more);
  onTestFinished(() => engine.dispose());
  return { server, engine };
}

describe('what a server can', () => {
  it('is asked once, of vLLM with one call, before the first policy', async () => {
    const { server, engine } = await opened({ dialect: 'vllm' });
    expect(server.seen).toHaveLength(0);
    expect(await engine.can()).toMatchObject({ training: false, scores: true, drawnTokens: true });
    await engine.open(folderRef(folder));
    await engine.open(folderRef(folder));
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]).toMatchObject({ max_tokens: 1, prompt_logprobs: 0, return_token_ids: true });
  });

  it('is the same of all that score, however they write it', async () => {
    const request = { prompt: ids(1, 2, 3), n: 6, seed: 3 };
    const options = { maxTokens: 8, temperature: 1, stopTokens: [4, 5, 6] };
    const answers = await Promise.all(
      (['vllm', 'vllm-0.8', 'sglang'] as const).map(async (dialect) => {
        const { engine, server } = await opened({ dialect });
        expect(await engine.can()).toMatchObject({ scores: true, drawnTokens: true });
        const policy = await engine.open(folderRef(folder));
        const { samples_NG } = await policy.sample([request], options);
        const responses = samples_NG[0]!.map(({ tokens }) => tokens);
        const scores = await policy.logprobs([{ prompt: request.prompt, responses }]);
        const { echo, prompt_logprobs } = server.asked.at(-1)!;
        return { samples_NG, scores, way: echo ? 'echo' : prompt_logprobs === 0 ? 'prompt_logprobs' : '' };
      }),
    );
    expect(answers.map(({ way }) => way)).toEqual(['prompt_logprobs', 'prompt_logprobs', 'echo']);
    const [first] = answers as [(typeof answers)[0]];
    for (const { samples_NG, scores } of answers) {
      expect(samples_NG).toEqual(first.samples_NG);
      expect(scores).toEqual(first.scores);
    }
  });

  it('llama.cpp gives ids and no scores; its unheeded stops are cut here', async () => {
    const { server, engine } = await opened({ dialect: 'llama.cpp' });
    expect(await engine.can()).toMatchObject({ scores: false, drawnTokens: true });
    const policy = await engine.open(folderRef(folder));
    const request = { prompt: ids(1, 2), n: 20, seed: 3 };
    const options = { maxTokens: 4, temperature: 1, stopTokens: [0, 1, 2, 3, 4, 5] };
    const { samples_NG } = await policy.sample([request], options);
    const exact = await Promise.all(
      Array.from({ length: 20 }, (_, g) => behind.sample(request.prompt, serverSeed(3, g), options)),
    );
    const read = ({ tokens, stopReason }: Sample) => [[...tokens], stopReason];
    expect(samples_NG[0]!.map(read)).toEqual(exact.map(read));
    expect(new Set(exact.map(({ stopReason }) => stopReason))).toEqual(new Set(['stop', 'length']));
    expect(server.asked.at(-1)).toMatchObject({ stop_token_ids: options.stopTokens, min_p: 0, repetition_penalty: 1 });
    await expect(policy.logprobs([{ prompt: ids(1), responses: [ids(2)] }])).rejects.toMatchObject({ code: 'engine' });
  });

  it("one that knows OpenAI's fields alone is asked with these, and top-k is refused", async () => {
    const texts = await opened({ dialect: 'plain' }).then(({ engine }) =>
      engine.can().catch((error: unknown) => error),
    );
    // Text alone needs the model's tokenizer, which this folder has not.
    expect(texts).toMatchObject({ code: 'model', where: expect.stringContaining('tokenizer.json') as string });
  });

  it.each<[string, Partial<PolicyServerOptions>, Partial<OpenaiEngineOptions>, object]>([
    [
      'takes no token ids',
      {
        instead: ({ path }) =>
          path.endsWith('s') ? { status: 400, json: { detail: 'prompt must be a string.' } } : undefined,
      },
      {},
      { where: 'engine.url', message: expect.stringContaining('prompt must be a string') as string },
    ],
    [
      'counts other tokens than were sent',
      { instead: countsMore },
      {},
      { message: expect.stringContaining('became 3') as string },
    ],
    ['serves another model', {}, { model: 'other' }, { where: 'engine.model', expected: SERVED }],
    [
      'wants a key',
      { instead: () => ({ status: 401, json: { error: { message: 'no key' } } }) },
      {},
      { where: 'engine.url', message: expect.stringContaining('401') as string },
    ],
    [
      'sends elsewhere',
      { instead: () => ({ status: 307, headers: { location: 'http://127.0.0.1:1/' } }) },
      {},
      { message: expect.stringContaining('redirect') as string },
    ],
    ['is not there', {}, { baseUrl: 'http://127.0.0.1:1/v1', retries: 1 }, { where: 'engine.url' }],
  ])('one that %s is refused', async (_, options, more, error) => {
    const { engine } = await opened(options, more);
    await expect(engine.can()).rejects.toMatchObject({ code: 'engine', ...error });
    await expect(engine.open(folderRef(folder))).rejects.toMatchObject({ code: 'engine', ...error });
  });

  it('keeps its key for the server that was named, and plain http for this machine', async () => {
    const { server, engine } = await opened({}, { apiKey: 'sk-secret' });
    await engine.can();
    expect(new Set(server.seen.map(({ headers }) => headers['authorization']))).toEqual(new Set(['Bearer sk-secret']));
    const away = { baseUrl: 'http://gpu-1:8000/v1', model: SERVED, folder };
    expect(() => openOpenaiEngine(away)).toThrow(expect.objectContaining({ code: 'engine' }) as Error);
    await openOpenaiEngine({ ...away, allowHttp: true }).dispose();
  });

  it('leaves room for the token that scoring costs, in the smaller window of the two', async () => {
    const { engine } = await opened({ window: 40 });
    expect((await engine.open(folderRef(folder))).info.maxContext).toBe(39);
  });
});

/** A server that reads ids as text, and counts what became of them. */
function countsMore({ path }: { path: string }) {
  const choice = { index: 0, text: 'x', finish_reason: 'length', logprobs: null };
  return path.endsWith('/completions')
    ? { json: { choices: [choice], usage: { prompt_tokens: 3, completion_tokens: 1 } } }
    : undefined;
}

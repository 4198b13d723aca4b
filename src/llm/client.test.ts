import { appendFile, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { readJsonlAll } from '../core/jsonl.js';
import { estimateCalls, estimateText } from './estimate.js';
import { testClient } from './testing/client.js';
import { completion, type Behaviour } from './testing/scripted-server.js';
import type { ChatRequest } from './types.js';

const ask = (content: string, more: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content }],
  promptVersion: 'p1',
  maxTokens: 20,
  ...more,
});
/** Behaves as told, one item a call; says `fine` from then on. */
const inTurn =
  (...behaviours: Behaviour[]) =>
  (seen: { n: number }) =>
    behaviours[seen.n] ?? completion('fine');

describe('a call', () => {
  test('sends model, messages and parameters, and counts what it cost', async () => {
    const { client, server } = await testClient(inTurn(), {
      prices: [{ model: 'test-model', inputUsd: 2, outputUsd: 10 }],
    });
    const outcome = await client.complete(ask('hello', { seed: 3, temperature: 0.5 }));
    expect(outcome).toEqual({
      ok: true,
      reply: {
        text: 'fine',
        finishReason: 'stop',
        usage: { promptTokens: 100, completionTokens: 10 },
        cached: false,
      },
    });
    expect(server.seen[0]).toMatchObject({
      path: '/v1/chat/completions',
      body: { model: 'test-model', max_tokens: 20, seed: 3, temperature: 0.5, messages: [{ content: 'hello' }] },
    });
    // 100 tokens at 2 USD and 10 at 10 USD a million.
    expect(client.spent()).toMatchObject({ calls: 1, promptTokens: 100, completionTokens: 10, usd: 0.0003 });
  });

  test('goes on through 429, 500, a cut and a stalled connection, and an answer that is no completion', async () => {
    const { client, server } = await testClient(
      inTurn(
        { status: 429, headers: { 'retry-after': '0' } },
        { status: 500 },
        { cut: 'before' },
        { cut: 'middle' },
        { text: '<html>busy</html>' },
        { stall: 'middle' },
      ),
      { timeoutSeconds: 1.5 },
    );
    expect(await client.complete(ask('hello'))).toMatchObject({ ok: true, reply: { text: 'fine' } });
    expect(server.seen).toHaveLength(7);
    // Refusals cost nothing; the two cut calls, the odd answer and the stall may have been charged.
    expect(client.spent()).toMatchObject({ calls: 1, lostCalls: 4, failedCalls: 0, usd: null });
  });

  test('waits as long as Retry-After says', async () => {
    const { client } = await testClient(inTurn({ status: 503, headers: { 'retry-after': '0.3' } }));
    const start = performance.now();
    expect(await client.complete(ask('hello'))).toMatchObject({ ok: true });
    expect(performance.now() - start).toBeGreaterThan(295);
  });

  test('fails with its reason when all tries are used up, or at once where a retry is pointless', async () => {
    const { client, server } = await testClient(
      ({ body }) =>
        body.messages?.[0]?.content === 'bad'
          ? { status: 400, json: { error: { message: 'too long' } } }
          : { status: 503, text: 'overloaded' },
      { retries: 2 },
    );
    expect(await client.complete(ask('hello'))).toMatchObject({
      ok: false,
      kind: 'server',
      retriable: true,
      reason: expect.stringContaining('overloaded (3 tries)') as string,
    });
    expect(server.seen).toHaveLength(3);
    expect(await client.complete(ask('bad'))).toMatchObject({
      ok: false,
      retriable: false,
      reason: 'status 400: too long',
    });
    expect(server.seen).toHaveLength(4);
    expect(client.spent()).toMatchObject({ calls: 0, failedCalls: 2 });
  });

  test('a server that knows neither the schema nor max_tokens is asked without', async () => {
    const { client, server } = await testClient(({ body }) => {
      if ('max_tokens' in body) return { status: 400, json: { error: { message: 'use max_completion_tokens' } } };
      return 'response_format' in body ? { status: 422, text: 'extra fields not permitted' } : completion('fine');
    });
    const schema = { type: 'object' };
    expect(await client.complete(ask('a', { jsonSchema: schema }))).toMatchObject({ ok: true });
    expect(await client.complete(ask('b', { jsonSchema: schema }))).toMatchObject({ ok: true });
    expect(server.seen.map(({ body }) => Object.keys(body).slice(2).join())).toEqual([
      'max_tokens,temperature,response_format',
      'max_completion_tokens,temperature,response_format',
      'max_completion_tokens,temperature,response_format',
      'max_completion_tokens,temperature',
      'max_completion_tokens,temperature',
    ]);
  });

  test("a server that calls OpenAI's schema an internal error is asked in the way of llama.cpp", async () => {
    const { client, server } = await testClient(({ body }) => {
      const { type } = body['response_format'] as { type: string };
      const message =
        "{'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}";
      return type === 'json_object' ? completion('fine') : { status: 500, json: { error: { message } } };
    });
    expect(await client.complete(ask('a', { jsonSchema: { type: 'object' } }))).toMatchObject({ ok: true });
    expect(server.seen.map(({ body }) => body['response_format'])).toEqual([
      { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema: { type: 'object' } } },
      { type: 'json_object', schema: { type: 'object' } },
    ]);
  });

  test('one request that the server refuses changes nothing for the others', async () => {
    const { client, server } = await testClient(({ body }) =>
      body.messages?.[0]?.content === 'long'
        ? { status: 400, text: 'the context length is exceeded by a text about temperature' }
        : completion('fine'),
    );
    const more = { jsonSchema: { type: 'object' } };
    expect(await client.complete(ask('long', more))).toMatchObject({ ok: false, retriable: false });
    expect(await client.complete(ask('a', more))).toMatchObject({ ok: true });
    expect(server.seen.map(({ body }) => ['response_format' in body, 'temperature' in body])).toEqual([
      [true, true],
      [true, true],
      [false, true],
      [true, true],
    ]);
  });

  test('a wrong key, or a server that is not there, ends everything', async () => {
    const wrong = await testClient(() => ({ status: 401, json: { error: { message: 'Incorrect API key' } } }));
    await expect(wrong.client.complete(ask('a'))).rejects.toMatchObject({ code: 'llm' });
    const gone = await testClient(inTurn(), { retries: 1 });
    await gone.server.close();
    await expect(gone.client.complete(ask('a'))).rejects.toThrow(RaRftError);
  });

  test('a caller may go away, while one that shares its request still gets a reply', async () => {
    const { client } = await testClient(() => ({ ...completion('fine'), delayMs: 60 }));
    const leaving = new AbortController();
    const first = client.complete(ask('a'), leaving.signal);
    const second = client.complete(ask('a'));
    setTimeout(() => leaving.abort(), 20);
    expect(await first).toMatchObject({ ok: false, kind: 'aborted' });
    expect(await second).toMatchObject({ ok: true });
  });
});

describe('the cache', () => {
  test('answers equal requests, now and after a restart, and shares calls under way', async () => {
    const { client, server, reopen } = await testClient(inTurn());
    const both = await Promise.all([client.complete(ask('a')), client.complete(ask('a'))]);
    expect(both.filter((o) => o.ok && o.reply.cached)).toHaveLength(1);
    const later = await reopen();
    expect(await later.complete(ask('a'))).toMatchObject({ ok: true, reply: { text: 'fine', cached: true } });
    expect(later.spent()).toMatchObject({ calls: 0, cachedCalls: 1 });
    expect(server.seen).toHaveLength(1);
  });

  test('tells apart model, prompt version, seed, temperature, length and schema', async () => {
    const { client, server, reopen } = await testClient(inTurn());
    const variants = [
      {},
      { promptVersion: 'p2' },
      { seed: 1 },
      { temperature: 1 },
      { maxTokens: 21 },
      { jsonSchema: {} },
    ];
    for (const variant of variants) await client.complete(ask('a', variant));
    await (await reopen({ model: 'other' })).complete(ask('a'));
    expect(server.seen).toHaveLength(variants.length + 1);
  });

  test('survives a line torn by a kill; only that reply is paid again', async () => {
    const { client, server, cachePath, reopen } = await testClient(inTurn());
    await client.complete(ask('a'));
    const line = await readFile(cachePath, 'utf8');
    await client.dispose();
    await appendFile(cachePath, line.replaceAll('"a"', '"b"').slice(0, 80));
    const later = await reopen();
    await Promise.all([later.complete(ask('a')), later.complete(ask('b'))]);
    expect(server.seen).toHaveLength(2);
    await later.dispose();
    expect(await readJsonlAll(cachePath)).toHaveLength(2);
  });

  test('belongs to one process at a time', async () => {
    const { reopen, client } = await testClient(inTurn());
    const { openLlmClient } = await import('./open.js');
    const { cachePath, settings } = await testClient(inTurn());
    await expect(openLlmClient({ settings, apiKey: undefined, cachePath })).rejects.toMatchObject({
      code: 'run-folder',
    });
    await client.dispose();
    await reopen();
  });
});

describe('limits', () => {
  const prices = [{ model: 'test-model', inputUsd: 1000, outputUsd: 1000 }];

  test('maxUsd: what is spent stays below it, by less than one call can cost', async () => {
    const { client, server } = await testClient(() => ({ ...completion('fine'), delayMs: 2 }), { maxUsd: 1, prices });
    const outcomes = await Promise.all(Array.from({ length: 40 }, (_, i) => client.complete(ask(`question ${i}`))));
    const stopped = outcomes.filter((o) => !o.ok && o.kind === 'budget').length;
    const { usd, calls } = client.spent();
    // 110 tokens at 0.001 USD: .11 a call. Reserved: at most 10 % more prompt, and 20 reply tokens instead of 10.
    expect(usd).toBeLessThanOrEqual(1);
    expect(usd).toBeGreaterThan(1 - 0.14);
    expect(calls + stopped).toBe(40);
    expect(server.seen).toHaveLength(calls);
  });

  test('maxCalls is exact, refusals of the server do not count, and replies that are kept are free', async () => {
    const { client, server, reopen } = await testClient(({ n }) => (n % 2 ? completion('fine') : { status: 500 }), {
      maxCalls: 3,
      concurrency: 2,
    });
    const first = await Promise.all(Array.from({ length: 5 }, (_, i) => client.complete(ask(`${i}`))));
    expect(first.filter((o) => o.ok)).toHaveLength(3);
    expect(server.seen.length).toBeGreaterThan(3);
    const later = await reopen({ maxCalls: 5 });
    const second = await Promise.all(Array.from({ length: 5 }, (_, i) => later.complete(ask(`${i}`))));
    expect(second.every((o) => o.ok)).toBe(true);
    expect(later.spent()).toMatchObject({ calls: 2, cachedCalls: 3, callsInAll: 5, usdInAll: null });
  });

  test('hold over restarts: what earlier commands spent, and lost at its most, is gone', async () => {
    const { client, server, reopen } = await testClient(({ n }) => (n === 1 ? { cut: 'before' } : completion('fine')), {
      prices,
      retries: 0,
    });
    await client.complete(ask('a')); // .11
    await client.complete(ask('b')); // lost: 1.1 times the prompt of 100, and 20 of reply
    const before = client.spent();
    expect(before.usdInAll).toBeCloseTo(0.11 + 0.13, 9);
    const poor = await reopen({ maxUsd: 0.25 });
    expect(await poor.complete(ask('c'))).toMatchObject({ ok: false, kind: 'budget' });
    expect(await poor.complete(ask('a'))).toMatchObject({ ok: true });
    expect(poor.spent()).toMatchObject({ calls: 0, usd: 0, callsInAll: 2, usdInAll: before.usdInAll });
    expect(await (await reopen({ maxCalls: 2 })).complete(ask('c'))).toMatchObject({ kind: 'budget' });
    expect(await (await reopen({ maxCalls: 3, maxUsd: 0.5 })).complete(ask('c'))).toMatchObject({ ok: true });
    expect(server.seen).toHaveLength(3);
  });

  test('an estimate counts what is not kept yet, by hand', async () => {
    const { client, settings, cachePath } = await testClient(inTurn(), { prices });
    await client.complete(ask('kept'));
    await client.dispose();
    const requests = [ask('kept'), ask('12345678'), ask('12345678')];
    const estimate = await estimateCalls(requests, settings, cachePath);
    // 8 bytes are 2 tokens; 2 + 20 tokens at 0.001 USD.
    expect(estimate).toMatchObject({ calls: 1, cachedCalls: 2, promptTokens: 2, completionTokensAtMost: 20 });
    expect(estimate.usdAtMost).toBeCloseTo(0.022, 12);
    expect(estimateText({ ...estimate, usdAtMost: null })).toContain('unknown');
  });
});

import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Config } from '../config/index.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { EmbeddingsClient, type EmbeddingsSettings } from './embeddings.js';
import { testSettings } from './testing/client.js';
import { startScriptedServer, type Behaviour, type SeenRequest } from './testing/scripted-server.js';

/** Vectors that tell the texts apart, in an order of the server's own. */
function embedded({ body }: SeenRequest): Behaviour {
  const texts = body['input'] as string[];
  const data = texts.map((text, index) => ({ index, embedding: [text.length, text.codePointAt(0) ?? 0] }));
  return { json: { data: data.toReversed(), usage: { prompt_tokens: 10 * texts.length } } };
}

async function opened(
  behave: (request: SeenRequest) => Behaviour,
  llm: Partial<Config['llm']> = {},
  settings: Partial<EmbeddingsSettings> = {},
) {
  const server = await startScriptedServer(behave);
  onTestFinished(() => server.close());
  const cachePath = join(await temporaryFolder(), 'vectors.jsonl');
  const open = async (more: Partial<EmbeddingsSettings> = {}) => {
    const own = { url: server.baseUrl, model: 'm', dimensions: null, batch: 2, ...settings, ...more };
    const common = { llm: testSettings(server.baseUrl, llm), cachePath, backoffMs: 5, where: 'retrievers.e.url' };
    const client = await EmbeddingsClient.open({ ...common, settings: own, apiKey: 'secret-key' });
    onTestFinished(() => client.dispose());
    return client;
  };
  return { server, open, client: await open() };
}

const inTurn =
  (...behaviours: Behaviour[]) =>
  (request: SeenRequest) =>
    behaviours[request.n] ?? embedded(request);

describe('embeddings', () => {
  test('come in the order of the texts, in batches, with the key in the header', async () => {
    const { client, server } = await opened(embedded, { concurrency: 1 });
    const vectors = await client.embed(['aa', 'b', 'cccc']);
    expect(vectors.map((vector) => [...vector])).toEqual([
      [2, 97],
      [1, 98],
      [4, 99],
    ]);
    expect(server.seen.map(({ path, body }) => [path, body['input']])).toEqual([
      ['/v1/embeddings', ['aa', 'b']],
      ['/v1/embeddings', ['cccc']],
    ]);
    expect(server.seen[0]).toMatchObject({ headers: { authorization: 'Bearer secret-key' }, body: { model: 'm' } });
    expect(server.seen[0]?.body).not.toHaveProperty('dimensions');
  });

  test('are never asked for twice: not within a call, not later, not by another process; but of another model, and by another length', async () => {
    const { client, server, open } = await opened(embedded);
    await client.embed(['a', 'a', 'b']);
    await client.embed(['b', 'a']);
    expect(server.seen).toHaveLength(1);
    await client.dispose();
    const again = await open();
    expect([...(await again.embed(['b']))[0]!]).toEqual([1, 98]);
    expect(server.seen).toHaveLength(1);
    await again.dispose();
    const other = await open({ model: 'n' });
    await other.embed(['b']);
    await other.dispose();
    await (await open({ dimensions: 2 })).embed(['b']);
    expect(server.seen.map(({ body }) => [body.model, body['dimensions']])).toEqual([
      ['m', undefined],
      ['n', undefined],
      ['m', 2],
    ]);
  });

  test('go on through 429, a cut connection and answers that are no vectors', async () => {
    const odd = { json: { data: [{ index: 0, embedding: [1, null] }] } };
    const twice = { json: { data: [0, 0].map((index) => ({ index, embedding: [1] })) } };
    const behave = inTurn({ status: 429, headers: { 'retry-after': '0' } }, { cut: 'middle' }, odd, twice);
    const { client, server } = await opened(behave);
    await client.embed(['a', 'b']);
    expect(server.seen).toHaveLength(5);
    expect(client.spent()).toMatchObject({ calls: 1, lostCalls: 3, promptTokens: 20 });
  });

  test('keep what came where the server fails, and say why', async () => {
    const refusal = { status: 400, json: { error: { message: 'too long' } } };
    const { client, server } = await opened((request) => (request.n === 1 ? refusal : embedded(request)), {
      concurrency: 1,
    });
    await expect(client.embed(['a', 'b', 'c', 'd'])).rejects.toMatchObject({
      code: 'llm',
      where: 'retrievers.e.url',
      message: expect.stringContaining('too long') as string,
    });
    await client.embed(['a', 'b', 'c', 'd']);
    // The first two were kept: only the refused ones are asked for again.
    expect(server.seen.map(({ body }) => (body['input'] as string[])[0])).toEqual(['a', 'c', 'c']);
  });

  test('stop at the limit of calls, earlier commands counted', async () => {
    const { client, open } = await opened(embedded, { maxCalls: 1, concurrency: 1 });
    await expect(client.embed(['a', 'b', 'c'])).rejects.toMatchObject({ code: 'budget' });
    await client.dispose();
    const again = await open();
    await again.embed(['a', 'b']);
    await expect(again.embed(['c'])).rejects.toMatchObject({ code: 'budget' });
  });

  test('cost what the server counts', async () => {
    const prices = [{ model: 'm', inputUsd: 2, outputUsd: 0 }];
    const { client } = await opened(embedded, { prices, maxUsd: 1, concurrency: 1 });
    await client.embed(['a', 'b', 'c']);
    expect(client.spent().usd).toBeCloseTo((30 * 2) / 1e6, 12);
  });

  test('are called off by the signal', async () => {
    const { client } = await opened(() => ({ stall: 'before' }));
    const stop = new AbortController();
    const waiting = client.embed(['a'], stop.signal);
    setTimeout(() => stop.abort(new Error('enough')), 20);
    await expect(waiting).rejects.toThrow('enough');
  });

  test('of a server that wants another key: nobody is served, and the place is named', async () => {
    const { client } = await opened(() => ({ status: 401, json: { error: { message: 'no secret-key' } } }));
    await expect(client.embed(['a'])).rejects.toMatchObject({
      code: 'llm',
      where: 'retrievers.e.url',
      message: expect.not.stringContaining('secret-key') as string,
    });
  });
});

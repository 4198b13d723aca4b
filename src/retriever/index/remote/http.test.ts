/** What a server that fails makes of a call; a scripted server, since a good one does not fail. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { startScriptedServer, type Behaviour } from '../../../llm/testing/scripted-server.js';
import { IndexServerClient } from './http.js';
import { NextPlaidTable } from './next-plaid.js';

async function clientOn(behave: (n: number) => Behaviour, apiKey?: string) {
  const server = await startScriptedServer(({ n }) => behave(n));
  onTestFinished(() => server.close());
  const client = new IndexServerClient({ url: server.baseUrl, apiKey, timeoutMs: 300, backoffMs: 1 });
  onTestFinished(() => client.close());
  return { client, server };
}

describe('a call to the server of an index', () => {
  it.each<[string, Behaviour, string]>([
    ['an error of the server', { status: 500, json: { code: 'X', message: 'disk full' } }, 'status 500: disk full'],
    ['a refusal without a reason', { status: 400, text: 'no' }, 'status 400: no'],
    ['a text that is no JSON', { text: '<html>' }, 'the answer is no JSON: <html>'],
    ['an answer that never ends', { stall: 'middle' }, 'no answer within 0.3 s'],
    ['an overload that does not end', { status: 503, json: { message: 'queue full' } }, 'status 503: queue full'],
  ])('says where and what: %s', async (_name, behaviour, message) => {
    const { client } = await clientOn(() => behaviour);
    const call = client.call('post', '/indices/a/search', {});
    await expect(call).rejects.toMatchObject({
      code: 'io',
      message,
      where: expect.stringMatching(/^http.*\/indices\/a\/search$/),
      hint: expect.any(String),
    });
  });

  it('tries again where nothing was done, and only there', async () => {
    const { client, server } = await clientOn((n) => (n < 2 ? { status: n === 0 ? 503 : 429 } : { json: { n } }));
    expect(await client.call('get', '/health')).toEqual({ n: 2 });
    const lost = await clientOn(() => ({ cut: 'middle' }));
    await expect(lost.client.call('post', '/update', {})).rejects.toMatchObject({ code: 'io' });
    expect([server.seen.length, lost.server.seen.length]).toEqual([3, 1]);
  });

  it('takes what is absent for an answer where that may be', async () => {
    const { client } = await clientOn(() => ({ status: 404, json: { message: 'none' } }));
    expect(await client.call('get', '/indices/a', undefined, 404)).toBeUndefined();
    await expect(client.call('get', '/indices/a')).rejects.toMatchObject({ code: 'io' });
  });

  it('sends the key and never says it', async () => {
    const { client, server } = await clientOn(() => ({ status: 401, json: { message: 'bad key s3cret' } }), 's3cret');
    const error: unknown = await client.call('get', '/health').catch((e: unknown) => e);
    expect(server.seen[0]?.headers['authorization']).toBe('Bearer s3cret');
    expect(error).toMatchObject({ code: 'io', hint: expect.stringContaining('apiKeyEnv') });
    expect(JSON.stringify(error) + String(error)).not.toContain('s3cret');
  });

  it('fails to open where no server is', async () => {
    const { server } = await clientOn(() => ({}));
    await server.close();
    const opening = NextPlaidTable.open({ url: server.baseUrl, timeoutMs: 300, backoffMs: 1 }, 'a', 4);
    await expect(opening).rejects.toMatchObject({ code: 'io', hint: expect.stringContaining('running') });
  });
});

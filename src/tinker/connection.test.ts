/** Single calls on a real connection: when they are sent again, how they end, and that the key goes nowhere else. */
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { errorFacts } from '../core/errors.js';
import { startScriptedServer, type Behaviour } from '../core/testing/scripted-server.js';
import { TinkerClient } from './index.js';
import { failure, quick, testClient } from './testing/client.js';

const key = 'tml-very-secret-0123456789';
const isAsked = (path: string) => path.endsWith('/get_server_capabilities');

/** A question whose first answers are given. */
async function ask(answers: readonly Behaviour[], options = {}) {
  let asked = 0;
  const { client, server } = await testClient(
    { script: ({ path }) => (isAsked(path) ? answers[asked++] : undefined) },
    options,
  );
  const outcome = await client.capabilities().catch((error: unknown) => error);
  return { outcome, asked: server.at('/get_server_capabilities').length };
}

describe('a question is asked again', () => {
  test.each<[string, Behaviour]>([
    ['408', { status: 408 }],
    ['429', { status: 429, headers: { 'retry-after': '0.01' } }],
    ['500', { status: 500, text: 'x' }],
    ['503', { status: 503 }],
    ['a cut before the answer', { cut: 'before' }],
    ['a cut in the answer', { cut: 'middle' }],
    ['no JSON', { text: '<html>' }],
  ])('after %s', async (_what, answer) => {
    await expectAskedAgain(answer);
  });

  test('after silence, silence in the answer, and an answer without end', async () => {
    const silent: Behaviour[] = [{ stall: 'before' }, { stall: 'middle' }, { drip: { bytes: 1, everyMs: 20 } }];
    await Promise.all(silent.map(expectAskedAgain)); // all of it is waiting
  });

  async function expectAskedAgain(answer: Behaviour) {
    const { outcome, asked } = await ask([answer, answer]);
    expect(outcome).toEqual({ supportedModels: [{ modelName: 'tiny', maxContextLength: 64 }] });
    expect(asked).toBe(3);
  }
});

describe('and ends', () => {
  const forever = (answer: Behaviour) => Array.from({ length: 1000 }, () => answer);
  test.each<[string, Behaviour, object, number | undefined]>([
    ['500 for ever', { status: 500 }, { kind: 'unreachable', status: 500 }, 5],
    ['silence for ever', { stall: 'before' }, { kind: 'unreachable' }, 5],
    ['no JSON for ever', { text: '<html>' }, { kind: 'malformed' }, 5],
    ['502 for ever', { status: 502 }, { kind: 'unreachable', status: 502 }, undefined],
    ['400', { status: 400, json: { detail: 'no' } }, { kind: 'refused', message: 'status 400: no' }, 1],
    ['401', { status: 401 }, { kind: 'unauthorized', hint: expect.stringContaining('key') as string }, 1],
    ['402', { status: 402 }, { kind: 'billing' }, 1],
    ['404', { status: 404, json: { detail: 'Not Found' } }, { kind: 'refused' }, 1],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, { kind: 'refused' }, 1],
    ['JSON of another kind', { json: { models: [] } }, { kind: 'malformed' }, 1],
    ['an answer that is too long', { text: 'x'.repeat(5000) }, { kind: 'unreachable' }, undefined],
  ])('at %s', async (_what, answer, error, asked) => {
    const ended = await ask(forever(answer), { limits: { answerBytes: 1000 } });
    expect(ended.outcome).toMatchObject({ name: 'TinkerError', where: 'capabilities', ...error });
    if (asked !== undefined) expect(ended.asked).toBe(asked);
  });

  test('where nobody listens', async () => {
    const client = new TinkerClient({ baseUrl: 'http://127.0.0.1:9', timeouts: quick });
    onTestFinished(() => client.close());
    const start = performance.now();
    expect(await failure(client.capabilities())).toMatchObject({
      kind: 'unreachable',
      hint: expect.stringContaining('running') as string,
    });
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe('the key', () => {
  test('reaches the server in one header and is cut out of all that comes back', async () => {
    let asked = 0;
    const { client, server } = await testClient(
      {
        script: ({ path, headers }) => {
          if (!isAsked(path)) return undefined;
          const echo = `you said ${String(headers['x-api-key'])}`;
          return [{ status: 400, json: { detail: echo } }, { text: echo }, { json: { supported_models: echo } }][
            asked++
          ];
        },
      },
      { apiKey: key, limits: { serverErrors: 0 } },
    );
    const errors: unknown[] = [];
    for (let i = 0; i < 3; i++) errors.push(await failure(client.capabilities()));
    expect(server.seen[0]?.headers['x-api-key']).toBe(key);
    for (const error of errors) {
      const told = inspect(error, { depth: 9 }) + JSON.stringify(errorFacts(error));
      expect(told).toContain('[key]');
      expect(told).not.toContain(key);
    }
    expect(inspect(client, { depth: 2, showHidden: true })).not.toContain(key);
  });

  test('does not follow a redirect to another server', async () => {
    const other = await startScriptedServer(() => ({ json: { supported_models: [] } }));
    onTestFinished(() => other.close());
    const { outcome } = await ask(
      [{ status: 307, headers: { location: `${other.origin}/api/v1/get_server_capabilities` } }],
      { apiKey: key },
    );
    expect(outcome).toMatchObject({ kind: 'refused', message: expect.stringContaining('redirect') as string });
    expect(other.seen).toEqual([]);
  });

  test.each([
    ['http://example.org', false],
    ['http://10.0.0.1:8000', false],
    ['http://localhost.example.org', false],
    ['http://127.0.0.1.example.org', false],
    ['ftp://localhost', false],
    ['localhost:8000', false],
    ['https://me:pw@example.org', false],
    ['https://example.org/x', true],
    ['http://localhost:1', true],
    ['http://127.8.8.8:1', true],
    ['http://[::1]:1/', true],
  ])('%s is an address for it: %s', (baseUrl, isOne) => {
    const make = () => new TinkerClient({ baseUrl, apiKey: key });
    if (isOne) expect(make).not.toThrow();
    else {
      expect(make).toThrow(expect.objectContaining({ code: 'engine', where: 'baseUrl' }) as Error);
      expect(() => new TinkerClient({ baseUrl, apiKey: key })).not.toThrow(/pw/);
    }
  });

  test('plain http to another machine only where that is allowed', () => {
    expect(() => new TinkerClient({ baseUrl: 'http://10.0.0.1:8000', allowHttp: true })).not.toThrow();
  });
});

test('another way to reach the server', async () => {
  const urls: string[] = [];
  const { client } = await testClient(
    {},
    {
      apiKey: key,
      fetch: async (url, init) => {
        urls.push(`${init.method} ${new URL(url).pathname} ${init.headers['x-api-key']} ${init.redirect}`);
        return fetch(url, init);
      },
    },
  );
  const model = await client.createTrainingClient({ baseModel: 'tiny', train: 'full' });
  const tokens = Int32Array.of(1);
  await model.forward({ data: [{ tokens, lossFnInputs: { targetTokens: tokens } }], lossFn: 'cross_entropy' });
  expect(urls).toContain(`POST /api/v1/forward_backward ${key} manual`);
});

test('a client whose signal is aborted is closed', async () => {
  const stop = new AbortController();
  const { client } = await testClient({}, { signal: stop.signal });
  stop.abort(new Error('the end'));
  await expect(client.capabilities()).rejects.toThrow('the end');
});

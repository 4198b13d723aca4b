import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { completion, startScriptedServer, type Behaviour, type SeenRequest } from './testing/scripted-server.js';
import { openTransport, type HttpResult, type Transport, type TransportOptions } from './transport.js';

const TIMEOUT_MS = 400;
/** What a busy machine may add to a time-out. */
const GRACE_MS = 3000;

async function openOn(
  behave: (request: SeenRequest) => Behaviour,
  more: Partial<TransportOptions> = {},
): Promise<{ transport: Transport; seen: SeenRequest[] }> {
  const server = await startScriptedServer(behave);
  onTestFinished(() => server.close());
  const transport = openTransport({ baseUrl: server.baseUrl, timeoutMs: TIMEOUT_MS, ...more });
  onTestFinished(() => transport.close());
  return { transport, seen: server.seen };
}

/** Collects garbage again and again while the test runs: signals and streams that nobody holds go. */
function collectGarbage(everyMs: number): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const timer = setInterval(collect, everyMs);
  onTestFinished(() => clearInterval(timer));
}

const post = (transport: Transport, signal?: AbortSignal) => transport.post('/chat/completions', { a: 1 }, signal);

async function timed(call: Promise<HttpResult>): Promise<HttpResult & { ms: number }> {
  const start = performance.now();
  return { ...(await call), ms: performance.now() - start };
}

describe('a call ends within its time', () => {
  test.each<[string, Behaviour]>([
    ['before the answer', { stall: 'before' }],
    ['in the body', { stall: 'middle' }],
    ['in a body that drips', { drip: { bytes: 1, everyMs: 50 } }],
  ])('%s, while garbage is collected', async (_state, behaviour) => {
    const { transport } = await openOn(() => behaviour);
    collectGarbage(20);
    const result = await timed(post(transport));
    expect(result).toMatchObject({ kind: 'broken', reason: 'no answer within 0.4 s', reached: true });
    expect(result.ms).toBeLessThan(TIMEOUT_MS + GRACE_MS);
  });

  test('where the other end takes the connection and never says a word', async () => {
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const transport = openTransport({ baseUrl: `http://127.0.0.1:${port}/v1`, timeoutMs: TIMEOUT_MS });
    onTestFinished(() => transport.close());
    expect(await post(transport)).toMatchObject({ kind: 'broken', reached: true });
  });

  test('two hundred calls against stalls, cuts and refusals all end', async () => {
    const rng = Rng.fromSeed('stalls');
    const faults: Behaviour[] = [
      { status: 429 },
      { status: 500, text: 'x' },
      { cut: 'before' },
      { cut: 'middle' },
      { text: '{"a' },
      { stall: 'before' },
      { stall: 'middle' },
      { drip: { bytes: 1, everyMs: 30 } },
    ];
    const { transport } = await openOn(() =>
      rng.next() < 0.3
        ? (faults[Math.floor(rng.next() * faults.length)] as Behaviour)
        : completion('hello '.repeat(100)),
    );
    collectGarbage(50);
    const results: HttpResult[] = [];
    const caller = async () => {
      while (results.length < 200) results.push(await post(transport));
    };
    await Promise.all(Array.from({ length: 16 }, caller));
    // How many of the others are in time depends on the machine; that all have ended is what counts.
    expect(results.filter(({ kind }) => kind === 'broken').length).toBeGreaterThan(10);
  });

  test('an abort ends it at once with its reason, before the answer and in the body', async () => {
    const { transport } = await openOn(
      ({ n }) => (n === 0 ? { stall: 'before' } : { drip: { bytes: 1, everyMs: 20 } }),
      {
        timeoutMs: 60_000,
      },
    );
    collectGarbage(20);
    for (let i = 0; i < 2; i++) {
      const stop = new AbortController();
      const call = post(transport, stop.signal);
      await sleep(150);
      stop.abort(new Error('enough'));
      await expect(call).rejects.toThrow('enough');
    }
  });

  test('close ends what is under way', async () => {
    const { transport } = await openOn(() => ({ stall: 'middle' }), { timeoutMs: 60_000 });
    const call = timed(post(transport));
    await sleep(100);
    await transport.close();
    expect(await call).toMatchObject({ kind: 'broken' });
  });
});

describe('answers', () => {
  test('an answer that is too long is cut off and said to be', async () => {
    const { transport } = await openOn(() => ({ drip: { bytes: 2 ** 16, everyMs: 1 } }), {
      timeoutMs: 20_000,
      maxBytes: 2 ** 20,
    });
    expect(await post(transport)).toEqual({
      kind: 'broken',
      reason: 'connection failed (the answer is longer than 1 MiB)',
      reached: true,
    });
  });

  test('a redirect is an answer like another: the key is not taken elsewhere', async () => {
    const { transport, seen } = await openOn(() => ({ status: 302, headers: { location: '/other' } }), {
      apiKey: 'sk-1',
    });
    expect(await post(transport)).toMatchObject({ kind: 'answer', status: 302 });
    expect(seen.map(({ path }) => path)).toEqual(['/v1/chat/completions']);
  });

  test('status, Retry-After and text; the key is cut out', async () => {
    const { transport, seen } = await openOn(() => ({ status: 429, headers: { 'retry-after': '7' }, text: 'é sk-1' }), {
      apiKey: 'sk-1',
    });
    expect(await post(transport)).toEqual({ kind: 'answer', status: 429, retryAfter: '7', text: 'é [key]' });
    expect(seen[0]?.headers['authorization']).toBe('Bearer sk-1');
  });

  test('a file goes as a form', async () => {
    const { transport, seen } = await openOn(() => ({ json: { id: 'f' } }));
    await transport.upload('/files', { name: 'b.jsonl', lines: '{"x":1}\n', fields: { purpose: 'batch' } });
    expect(seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(seen[0]?.text).toContain('name="purpose"\r\n\r\nbatch\r\n');
    expect(seen[0]?.text).toContain('filename="b.jsonl"');
    expect(seen[0]?.text).toContain('{"x":1}\n');
  });

  test('where nobody listens nothing was reached', async () => {
    const server = await startScriptedServer(() => completion('x'));
    await server.close();
    const transport = openTransport({ baseUrl: server.baseUrl, timeoutMs: 5000 });
    expect(await post(transport)).toMatchObject({ kind: 'broken', reached: false });
  });
});

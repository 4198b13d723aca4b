import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { testClient } from './testing/client.js';
import { completion } from './testing/scripted-server.js';
import type { ChatRequest } from './types.js';

const ask = (content: string): ChatRequest => ({
  messages: [{ role: 'user', content }],
  promptVersion: 'p1',
  maxTokens: 20,
});

/** Milliseconds until the work has ended. */
async function timed(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

/** What waits for calls under way may take in all, on a busy machine. */
const BOUND_MS = 12_000;

describe('closing a client', () => {
  test('calls off what a silent server holds, and what waits for its turn', async () => {
    const { client } = await testClient(() => ({ stall: 'middle' }), { timeoutSeconds: 600, concurrency: 1 });
    const calls = [client.complete(ask('a')), client.complete(ask('b'))];
    await sleep(200);
    expect(await timed(client.dispose())).toBeLessThan(BOUND_MS);
    expect(await Promise.all(calls)).toMatchObject([{ kind: 'aborted' }, { kind: 'aborted' }]);
  });

  test('calls off the waits between tries', async () => {
    const { client } = await testClient(() => ({ status: 429, headers: { 'retry-after': '600' } }));
    const call = client.complete(ask('a'));
    await sleep(200);
    expect(await timed(client.dispose())).toBeLessThan(BOUND_MS);
    expect(await call).toMatchObject({ ok: false, kind: 'aborted' });
  });

  test('lets a call that is nearly done come to its end: it is paid for', async () => {
    const { client, reopen, server } = await testClient(() => ({ ...completion('late'), delayMs: 600 }));
    const call = client.complete(ask('a'));
    await sleep(100);
    const again = await reopen();
    expect(await call).toMatchObject({ ok: true, reply: { text: 'late', cached: false } });
    expect(await again.complete(ask('a'))).toMatchObject({ ok: true, reply: { cached: true } });
    expect(server.seen).toHaveLength(1);
  });

  test('does not wait for a batch', async () => {
    const { client, server } = await testClient(
      ({ path, method }) => {
        if (path.endsWith('/files')) return { json: { id: 'file' } };
        if (method === 'POST') return { json: { id: 'batch' } };
        return { json: path.includes('limit') ? { data: [] } : { status: 'in_progress' } };
      },
      { batch: true, batchPollSeconds: 3600 },
    );
    const call = client.complete(ask('a'));
    while (!server.seen.some(({ path }) => path.endsWith('/batches/batch'))) await sleep(20);
    expect(await timed(client.dispose())).toBeLessThan(BOUND_MS);
    expect(await call).toMatchObject({ ok: false, kind: 'aborted' });
  });
});

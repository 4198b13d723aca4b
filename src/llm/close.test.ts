import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { testClient } from './testing/client.js';
import { completion } from './testing/scripted-server.js';
import type { ChatRequest } from './types.js';

const ask = (content: string): ChatRequest => ({
  messages: [{ role: 'user', content }],
  promptVersion: 'p1',
  maxTokens: 20,
});

/** What closing may take in all, on a busy machine: the seconds that calls under way are given, and no more. */
const BOUND_MS = 12_000;

/** Clients with calls that would not end by themselves. */
const waiting = {
  /** A silent server holds one call, and another waits for its turn. */
  silent: async () => {
    const { client } = await testClient(() => ({ stall: 'middle' }), { timeoutSeconds: 600, concurrency: 1 });
    const calls = [client.complete(ask('a')), client.complete(ask('b'))];
    await sleep(200);
    return { client, calls };
  },
  betweenTries: async () => {
    const { client } = await testClient(() => ({ status: 429, headers: { 'retry-after': '600' } }));
    const calls = [client.complete(ask('a'))];
    await sleep(200);
    return { client, calls };
  },
  batch: async () => {
    const { client, server } = await testClient(
      ({ path, method }) => {
        if (path.endsWith('/files')) return { json: { id: 'file' } };
        if (method === 'POST') return { json: { id: 'batch' } };
        return { json: path.includes('limit') ? { data: [] } : { status: 'in_progress' } };
      },
      { batch: true, batchPollSeconds: 3600 },
    );
    const calls = [client.complete(ask('a'))];
    while (!server.seen.some(({ path }) => path.endsWith('/batches/batch'))) await sleep(20);
    return { client, calls };
  },
};

test('closing calls off what a silent server holds, what waits for its turn or its next try, and batches', async () => {
  const opened = await Promise.all(Object.values(waiting).map((open) => open()));
  // All at once, since each gives its calls some seconds.
  const ms = await Promise.all(
    opened.map(async ({ client }) => {
      const start = performance.now();
      await client.dispose();
      return performance.now() - start;
    }),
  );
  expect(Math.max(...ms)).toBeLessThan(BOUND_MS);
  const [silent, betweenTries, batch] = await Promise.all(opened.map(({ calls }) => Promise.all(calls)));
  expect(silent).toMatchObject([{ kind: 'aborted' }, { kind: 'aborted' }]);
  expect(betweenTries).toMatchObject([{ ok: false, kind: 'aborted' }]);
  expect(batch).toMatchObject([{ ok: false, kind: 'aborted' }]);
});

test('closing lets a call that is nearly done come to its end: it is paid for', async () => {
  const { client, reopen, server } = await testClient(() => ({ ...completion('late'), delayMs: 600 }));
  const call = client.complete(ask('a'));
  await sleep(100);
  const again = await reopen();
  expect(await call).toMatchObject({ ok: true, reply: { text: 'late', cached: false } });
  expect(await again.complete(ask('a'))).toMatchObject({ ok: true, reply: { cached: true } });
  expect(server.seen).toHaveLength(1);
});

/** Heartbeats: from a thread that work here cannot starve, and what is told of them. */
import { expect, onTestFinished, test } from 'vitest';
import { startScriptedServer } from '../core/testing/scripted-server.js';
import { testClient, testTraining } from './testing/client.js';

const beats = (server: { at(path: string): unknown[] }) => server.at('/session_heartbeat').length;
const until = async (is: () => boolean | Promise<boolean>) => {
  const end = performance.now() + 20_000;
  while (!(await is())) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test('heartbeats go on while this thread does nothing else', async () => {
  // A server of this process would be blocked as well, so the thread is asked how many were answered before and sent during the block.
  const { client, server } = await testTraining(
    {},
    { heartbeats: 'thread', apiKey: 'k-1', timeouts: { heartbeatMs: 100 } },
  );
  await until(() => beats(server) >= 2);
  expect(server.at('/session_heartbeat')[0]).toMatchObject({
    body: { session_id: 'session_1' },
    headers: { 'x-api-key': 'k-1' },
  });
  const before = (await client.heartbeats())!;
  expect(before.answered).toBeGreaterThan(0);
  // One request of the block is enough: its answer waits for this thread. It must be there at once when the block ends.
  const sent = beats(server);
  const end = performance.now() + 1500;
  while (performance.now() < end);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await until(() => beats(server) > sent);
  await until(async () => ((await client.heartbeats())?.answered ?? 0) > before.answered);
});

test('a heartbeat carries the key to the server alone: no redirect is followed', async () => {
  const other = await startScriptedServer(() => ({ json: {} }));
  onTestFinished(() => other.close());
  const location = `${other.origin}/api/v1/session_heartbeat`;
  const { client, server } = await testTraining(
    {
      script: ({ path }) => (path.endsWith('/session_heartbeat') ? { status: 307, headers: { location } } : undefined),
    },
    { heartbeats: 'thread', apiKey: 'k-1', timeouts: { heartbeatMs: 50 } },
  );
  await until(() => beats(server) >= 2);
  await until(async () => (await client.heartbeats())?.reason === 'status 307');
  expect(other.seen).toEqual([]);
});

test('a server that misses heartbeats is told of once, and again after it was well', async () => {
  let isWell = false;
  const warnings: string[] = [];
  const { client } = await testTraining(
    { script: ({ path }) => (path.endsWith('/session_heartbeat') && !isWell ? { status: 503 } : undefined) },
    { timeouts: { heartbeatMs: 20 }, onWarning: (message) => warnings.push(message) },
  );
  await until(() => warnings.length === 1);
  expect(warnings[0]).toMatch(/heartbeats were not answered: status 503/);
  isWell = true;
  await until(async () => (await client.heartbeats())?.missed === 0);
  await new Promise((resolve) => setTimeout(resolve, 60));
  isWell = false;
  await until(() => warnings.length === 2);
});

test('a session that the server has lost is told of, and the next model has another', async () => {
  const warnings: string[] = [];
  const { client, server } = await testTraining(
    {
      script: ({ path, body }) =>
        path.endsWith('/session_heartbeat') && body['session_id'] === 'session_1'
          ? { status: 404, json: { detail: 'Session not found' } }
          : undefined,
    },
    { timeouts: { heartbeatMs: 20 }, onWarning: (message) => warnings.push(message) },
  );
  await until(() => warnings.length > 0);
  expect(warnings).toEqual(['the server does not know session session_1 any more']);
  await client.createTrainingClient({ baseModel: 'tiny', train: { rank: 8 } });
  expect(server.at('/create_session')).toHaveLength(2);
});

test('what the server has to say is heard; calls at the same time share one session', async () => {
  const warnings: string[] = [];
  const { client, server } = await testClient(
    {
      script: ({ path }) =>
        path.endsWith('/create_session')
          ? { json: { session_id: 's', info_message: 'hello', warning_message: null, error_message: '' } }
          : undefined,
    },
    { onWarning: (message) => warnings.push(message) },
  );
  await Promise.all([1, 2, 3].map(() => client.createSamplingClient({ baseModel: 'tiny' })));
  expect(warnings).toEqual(['hello']);
  expect(server.at('/create_session')).toHaveLength(1);
  expect(server.at('/create_sampling_session').map(({ body }) => body['sampling_session_seq_id'])).toEqual([0, 1, 2]);
});

test('a session that could not be made is made by the next call', async () => {
  let refusals = 1;
  const { client } = await testClient({
    script: ({ path }) => (path.endsWith('/create_session') && refusals-- > 0 ? { status: 401 } : undefined),
  });
  await expect(client.createSamplingClient({ baseModel: 'tiny' })).rejects.toMatchObject({ kind: 'unauthorized' });
  expect((await client.createSamplingClient({ baseModel: 'tiny' })).id).toBe('sampling_1');
});

test('after close no heartbeat is sent', async () => {
  const { client, server } = await testTraining({}, { heartbeats: 'thread', timeouts: { heartbeatMs: 50 } });
  await until(() => beats(server) > 0);
  await client.close();
  const sent = beats(server);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(beats(server)).toBeLessThanOrEqual(sent + 1);
});

import { execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RaRftError } from './errors.js';
import { temporaryFolder } from './testing/temporary-folder.js';
import type { EchoMethods } from './testing/echo-worker.js';
import { WorkerClient, type WorkerOptions } from './worker-rpc.js';

function echoWorker(options?: WorkerOptions): WorkerClient<EchoMethods> {
  const client = new WorkerClient<EchoMethods>(new URL('./testing/echo-worker.js', import.meta.url), 'echo', options);
  onTestFinished(() => client.terminate());
  return client;
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

/** The writing end of a pipe, when somebody waits at the reading one. */
async function openForReader(pipe: string): Promise<FileHandle> {
  for (;;) {
    const writer = await open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined);
    if (writer) return writer;
    await sleep(20);
  }
}

describe('WorkerClient', () => {
  it('passes values both ways, typed arrays included', async () => {
    const worker = echoWorker();
    expect(await worker.call('echo', { a: [1, 2], b: new Int32Array([3]) })).toEqual({
      a: [1, 2],
      b: new Int32Array([3]),
    });
    expect(await worker.call('ones', 3)).toEqual(new Float32Array([1, 1, 1]));
  });

  it('answers in the order of the calls, one at a time', async () => {
    const worker = echoWorker();
    const calls = [worker.call('slow', { name: 'first', ms: 30 }), worker.call('slow', { name: 'second', ms: 0 })];
    expect(await Promise.all(calls)).toEqual([['first'], ['first', 'second']]);
  });

  it('reports progress before the result', async () => {
    const steps: [number, number][] = [];
    expect(await echoWorker().call('count', 3, (done, total) => steps.push([done, total]))).toBe(3);
    expect(steps).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('brings an error over with all its facts, and the worker lives on', async () => {
    const worker = echoWorker();
    const error = await failureOf(worker.call('refuse', undefined));
    expect(error).toBeInstanceOf(RaRftError);
    expect(error).toMatchObject({ code: 'model', where: 'wte.weight', expected: '[4, 2]', hint: 'look' });
    expect((error as Error).stack).toContain('echo-worker');
    expect(await failureOf(worker.call('crash', undefined))).toMatchObject({
      code: 'internal',
      message: 'plain failure',
    });
    expect(await worker.call('echo', 1)).toBe(1);
  });

  it('fails a call whose arguments or result cannot be sent, and only that one', async () => {
    const worker = echoWorker();
    expect(await failureOf(worker.call('echo', () => 1))).toMatchObject({ name: 'DataCloneError' });
    expect(await failureOf(worker.call('uncloneable', undefined))).toMatchObject({ code: 'internal' });
    expect(await worker.call('echo', 2)).toBe(2);
  });

  it('fails a call to a method that is not there', async () => {
    const call = echoWorker().call('nothing' as 'echo', 1);
    expect(await failureOf(call)).toMatchObject({ code: 'internal', message: 'worker has no method nothing' });
  });

  it('rejects the call in flight, those waiting and all later ones when the worker dies', async () => {
    const worker = echoWorker();
    const errors = await Promise.all([failureOf(worker.call('die', undefined)), failureOf(worker.call('echo', 1))]);
    expect(errors).toMatchObject([{ code: 'engine' }, { code: 'engine' }]);
    expect((errors[0] as Error).message).toContain('code 3');
    expect(await failureOf(worker.call('echo', 1))).toMatchObject({ code: 'engine' });
  });

  it('rejects with engine when the module cannot be loaded', async () => {
    const client = new WorkerClient<EchoMethods>(new URL('./testing/no-such-worker.js', import.meta.url), 'missing');
    expect(await failureOf(client.call('echo', 1))).toMatchObject({ code: 'engine' });
    await client.terminate();
  });

  it.skipIf(process.platform === 'win32')('does not wait for ever for a thread deep in native code', async () => {
    const worker = echoWorker();
    const pipe = join(await temporaryFolder(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    await worker.call('echo', 1);
    const blocked = failureOf(worker.call('read', pipe));
    const writer = await openForReader(pipe);
    const start = performance.now();
    await worker.terminate();
    const waitedMs = performance.now() - start;
    await writer.close(); // lets the thread go
    expect(waitedMs).toBeGreaterThan(4000);
    expect(waitedMs).toBeLessThan(15_000);
    expect(await blocked).toMatchObject({ code: 'engine', message: 'used after dispose' });
  });

  it('close makes the last call, after those under way', async () => {
    const worker = echoWorker();
    const call = worker.call('slow', { name: 'first', ms: 100 });
    await worker.close('slow', { name: 'last', ms: 0 });
    expect(await call).toEqual(['first']);
    expect(await failureOf(worker.call('echo', 1))).toMatchObject({ message: 'used after dispose' });
  });

  it('a signal ends it at once, in the midst of a call; closing it then takes no time', async () => {
    const stop = new AbortController();
    const worker = echoWorker({ signal: stop.signal });
    await worker.call('echo', 1);
    const calls = [worker.call('slow', { name: 'long', ms: 60_000 }), worker.call('echo', 2)].map(failureOf);
    const start = performance.now();
    stop.abort(new Error('enough'));
    expect(await Promise.all(calls)).toEqual([new Error('enough'), new Error('enough')]);
    await worker.close('echo', 0);
    expect(performance.now() - start).toBeLessThan(5000);
    expect(() => echoWorker({ signal: stop.signal })).toThrow('enough');
  });

  it('says so when it is used after its end', async () => {
    const worker = echoWorker();
    await worker.terminate();
    expect(await failureOf(worker.call('echo', 1))).toMatchObject({ code: 'engine', message: 'used after dispose' });
  });
});

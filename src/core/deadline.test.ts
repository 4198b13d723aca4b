import { getMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { DeadlineError, endsWithin, withDeadline } from './deadline.js';

const never = () => new Promise<never>(() => {});
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('withDeadline', () => {
  test('gives what the work gives, and throws what it throws, at once or later', async () => {
    expect(await withDeadline(() => Promise.resolve(7), { timeoutMs: 1000 })).toBe(7);
    const late = withDeadline(() => Promise.reject(new TypeError('late')), { timeoutMs: 1000 });
    expect(await failureOf(late)).toEqual(new TypeError('late'));
    const atOnce = withDeadline(
      () => {
        throw new TypeError('at once');
      },
      { timeoutMs: 1000 },
    );
    expect(await failureOf(atOnce)).toEqual(new TypeError('at once'));
  });

  test('its signal is one that calls of the library for connections take, with any number of listeners', async () => {
    const warnings: unknown[] = [];
    process.on('warning', (warning) => warnings.push(warning));
    const listened = await withDeadline(
      (signal) => {
        for (let i = 0; i < 50; i++) signal.addEventListener('abort', () => undefined);
        return Promise.resolve([new Request('http://127.0.0.1/', { signal }).signal, getMaxListeners(signal)]);
      },
      { timeoutMs: 1000 },
    );
    expect(listened).toEqual([expect.any(AbortSignal), expect.any(Number)]); // Node's own Request sets a number
    expect(listened[1]).toBeGreaterThan(1000);
    await sleep(1);
    expect(warnings).toEqual([]);
  });

  test('ends work that takes no notice of its signal, and aborts the signal', async () => {
    let seen: AbortSignal | undefined;
    const ended = await failureOf(
      withDeadline(
        (signal) => {
          seen = signal;
          return never();
        },
        { timeoutMs: 20 },
      ),
    );
    expect(ended).toBeInstanceOf(DeadlineError);
    expect((ended as Error).message).toBe('no end within 0.02 s');
    expect(seen?.aborted).toBe(true);
  });

  test('ends when the caller says so, before or during the work', async () => {
    const stop = new AbortController();
    const call = withDeadline(never, { timeoutMs: 60_000, signal: stop.signal });
    stop.abort(new Error('enough'));
    expect(await failureOf(call)).toEqual(new Error('enough'));
    let started = false;
    const work = () => {
      started = true;
      return never();
    };
    expect(await failureOf(withDeadline(work, { timeoutMs: 60_000, signal: stop.signal }))).toEqual(
      new Error('enough'),
    );
    expect(started).toBe(false);
  });

  test('signs of life start the time anew, and only they do', async () => {
    const lively = withDeadline(
      async (_signal, alive) => {
        for (let i = 0; i < 4; i++) {
          await sleep(500);
          alive();
        }
        return 'done';
      },
      { timeoutMs: 1500 },
    );
    expect(await lively).toBe('done');
    expect(await failureOf(withDeadline(() => sleep(400), { timeoutMs: 200 }))).toBeInstanceOf(DeadlineError);
  });

  test('a time longer than a timer can hold is no time-out at once', async () => {
    expect(await withDeadline(() => sleep(20, 'slept'), { timeoutMs: 1e12 })).toBe('slept');
  });
});

test('endsWithin says whether the work ended, and throws nothing', async () => {
  expect(await endsWithin(1000, Promise.resolve())).toBe(true);
  expect(await endsWithin(1000, Promise.reject(new Error('x')))).toBe(true);
  expect(await endsWithin(10, never())).toBe(false);
});

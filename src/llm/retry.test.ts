import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { Budget } from './budget.js';
import { CallLedger } from './ledger.js';
import { fullDialect, usageAtMost } from './request.js';
import { backoffMs, retryAfterMs } from '../core/http/waits.js';
import { nextStep } from './retry.js';
import { forEachParallel, inOrder } from '../core/slots.js';
import type { ChatRequest } from './types.js';

const request: ChatRequest = { messages: [{ role: 'user', content: 'é!' }], promptVersion: 'p', maxTokens: 7 };
const answer = (status: number, text = '', retryAfter: string | null = null) =>
  nextStep({ kind: 'answer', status, retryAfter, text }, request, fullDialect, 0);
const reply = (message: object, more: object = {}) =>
  answer(200, JSON.stringify({ choices: [{ message, ...more }], usage: { prompt_tokens: 1, completion_tokens: 2 } }));

describe('nextStep', () => {
  test.each([408, 409, 425, 429, 500, 502, 503, 529])('%i is tried again and costs nothing', (status) => {
    expect(answer(status)).toMatchObject({ kind: 'again', lost: false });
  });

  test.each([
    [400, 'failed'],
    [413, 'failed'],
    [401, 'fatal'],
    [402, 'fatal'],
    [404, 'fatal'],
  ])('%i is %s', (status, kind) => expect(answer(status).kind).toBe(kind));

  test('a used-up account is no busy server, though both say 429', () => {
    expect(answer(429, '{"error":{"code":"insufficient_quota","message":"x"}}').kind).toBe('fatal');
  });

  test('a connection that never stood cannot have been charged, a broken one can', () => {
    const broken = (reached: boolean) => nextStep({ kind: 'broken', reason: 'r', reached }, request, fullDialect, 0);
    expect(broken(false)).toMatchObject({ kind: 'again', lost: false });
    expect(broken(true)).toMatchObject({ kind: 'again', lost: true });
  });

  test('replies: text, refusal, cut at the length; empty content is an empty reply', () => {
    const { kind, ...rest } = reply({ content: 'yes' }, { finish_reason: 'stop' });
    expect(kind).toBe('reply');
    expect(rest).toEqual({
      reply: { text: 'yes', finishReason: 'stop', usage: { promptTokens: 1, completionTokens: 2 } },
    });
    expect(reply({ content: null, refusal: 'no' })).toMatchObject({ reply: { text: 'no', finishReason: 'refusal' } });
    expect(reply({ content: 'y' }, { finish_reason: 'length' })).toMatchObject({ reply: { finishReason: 'length' } });
    expect(reply({ content: null })).toMatchObject({ reply: { text: '' } });
  });

  test.each(['', 'null', '[]', '{"choices":[]}', '{"choices":[{"message":null}]}', '{"choices":[{}]}', '{"choices"'])(
    'what is no completion may have been charged: %s',
    (text) => expect(answer(200, text)).toMatchObject({ kind: 'again', lost: true }),
  );
});

describe('a reply that the server broke off', () => {
  test.each(['abort', 'aborted', 'cancelled', 'error'])('%s is no reply: tried again, and may be charged', (reason) => {
    const step = reply({ content: 'It is 3' }, { finish_reason: reason });
    expect(step).toMatchObject({ kind: 'again', lost: true, reason: expect.stringContaining(reason) as string });
  });

  test.each(['stop', 'length', 'content_filter', 'tool_calls', 'eos'])('%s is one', (reason) => {
    expect(reply({ content: 'It is 3' }, { finish_reason: reason }).kind).toBe('reply');
  });
});

describe('waits', () => {
  test('Retry-After in seconds, as a date, in the past, and nonsense', () => {
    expect(retryAfterMs('2', 0)).toBe(2000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 1000)).toBe(4000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:05 GMT', 9000)).toBe(0);
    expect(retryAfterMs('soon', 0)).toBeUndefined();
    expect(retryAfterMs(null, 0)).toBeUndefined();
  });

  test('back-off doubles up to a minute, seeded, between half and whole', () => {
    for (const [attempt, full] of [
      [0, 500],
      [1, 1000],
      [3, 4000],
      [20, 60_000],
    ] as const) {
      const wait = backoffMs(attempt, 500, Rng.fromSeed(1));
      expect(wait).toBeGreaterThanOrEqual(full / 2);
      expect(wait).toBeLessThanOrEqual(full);
      expect(wait).toBe(backoffMs(attempt, 500, Rng.fromSeed(1)));
    }
  });
});

describe('Budget', () => {
  test('the most a call should use, by hand: 3 bytes at two a token, 16 tokens around each of 2 turns', () => {
    expect(usageAtMost(request)).toEqual({ promptTokens: 2 + 32, completionTokens: 7 });
  });

  const dollars = { inputUsd: 1e6, outputUsd: 1e6 };
  const tokens = (promptTokens: number, completionTokens: number) => ({ promptTokens, completionTokens });

  const budgetOf = async (maxUsd: number) => {
    const ledger = await CallLedger.open(join(await temporaryFolder(), 'calls.jsonl'));
    onTestFinished(() => ledger.close());
    return new Budget({ maxUsd, maxCalls: 0 }, dollars, ledger);
  };

  test('lost calls stay counted at their most, refused ones do not', async () => {
    const budget = await budgetOf(6);
    await (await budget.reserve('k', tokens(1, 1)))?.free();
    (await budget.reserve('k', tokens(1, 1)))?.lost();
    await (await budget.reserve('k', tokens(1, 1)))?.paid(tokens(1, 0));
    expect(budget.spent()).toMatchObject({ calls: 1, lostCalls: 1, usd: 1, lostUsdAtMost: 2 });
    // 3 are gone; 2 x 1.1 + 1 are too many, 1 x 1.1 + 1 are not.
    expect(await budget.reserve('k', tokens(2, 1))).toBeUndefined();
    expect(await budget.reserve('k', tokens(1, 1))).toBeDefined();
  });

  test('reservations follow the worst call: a tenth more prompt, never less than the longest reply', async () => {
    const budget = await budgetOf(30);
    const call = tokens(10, 10);
    await (await budget.reserve('k', call))?.paid(tokens(5, 1)); // from now on 10 x .55 + 10
    expect(budget.reserveNow('k', call)).toBeDefined();
    expect(budget.reserveNow('k', call)).toBeUndefined(); // 6 + 15.5 + 15.5 > 30
    const hidden = await budgetOf(100);
    await (await hidden.reserve('k', call))?.paid(tokens(20, 30)); // more than was ever sent: from now on 10 x 2.2 + 10 x 3
    expect(hidden.reserveNow('k', call)).toBeUndefined();
  });

  test('a call waits for those under way, whose cost may leave room', async () => {
    const budget = await budgetOf(2);
    const first = await budget.reserve('k', tokens(1, 1));
    const second = budget.reserve('k', tokens(1, 1));
    void first?.free();
    const third = await second;
    expect(third).toBeDefined();
    await third?.paid(tokens(1, 1));
    expect(await budget.reserve('k', tokens(1, 1))).toBeUndefined();
  });
});

describe('inOrder', () => {
  const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

  test('results in the order of the items, whichever is done first; no more under way than may be', async () => {
    let [now, most] = [0, 0];
    const results: number[] = [];
    const work = async (n: number) => {
      most = Math.max(most, ++now);
      await wait(n % 3 === 0 ? 20 : 1);
      now--;
      return n * n;
    };
    for await (const result of inOrder([0, 1, 2, 3, 4, 5, 6], { parallel: 3, ahead: 10 }, work)) results.push(result);
    expect(results).toEqual([0, 1, 4, 9, 16, 25, 36]);
    expect(most).toBe(3);
  });

  test('an error comes in its turn, after it nothing is started, and what is under way is waited for', async () => {
    const [started, ended]: number[][] = [[], []];
    const results: number[] = [];
    const run = async () => {
      const work = async (n: number) => {
        started!.push(n);
        await wait(n === 1 ? 5 : 20);
        if (n === 1) throw new Error('one');
        ended!.push(n);
        return n;
      };
      for await (const result of inOrder([0, 1, 2, 3, 4, 5], { parallel: 2, ahead: 6 }, work)) results.push(result);
    };
    await expect(run()).rejects.toThrow('one');
    expect([results, started, ended]).toEqual([[0], [0, 1], [0]]);
  });

  test('a caller who stops early gets no more work done', async () => {
    let started = 0;
    for await (const _ of inOrder(Array.from({ length: 50 }), { parallel: 1, ahead: 50 }, async () => void started++))
      break;
    await wait(5);
    expect(started).toBeLessThan(5);
  });
});

describe('forEachParallel', () => {
  test('keeps so many under way, and no more', async () => {
    let open = 0;
    const most: number[] = [];
    await forEachParallel([1, 2, 3, 4, 5], 2, async () => {
      most.push(++open);
      await new Promise((resolve) => setTimeout(resolve, 2));
      open--;
    });
    expect(Math.max(...most)).toBe(2);
    expect(most).toHaveLength(5);
  });

  test('stops at an error, or when told to', async () => {
    const done: number[] = [];
    const work = (n: number) => {
      if (n === 2) throw new Error('two');
      done.push(n);
      return Promise.resolve();
    };
    await expect(forEachParallel([1, 2, 3], 1, work)).rejects.toThrow('two');
    expect(done).toEqual([1]);
    await forEachParallel([4, 5, 6], 1, (n) => Promise.resolve(n === 5 ? ('stop' as const) : void done.push(n)));
    expect(done).toEqual([1, 4]);
  });
});

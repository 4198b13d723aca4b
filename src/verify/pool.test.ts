import { setTimeout } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { KillablePool, type PoolOptions } from './pool.js';
import type { MathItem } from './math-item.js';
import type { Verdict } from './types.js';

const item = (response: string): MathItem => ({ gold: '7', response, options: {}, steps: false });
const right = '\\boxed{7}';
const wrong = '\\boxed{8}';

/** A pool of real threads whose worker obeys `hang`, `exit` and so on (testing/hostile-worker.ts). */
function pool(options: Partial<PoolOptions<null | 'hang'>> = {}): KillablePool<null | 'hang', MathItem, Verdict> {
  const made = new KillablePool<null | 'hang', MathItem, Verdict>({
    url: new URL('./testing/hostile-worker.js', import.meta.url),
    name: 'hostile',
    setup: null,
    workers: 1,
    batchSize: 32,
    timeoutMs: 500,
    ...options,
  });
  onTestFinished(() => made.dispose());
  return made;
}

/** Short words for what became of each response. */
async function outcomes(made: KillablePool<null | 'hang', MathItem, Verdict>, responses: string[]): Promise<string[]> {
  const done = await made.run(responses.map(item));
  return done.map((d) => (d.status === 'done' ? d.result.outcome : d.status));
}

describe('KillablePool', () => {
  test('keeps the order over many batches and threads', async () => {
    const responses = Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? right : wrong));
    const expected = responses.map((r) => (r === right ? 'match' : 'mismatch'));
    const made = pool({ workers: 2, batchSize: 16 });
    expect(await outcomes(made, responses)).toEqual(expected);
    expect(await Promise.all([outcomes(made, responses), outcomes(made, [wrong])])).toEqual([expected, ['mismatch']]);
    expect(await made.run([])).toEqual([]);
  });

  test('a hanging, dying or throwing item costs its own verdict; those around it in the batch keep theirs', async () => {
    const responses = [right, 'hang', wrong, 'exit', right, 'throw', right, 'never', wrong];
    const done = await pool().run(responses.map(item));
    expect(done.map((d) => (d.status === 'done' ? d.result.outcome : d.status))).toEqual([
      'match',
      'timeout',
      'mismatch',
      'failed',
      'match',
      'failed',
      'match',
      'timeout',
      'mismatch',
    ]);
    expect(done[1]?.timeMs).toBeGreaterThanOrEqual(500);
    expect(done[1]?.timeMs).toBeLessThan(700);
    expect(done[3]).toMatchObject({ reason: expect.stringContaining('code 3') as string });
    expect(done[5]).toMatchObject({ reason: 'threw: my fault' });
  });

  test('the clock is of the work, not of the queue: many items of 60 ms pass a limit of 300 ms', async () => {
    const done = await pool({ timeoutMs: 300 }).run(Array.from({ length: 8 }, () => item('busy')));
    expect(new Set(done.map((d) => d.status))).toEqual(new Set(['done']));
    for (const { timeMs } of done) expect(timeMs).toBeGreaterThanOrEqual(59);
  });

  test('a limit of its own for one call', async () => {
    const made = pool({ timeoutMs: 60_000 });
    const [done] = await made.run([item('hang')], 50);
    expect(done).toMatchObject({ status: 'timeout' });
  });

  test('an item that eats memory fails, and the process lives', async () => {
    const made = pool({ timeoutMs: 20_000, resourceLimits: { maxOldGenerationSizeMb: 64 } });
    expect(await outcomes(made, [right, 'memory', wrong])).toEqual(['match', 'failed', 'mismatch']);
  });

  test('a thread that an earlier item left blocked is replaced', async () => {
    const made = pool({ batchSize: 1, beginMs: 300 });
    expect(await outcomes(made, ['aftermath'])).toEqual(['no_answer']);
    await setTimeout(50);
    const begun = performance.now();
    expect(await outcomes(made, [right])).toEqual(['match']);
    expect(performance.now() - begun).toBeGreaterThan(300);
  });

  test('a worker that cannot be loaded is said at once, and never hangs a run', async () => {
    const made = pool({ url: new URL('./testing/no-such-worker.js', import.meta.url) });
    await expect(pool({ url: new URL('./testing/no-such-worker.js', import.meta.url) }).ready()).rejects.toMatchObject({
      code: 'engine',
    });
    expect(await outcomes(made, [right])).toEqual(['failed']);
  });

  test('a thread that never loads fails what it was to work on, and is said to', async () => {
    const reason = expect.stringContaining('was not loaded within 0.3 s') as string;
    expect(await pool({ setup: 'hang', loadMs: 300 }).run([item(right)])).toMatchObject([{ status: 'failed', reason }]);
    await expect(pool({ setup: 'hang', loadMs: 300 }).ready()).rejects.toMatchObject({ code: 'verifier' });
  });

  test('dispose ends what waits and what works, and later calls', async () => {
    const made = pool({ timeoutMs: 60_000, batchSize: 1 });
    const waiting = outcomes(made, ['hang', right, right]);
    await made.ready();
    await made.dispose();
    expect(await waiting).toEqual(['failed', 'failed', 'failed']);
    expect(await outcomes(made, [right])).toEqual(['failed']);
  });
});

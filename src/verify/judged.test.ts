import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { failuresOf, judgeAll, refuseAllFailed, RewardWatch, type JudgedResponse } from './judged.js';
import { openModuleVerifier } from './module.js';
import type { Verdict, Verifier } from './types.js';

const problem = { id: 'p', question: 'q', answer: '1' };
const pairs = [
  { problem, response: 'a' },
  { problem, response: 'bb' },
];
const saying = (...verdicts: Verdict[]): Verifier => ({
  name: 'test',
  verifyMany: async () => verdicts,
  dispose: async () => {},
});
const error: Verdict = { outcome: 'error', rule: 'r', reason: 'first' };

describe('judgeAll', () => {
  it('gives verdicts with rewards, and makes a failure of a reward that is none', async () => {
    const verifier = saying({ outcome: 'match', rule: 'r' }, { outcome: 'partial', rule: 'r', reward: NaN });
    const [right, failed] = await judgeAll(verifier, pairs);
    expect(right).toEqual({ verdict: { outcome: 'match', rule: 'r' }, reward: 1 });
    expect(failed).toMatchObject({ verdict: { outcome: 'error', reason: expect.stringContaining('NaN') as string } });
    expect(failed?.reward).toBeUndefined();
    const tooMuch = saying({ outcome: 'partial', rule: 'r', reward: 2 }, error);
    expect((await judgeAll(tooMuch, pairs)).map((j) => j.reward)).toEqual([undefined, undefined]);
  });

  it('refuses missing verdicts', async () => {
    await expect(judgeAll(saying(error), pairs)).rejects.toMatchObject({ code: 'verifier', where: 'test' });
  });
});

describe('refuseAllFailed', () => {
  const failed = { verdict: error, reward: undefined };
  const timeout = { verdict: { outcome: 'timeout', rule: 'r' } as Verdict, reward: null };
  const wrong = { verdict: { outcome: 'mismatch', rule: 'r' } as Verdict, reward: 0 };

  it('stops only where nothing has a reward; 0 is one', () => {
    const stop = (...judged: Parameters<typeof refuseAllFailed>[0]) => {
      refuseAllFailed(judged, 'name');
      return 'fine';
    };
    expect([stop(), stop(wrong), stop(failed, timeout, wrong)]).toEqual(['fine', 'fine', 'fine']);
    expect(() => stop(timeout, failed, failed)).toThrowError(
      expect.objectContaining({
        code: 'verifier',
        message: 'none of 3 responses got a reward (timeout 1, error 2); the first: first',
        where: 'reward name',
      }),
    );
    expect(failuresOf([wrong])).toBeUndefined();
    expect(failuresOf([wrong, timeout])).toMatchObject({ count: 1, of: 2, kinds: 'timeout 1' });
  });

  it('names the time-out of a module that hangs every time', async () => {
    const path = join(await temporaryFolder(), 'hang.mjs');
    await writeFile(path, 'export default () => { while (true) {} };\n');
    const verifier = await openModuleVerifier(path, { timeoutMs: 300 });
    const judged = await judgeAll(verifier, pairs);
    await verifier.dispose();
    expect(() => refuseAllFailed(judged, path)).toThrowError(
      expect.objectContaining({
        message: 'none of 2 responses got a reward (timeout 2); the first: no verdict after 300 ms',
      }),
    );
  });

  // Modules that people wrote; they stand beside the repository where there is a copy of them.
  const folder = fileURLToPath(new URL('../../../shared/data/reports/reward/', import.meta.url));
  it.skipIf(!existsSync(folder))(
    'stops for every module of the reports but the one that fails now and then',
    async () => {
      for (const name of await readdir(folder)) {
        const verifier = await openModuleVerifier(join(folder, name), { timeoutMs: 300 });
        const responses = ['a', 'bb', 'ccc', 'dddd'].map((response) => ({ problem, response }));
        const judged = await judgeAll(verifier, responses);
        await verifier.dispose();
        const stop = () => refuseAllFailed(judged, name);
        if (name === 'throwsome.mjs') expect(stop).not.toThrow();
        else expect(stop, name).toThrowError(expect.objectContaining({ code: 'verifier' }));
      }
    },
  );
});

describe('RewardWatch', () => {
  const failed: JudgedResponse = { verdict: error, reward: undefined };
  const wrong: JudgedResponse = { verdict: { outcome: 'mismatch', rule: 'r' }, reward: 0 };
  const step = (size: number, one: JudgedResponse) => Array.from({ length: size }, () => one);
  const refusal = (count: number) =>
    expect.objectContaining({
      code: 'verifier',
      message: `none of ${count} responses got a reward (error ${count}); the first: first`,
    }) as Error;

  it('stops at a step without a reward, a small one only where others went before', () => {
    expect(() => new RewardWatch('v').see(step(36, failed), false)).toThrowError(refusal(36));
    const small = new RewardWatch('v');
    for (let i = 0; i < 3; i++) small.see(step(4, failed), false);
    expect(() => small.see(step(4, failed), false)).toThrowError(refusal(16));
  });

  it('begins anew after every reward', () => {
    const watch = new RewardWatch('v');
    for (let i = 0; i < 10; i++) watch.see([...step(3, failed), ...step(i % 2, wrong)], false);
    expect(() => watch.see(step(16, failed), false)).toThrowError(refusal(16));
  });

  it('ends a training that never saw a reward, however short', () => {
    expect(() => new RewardWatch('v').see(step(2, failed), true)).toThrowError(refusal(2));
    const seen = new RewardWatch('v');
    seen.see([wrong], false);
    expect(() => seen.see(step(2, failed), true)).not.toThrow();
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verdictOf } from './module-verdict.js';
import { openVerifier } from './open.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-reward-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function writeModule(name: string, code: string): Promise<string> {
  await writeFile(join(folder, name), code);
  return `./${name}`;
}

const problem = { id: 'p', question: 'Q', answer: '7', type: 'sum' };
const pairs = (...responses: string[]) => responses.map((response) => ({ problem, response }));

describe('openVerifier with a module', () => {
  test('numbers, booleans, verdicts and promises become verdicts, in order', async () => {
    const reward = await writeModule(
      'kinds.mjs',
      `export default (problem, response) => ({
        number: 0.5, one: 1, zero: 0, yes: true, no: false, later: Promise.resolve(1),
        verdict: { outcome: 'no_answer', rule: 'mine' }, field: problem.type === 'sum' ? 1 : 0,
      })[response];`,
    );
    const verifier = await openVerifier(reward, { baseFolder: folder });
    const verdicts = await verifier.verifyMany(
      pairs('number', 'one', 'zero', 'yes', 'no', 'later', 'verdict', 'field'),
    );
    expect(verdicts.map((v) => v.outcome)).toEqual([
      'partial',
      'match',
      'mismatch',
      'match',
      'mismatch',
      'match',
      'no_answer',
      'match',
    ]);
    expect(verdicts[0]?.reward).toBe(0.5);
    await verifier.dispose();
    expect((await verifier.verifyMany(pairs('one')))[0]?.outcome).toBe('error');
  });

  test('exceptions, endless loops, dead threads and nonsense cost one verdict each', async () => {
    const reward = await writeModule(
      'bad.mjs',
      `export default async (problem, response) => {
        if (response === 'throw') throw new Error('my fault');
        if (response === 'loop') for (;;);
        if (response === 'never') return new Promise(() => {});
        if (response === 'exit') process.exit(3);
        if (response === 'nonsense') return 'good';
        return 1;
      };`,
    );
    const verifier = await openVerifier(reward, { baseFolder: folder, timeoutMs: 500, workers: 1 });
    const responses = ['ok', 'throw', 'loop', 'ok', 'never', 'exit', 'ok', 'nonsense', 'ok'];
    const verdicts = await verifier.verifyMany(pairs(...responses));
    expect(verdicts.map((v) => v.outcome)).toEqual([
      'match',
      'error',
      'timeout',
      'match',
      'timeout',
      'error',
      'match',
      'error',
      'match',
    ]);
    expect(verdicts[1]?.reason).toContain('my fault');
    await verifier.dispose();
  });

  test('a module that is missing, broken or exports no function is said at once', async () => {
    const open = (name: string) => openVerifier(name, { baseFolder: folder });
    await expect(open('./none.mjs')).rejects.toMatchObject({ code: 'config', where: 'reward' });
    await expect(open('nothing')).rejects.toMatchObject({ code: 'config', where: 'reward' });
    await expect(open(await writeModule('syntax.mjs', 'export default ('))).rejects.toMatchObject({ code: 'verifier' });
    await expect(open(await writeModule('empty.mjs', 'export const x = 1;'))).rejects.toMatchObject({
      code: 'verifier',
      where: join(folder, 'empty.mjs'),
    });
  });

  test('boxed is the built-in verifier', async () => {
    expect((await openVerifier('boxed')).name).toBe('boxed');
  });
});

describe('verdictOf', () => {
  test.each([
    NaN,
    -0.1,
    1.5,
    null,
    undefined,
    'x',
    { outcome: 'maybe' },
    { outcome: 'partial' },
    { outcome: 'match', extra: 1 },
  ])('%j is an error with a reason', (value) => {
    expect(verdictOf(value)).toMatchObject({ outcome: 'error', reason: expect.stringMatching(/./) });
  });
});

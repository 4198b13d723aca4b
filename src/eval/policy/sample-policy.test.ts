import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Rng } from '../../core/rng.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { numericVerifier, type Verifier } from '../../verify/index.js';
import { policyScores } from './policy-scores.js';
import { recordsOf, type SampleLine } from './sample-line.js';
import { samplePolicy } from './sample-policy.js';
import { sums, sumTasks } from './testing/sums.js';
import type { Sampled, SampleTask, TextPolicy } from './types.js';

const K = 3;
const tasks = sumTasks(K);
const right = (task: SampleTask): Sampled => {
  const text = `so \\boxed{${task.problem.answer}}`;
  return { task, text, said: text, tokens: 5, stopReason: 'stop' };
};

/** A policy that answers task by task; `asked` counts. */
function policyOf(answer: (task: SampleTask) => Sampled): TextPolicy & { asked: SampleTask[] } {
  const asked: SampleTask[] = [];
  return {
    asked,
    name: 'test',
    failureCode: 'llm',
    async *sample(all, wanted) {
      for (const task of all.filter(wanted)) {
        asked.push(task);
        yield await Promise.resolve([answer(task)]);
      }
    },
    dispose: () => Promise.resolve(),
  };
}

async function setting() {
  const path = join(await temporaryFolder(), 'samples.jsonl');
  const run = (policy: TextPolicy, verifier: Verifier = numericVerifier) =>
    samplePolicy({ policy, verifier, tasks, path });
  const read = async () => {
    const text = await readFile(path, 'utf8');
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as SampleLine);
  };
  return { path, run, read };
}

describe('samplePolicy', () => {
  test('a line a sample with its verdict, in the order of the tasks', async () => {
    const { run, read } = await setting();
    const lines = await run(policyOf(right));
    expect(lines.size).toBe(tasks.length);
    expect(await read()).toEqual([...lines.values()]);
    expect([...lines.values()][1]).toEqual({
      set: 'sums',
      problemId: 's0',
      attempt: 1,
      traceIds: [],
      text: 'so \\boxed{3}',
      tokens: 5,
      stopReason: 'stop',
      extracted: '3',
      verdict: 'match',
      rule: expect.any(String) as string,
      reward: 1,
    });
  });

  test('stopped anywhere and started again, it asks for the rest only and leaves the same file', async () => {
    const whole = await setting();
    await whole.run(policyOf(right));
    const expected = await readFile(whole.path, 'utf8');
    const { path, run } = await setting();
    let left = 7;
    const dying = policyOf((task) => {
      if (left-- === 0) throw new Error('killed');
      return right(task);
    });
    await expect(run(dying)).rejects.toThrow('killed');
    await truncate(path, (await readFile(path, 'utf8')).length - 20); // the last line is torn
    const rest = policyOf(right);
    await run(rest);
    expect(rest.asked.map(({ problem, attempt }) => `${problem.id}/${attempt}`)[0]).toBe('s2/0');
    expect(rest.asked).toHaveLength(tasks.length - 6);
    expect(await readFile(path, 'utf8')).toBe(expected);
    const nothing = policyOf(right);
    await run(nothing);
    expect(nothing.asked).toEqual([]);
  });

  test('what failed stands in the file, is in no figure, is tried again, and the order is mended', async () => {
    const whole = await setting();
    await whole.run(policyOf(right));
    const { path, run } = await setting();
    const failing = policyOf((task) => (task.attempt === 1 ? { task, failed: 'server: away' } : right(task)));
    const lines = await run(failing);
    const records = recordsOf(tasks, lines);
    expect(records[0]).toMatchObject({ problemId: 'sums/s0', split: 'sums', samples: { length: 2 } });
    const { scores } = policyScores(records, { k: K, resamples: 100, rng: Rng.fromSeed(1) });
    expect(scores).toMatchObject([{ split: 'sums', n: 6, average: 1, notSampled: 6, responses: { samples: 12 } }]);
    expect(scores[0]!.passAt.map(({ k }) => k)).toEqual([1, 2]);
    const again = policyOf(right);
    await run(again);
    expect(again.asked.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await readFile(path, 'utf8')).toBe(await readFile(whole.path, 'utf8'));
  });

  test('a problem of which nothing was sampled has failed, and a split of such ones has no figure', async () => {
    const { run } = await setting();
    const lines = await run(
      policyOf((task) => (task.problem === sums[0] ? { task, failed: 'too long' } : right(task))),
    );
    const records = recordsOf(tasks, lines);
    expect(records[0]).toMatchObject({ samples: [], failed: 'too long' });
    const options = { k: K, resamples: 100, rng: Rng.fromSeed(1) };
    expect(policyScores(records, options).scores[0]).toMatchObject({ n: 5, failedProblems: 1, notSampled: K });
    expect(policyScores(records.slice(0, 1), options)).toEqual({
      scores: [],
      unscored: [{ split: 'sums', reason: 'too long', sampled: false }],
    });
  });

  test('cut off before anything was said counts 0, without asking the verifier', async () => {
    const { run } = await setting();
    const cut = policyOf((task) => ({ task, text: '\\boxed{3}', said: undefined, tokens: 9, stopReason: 'length' }));
    const lines = await run(cut, {
      ...numericVerifier,
      verifyMany: (pairs) => Promise.resolve(pairs.map(() => ({ outcome: 'match', rule: 'r' }))),
    });
    expect([...lines.values()][0]).toMatchObject({ verdict: 'no_answer', rule: 'cut-off', reward: 0, extracted: null });
    const { scores } = policyScores(recordsOf(tasks, lines), { k: K, resamples: 100, rng: Rng.fromSeed(1) });
    expect(scores[0]).toMatchObject({ average: 0, responses: { cutOff: 18, noAnswer: 18 } });
  });

  test('refused where nothing at all is sampled or judged, with the first reason', async () => {
    const { run } = await setting();
    await expect(run(policyOf((task) => ({ task, failed: 'server: away' })))).rejects.toMatchObject({
      code: 'llm',
      message: expect.stringContaining('any of 18 samples; the first reason, 18 times: server: away') as string,
    });
    const broken: Verifier = {
      ...numericVerifier,
      verifyMany: (pairs) => Promise.resolve(pairs.map(() => ({ outcome: 'error', rule: 'r', reason: 'boom' }))),
    };
    await expect(run(policyOf(right), broken)).rejects.toMatchObject({
      code: 'verifier',
      message: expect.stringContaining('boom') as string,
    });
    const { run: other } = await setting();
    const nan: Verifier = {
      ...numericVerifier,
      verifyMany: (pairs) => Promise.resolve(pairs.map(() => ({ outcome: 'partial', rule: 'r', reward: NaN }))),
    };
    await expect(other(policyOf(right), nan)).rejects.toMatchObject({ code: 'verifier' });
  });

  test('many failures before the first answer end it early', async () => {
    const many = sumTasks(100);
    const path = join(await temporaryFolder(), 'samples.jsonl');
    const policy = policyOf((task) => ({ task, failed: 'status 400' }));
    await expect(samplePolicy({ policy, verifier: numericVerifier, tasks: many, path })).rejects.toThrow('status 400');
    expect(policy.asked).toHaveLength(64);
  });

  test('lines of other tasks are dropped, damaged ones refused with their place', async () => {
    const { path, run, read } = await setting();
    await run(policyOf(right));
    const [line] = await read();
    await writeFile(path, `${JSON.stringify({ ...line, problemId: 'gone' })}\n`);
    await run(policyOf(right));
    expect((await read()).map(({ problemId }) => problemId)).not.toContain('gone');
    await writeFile(path, `{"set":\n${JSON.stringify(line)}\n`);
    await expect(run(policyOf(right))).rejects.toMatchObject({ code: 'data', where: `${path}:1` });
  });
});

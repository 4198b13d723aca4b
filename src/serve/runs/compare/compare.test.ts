import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../../core/jsonl.js';
import { temporaryFolder } from '../../../core/testing/temporary-folder.js';
import type { EvalRecord, Summary } from '../../../eval/index.js';
import { pointsWithInterval } from '../../../report/numbers.js';
import { rawRequest, ready } from '../../testing/served.js';
import { tinyRuns } from '../../testing/tiny-runs.js';
import type { ComparisonAnswer, ProblemAnswer } from './schemas.js';

const { folder } = tinyRuns('tiny', 'longer', 'elsewhere');

async function asking(runs = folder()): Promise<<T>(query: Record<string, string>, problem?: string) => Promise<T>> {
  const { url } = await ready([], { runs });
  return async (query, problem) => {
    const search = new URLSearchParams(problem === undefined ? query : { ...query, problem });
    const path = problem === undefined ? 'compare' : 'compare/problem';
    return (await rawRequest(`${url}/v1/${path}?${search.toString()}`)).json();
  };
}

describe('two arms', () => {
  it('of one run differ by what its summary says', async () => {
    const ask = await asking();
    const answer = await ask<ComparisonAnswer>({ a: 'tiny:ra-rft', b: 'tiny:grpo' });
    const summary = JSON.parse(await readFile(join(folder(), 'tiny', 'summary.json'), 'utf8')) as Summary;
    const { a, b, split, mean, ci95, n } = summary.differences[0]!;
    expect([a, b]).toEqual(['ra-rft', 'grpo']);
    expect(answer.splits).toMatchObject([{ split, difference: mean, ci95, n }]);
    const all = answer.problems.map(({ difference }) => difference);
    expect(all).toEqual(all.toSorted((x, y) => y - x));
    expect(all.reduce((x, y) => x + y) / all.length).toBeCloseTo(mean, 9);
    const { better } = answer;
    expect(better.a + better.b + better.same).toBe(n);
    const turned = await ask<ComparisonAnswer>({ a: 'tiny:ra-rft', b: 'tiny:grpo', order: 'b-first' });
    expect(turned.problems[0]!.difference).toBe(all.at(-1));
  });

  it('have the intervals of the report, where an older version has drawn them too', async () => {
    const runs = await temporaryFolder();
    const root = join(runs, 'tiny');
    await cp(join(folder(), 'tiny'), root, { recursive: true });
    const path = join(root, 'summary.json');
    const summary = JSON.parse(await readFile(path, 'utf8')) as Summary;
    const [row] = summary.differences;
    row!.ci95 = [row!.mean - 0.123, row!.mean + 0.234];
    const [low, high] = row!.ci95;
    await writeFile(path, JSON.stringify(summary));
    const { url } = await ready([], { runs });
    const told = async (query: string) =>
      (await rawRequest(`${url}/v1/compare?${query}`)).json() as unknown as ComparisonAnswer;
    const report = (await rawRequest(`${url}/v1/runs/tiny/report`)).text;
    expect(report).toContain(pointsWithInterval(row!.mean, [low, high]));
    const { splits } = await told('a=tiny:ra-rft&b=tiny:grpo');
    expect(splits).toMatchObject([{ difference: row!.mean, ci95: [low, high] }]);
    const turned = await told('a=tiny:grpo&b=tiny:ra-rft');
    expect(turned.splits).toMatchObject([{ difference: -row!.mean, ci95: [-high, -low] }]);
    // The summary says nothing of another step.
    const before = await told('a=tiny:ra-rft&b=tiny:grpo&stepA=0&stepB=0');
    expect(before.splits[0]!.ci95).not.toEqual([low, high]);
    // Nor of samples that are others by now.
    await writeFile(path, JSON.stringify({ ...summary, differences: [{ ...row, mean: row!.mean + 0.01 }] }));
    expect((await told('a=tiny:ra-rft&b=tiny:grpo')).splits[0]!.ci95).not.toEqual([low, high]);
  });

  it('of two runs are paired where both were tested on the same problems', async () => {
    const ask = await asking();
    const answer = await ask<ComparisonAnswer>({ a: 'longer:ra-rft', b: 'tiny:ra-rft' });
    expect(answer).toMatchObject({ a: { run: 'longer', step: 4, steps: [0, 2, 4] }, b: { run: 'tiny', step: 2 } });
    expect(answer.splits[0]!.n).toBeGreaterThan(0);
    const { difference, ci95 } = answer.splits[0]!;
    const turned = await ask<ComparisonAnswer>({ a: 'tiny:ra-rft', b: 'longer:ra-rft' });
    const close = (value: number) => expect.closeTo(-value, 12) as number;
    expect(turned.splits).toMatchObject([{ difference: close(difference!), ci95: ci95!.toReversed().map(close) }]);
    const before = await ask<ComparisonAnswer>({ a: 'longer:ra-rft', b: 'tiny:ra-rft', stepA: '0', stepB: '0' });
    expect(before.splits[0]).toMatchObject({ difference: 0, ci95: [0, 0] });
  });

  it('of runs with other test problems are refused by name', async () => {
    const ask = await asking();
    expect(await ask({ a: 'elsewhere:ra-rft', b: 'tiny:ra-rft' })).toMatchObject({
      error: {
        code: 'data',
        message: expect.stringMatching(/elsewhere and tiny were tested on other problems/) as string,
      },
    });
  });

  it('that are not there, or were not evaluated at a step, are refused', async () => {
    const ask = await asking();
    const refused = { error: { code: 'usage' } };
    expect(await ask({ a: 'tiny:none', b: 'tiny:grpo' })).toMatchObject(refused);
    expect(await ask({ a: 'none:grpo', b: 'tiny:grpo' })).toMatchObject(refused);
    expect(await ask({ a: 'tiny', b: 'tiny:grpo' })).toMatchObject(refused);
    expect(await ask({ a: 'tiny:grpo', b: 'tiny:ra-rft', stepA: '1' })).toMatchObject({
      error: { expected: 'step 0, 2' },
    });
    expect(await ask({ a: 'tiny:grpo', b: 'tiny:ra-rft' }, 'none')).toMatchObject(refused);
  });

  it('leave out what failed for one of them, and count it', async () => {
    const runs = await temporaryFolder();
    await cp(join(folder(), 'tiny'), join(runs, 'tiny'), { recursive: true });
    const path = join(runs, 'tiny', 'eval', 'grpo', '000002.jsonl');
    const records = await readJsonlAll<EvalRecord>(path);
    const [first, ...rest] = records;
    const failed: EvalRecord = { ...first!, samples: [], failed: 'the server did not answer' };
    await writeFile(path, [failed, ...rest].map((one) => `${JSON.stringify(one)}\n`).join(''));
    const ask = await asking(runs);
    const sides = { a: 'tiny:ra-rft', b: 'tiny:grpo' };
    const answer = await ask<ComparisonAnswer>(sides);
    expect(answer.splits).toMatchObject([{ n: records.length - 1, leftOut: 1 }]);
    expect(answer.problems.map(({ problemId }) => problemId)).not.toContain(first!.problemId);
    const problem = await ask<ProblemAnswer>(sides, first!.problemId);
    expect(problem.b).toMatchObject({ failed: 'the server did not answer', samples: [] });
  });

  it('show what both said to a problem', async () => {
    const ask = await asking();
    const [record] = await readJsonlAll<EvalRecord>(join(folder(), 'tiny', 'eval', 'ra-rft', '000002.jsonl'));
    const { a, b, problem } = await ask<ProblemAnswer>({ a: 'tiny:ra-rft', b: 'tiny:grpo' }, record!.problemId);
    expect(problem.id).toBe(record!.problemId);
    expect(a.samples.map(({ text }) => text)).toEqual(record!.samples.map(({ text }) => text));
    expect(a.traces[0]).toMatchObject({ id: record!.traceIds[0], trace: expect.stringMatching('boxed') as string });
    expect(b.traces).toEqual([]);
  });
});

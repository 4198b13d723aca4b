import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RaRftError } from '../core/errors.js';
import { loadProblems, loadTraces } from './load.js';
import { writeJsonl } from './write.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-data-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(...lines: (string | object)[]): Promise<string> {
  const path = join(folder, `${Math.floor(performance.now() * 1e6)}.jsonl`);
  await writeFile(path, lines.map((l) => (typeof l === 'string' ? l : JSON.stringify(l))).join('\n'));
  return path;
}

async function failure(promise: Promise<unknown>): Promise<RaRftError> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof RaRftError)) throw new Error(`expected a RaRftError, got ${String(error)}`);
  return error;
}

const good = { question: 'What is 1 + 1?', answer: '2' };

describe('loadProblems', () => {
  test('maps fields, follows dots, takes numbers as text and skips empty lines', async () => {
    const path = await file('\uFEFF' + JSON.stringify({ key: 7, problem: ' Q1 ', meta: { gold: 12 } }), '', {
      key: 8,
      problem: 'Q2',
      meta: { gold: '3' },
    });
    const { items } = await loadProblems(path, { fields: { id: 'key', question: 'problem', answer: 'meta.gold' } });
    expect(items).toEqual([
      { id: '7', question: 'Q1', answer: '12' },
      { id: '8', question: 'Q2', answer: '3' },
    ]);
  });

  test('ids made from content are stable and what is written is read again', async () => {
    const path = await file({ ...good, solution: 'S', type: 't', truth: 'r', split: 'seen', source: 's' });
    const first = (await loadProblems(path)).items;
    expect(first[0]?.id).toMatch(/^p-[0-9a-f]{16}$/);
    const again = join(folder, 'again.jsonl');
    await writeJsonl(again, first);
    expect((await loadProblems(again)).items).toEqual(first);
  });

  test('an equation gives truth and solution, and those of the file win', async () => {
    const sum = { question: '3 and 4?', answer: '7', equation: '3+4=7' };
    const { items } = await loadProblems(await file(sum, { ...sum, id: 'own', solution: 'mine', truth: 'T' }));
    expect(items[0]).toMatchObject({ truth: 'n0+n1', solution: expect.stringContaining('\\boxed{7}') });
    expect(items[1]).toMatchObject({ truth: 'T', solution: 'mine' });
  });

  test.each<[string, (string | object)[], number, RegExp]>([
    ['a line that is not JSON', [good, '{"question": '], 2, /not valid JSON/],
    ['a line that is a list', ['[1]'], 1, /not a JSON object/],
    ['no answer', [good, '', { question: 'Q' }], 3, /answer.*missing.*question/],
    ['an empty answer', [{ question: 'Q', answer: '  ' }], 1, /answer.*empty/],
    ['an answer that is a list', [{ question: 'Q', answer: ['1'] }], 1, /a list/],
    [
      'a repeated id',
      [
        { ...good, id: 'a' },
        { ...good, id: 'a' },
      ],
      2,
      /already that of line 1/,
    ],
    ['the same problem twice, without ids', [good, { ...good }], 2, /already that of line 1/],
  ])('%s is an error with file and line', async (_what, lines, line, message) => {
    const path = await file(...lines);
    const error = await failure(loadProblems(path));
    expect(error).toMatchObject({ code: 'data', where: `${path}:${line}` });
    expect(error.message).toMatch(message);
  });

  test('hints at the field that was meant', async () => {
    expect((await failure(loadProblems(await file({ problem: 'Q', answer: '1' })))).hint).toContain(
      'fields.question: problem',
    );
    expect((await failure(loadProblems(await file({ question: 'Q', anwser: '1' })))).hint).toContain(
      'fields.answer: anwser',
    );
  });

  test('a mapped field that no line has is an error', async () => {
    const path = await file(good);
    const error = await failure(loadProblems(path, { fields: { type: 'kind' } }));
    expect(error).toMatchObject({ code: 'data', where: path });
    expect(error.message).toContain('kind');
  });

  test('gold answers are checked when read and left out by default; what is left out is listed', async () => {
    const path = await file(good, { question: 'Q', answer: 'blue' }, 'rubbish');
    const checkAnswer = (answer: string) => (answer === 'blue' ? 'no number' : undefined);
    expect(await failure(loadProblems(path, { checkAnswer }))).toMatchObject({ where: `${path}:3` });
    const strict = { checkAnswer, unverifiable: 'error', unusable: 'skip' } as const;
    expect(await failure(loadProblems(path, strict))).toMatchObject({ where: `${path}:2`, code: 'data' });
    const { items, skipped } = await loadProblems(path, { checkAnswer, unusable: 'skip' });
    expect(items).toHaveLength(1);
    expect(skipped.map((s) => s.where)).toEqual([`${path}:2`, `${path}:3`]);
  });

  test('a file that is missing, empty or without a usable line', async () => {
    expect(await failure(loadProblems(join(folder, 'none.jsonl')))).toMatchObject({ code: 'io' });
    expect(await failure(loadProblems(await file('')))).toMatchObject({ code: 'data' });
    expect(await failure(loadProblems(await file('x'), { unusable: 'skip' }))).toMatchObject({ code: 'data' });
  });
});

describe('loadTraces', () => {
  test('reads the solution, or the trace, or builds it from the equation', async () => {
    const path = await file(
      { ...good, id: 'a', solution: 'S' },
      { ...good, id: 'b', trace: 'T' },
      { id: 'c', question: '1 and 1', answer: '2', equation: '1+1=2' },
    );
    const { items } = await loadTraces(path);
    expect(items.map((t) => t.trace.split('\n').at(-1))).toEqual(['S', 'T', 'The answer is \\boxed{2}.']);
  });

  test('a trace without solution is an error', async () => {
    const path = await file(good);
    expect(await failure(loadTraces(path))).toMatchObject({ code: 'data', where: `${path}:1` });
  });
});

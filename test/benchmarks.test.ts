/** Benchmarks in the forms in which they are published; the real ones where they stand beside the repository. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { DataPresetName } from '../src/config/index.js';
import { temporaryFolder } from '../src/core/testing/temporary-folder.js';
import { openMathVerifier } from '../src/verify/index.js';
import { loadProblems, lookAtFile } from '../src/data/index.js';

const verifier = openMathVerifier(); // no thread starts before the first pair
const checkAnswer = (answer: string) => verifier.checkAnswer?.(answer);

async function load(preset: DataPresetName, rows: readonly object[]) {
  const path = join(await temporaryFolder(), 'benchmark.jsonl');
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return (await loadProblems(path, { preset })).items;
}

describe('forms on the Hub', () => {
  test.each<[string, DataPresetName, object, object]>([
    [
      'HuggingFaceH4/aime_2024, yentinglin/aime_2025',
      'aime24',
      { id: 60, problem: 'Q', solution: 'So $204$.', answer: '204', url: 'https://x', year: '2024' },
      { id: '60', question: 'Q', answer: '204', solution: 'So $204$.' },
    ],
    [
      'Maxwell-Jia/AIME_2024',
      'aime24',
      { ID: '2024-II-4', Problem: 'Q', Solution: 'Long.', Answer: 33 },
      { id: '2024-II-4', question: 'Q', answer: '33', solution: 'Long.' },
    ],
    [
      'math-ai/aime24: the answer in a box',
      'aime24',
      { id: 60, problem: 'Q', solution: '\\boxed{204}', url: 'https://x' },
      { id: '60', question: 'Q', answer: '204', solution: '\\boxed{204}' },
    ],
    ['math-ai/aime25', 'aime25', { problem: 'Q', answer: '70', id: '0' }, { id: '0', question: 'Q', answer: '70' }],
    ['opencompass/AIME2025', 'aime25', { question: 'Q', answer: '70' }, { question: 'Q', answer: '70' }],
    [
      'MathArena/aime_2026',
      'aime26',
      { problem_idx: 1, answer: 277, problem: 'Q' },
      { id: '1', question: 'Q', answer: '277' },
    ],
    [
      'MathArena/hmmt_feb_2025: the first of several types',
      'hmmt25',
      { problem_idx: 7, problem: 'Q', answer: '\\frac{1}{2}', problem_type: ['Number Theory', 'Algebra'] },
      { id: '7', question: 'Q', answer: '\\frac{1}{2}', type: 'number theory' },
    ],
    [
      'HuggingFaceH4/MATH-500',
      'math500',
      {
        problem: 'Q',
        solution: 'So \\boxed{3}.',
        answer: '3',
        subject: 'Counting & Probability',
        level: 2,
        unique_id: 'test/counting_and_probability/1.json',
      },
      {
        id: 'test/counting_and_probability/1.json',
        question: 'Q',
        answer: '3',
        solution: 'So \\boxed{3}.',
        type: 'combinatorics',
      },
    ],
    [
      'openai/gsm8k',
      'gsm8k',
      { question: 'Q', answer: 'He has 3 * 4 = <<3*4=12>>12.\n#### 12' },
      { question: 'Q', answer: '12' },
    ],
  ])('%s', async (_, preset, row, expected) => {
    expect(await load(preset, [row])).toMatchObject([expected]);
  });

  test('Parquet as MathArena publishes it', async () => {
    const path = fileURLToPath(new URL('../src/data/testing/matharena.parquet', import.meta.url));
    for (const preset of ['brumo25', 'hmmt25', 'aime25'] as const) {
      const { items, skipped } = await loadProblems(path, { preset, checkAnswer });
      expect(skipped).toEqual([]);
      expect(items.map(({ id, answer, type }) => [id, answer, type])).toEqual([
        ['1', '32', 'number theory'],
        ['2', '\\frac{5}{6}', 'algebra'],
        ['3', '4', undefined],
      ]);
    }
  });

  test('a record with none of the names is refused with what it has', async () => {
    await expect(load('aime24', [{ text: 'Q', answer: '1' }])).rejects.toMatchObject({
      code: 'data',
      message: expect.stringMatching(/problem\|question\|Problem .*text, answer/) as string,
    });
    // A name with null gives way to one with a value.
    expect(await load('aime24', [{ problem: null, question: 'Q', answer: '1' }])).toMatchObject([{ question: 'Q' }]);
    expect(await load('plain', [{ 'a|b': 'x', question: 'Q', answer: '1' }])).toHaveLength(1);
  });

  test('a file is told by its form, never by the name of a benchmark', async () => {
    const path = fileURLToPath(new URL('../src/data/testing/matharena.parquet', import.meta.url));
    const { mapping } = await lookAtFile(path);
    expect(['math', 'plain', 'numinamath', 'openr1-math']).toContain(mapping?.preset);
  });
});

const beside = fileURLToPath(new URL('../../shared/data/math/', import.meta.url));
const there = existsSync(beside);

describe.skipIf(!there)(`benchmarks beside the repository${there ? '' : ' (skipped: not there)'}`, () => {
  test.each<[string, DataPresetName, number]>([
    ['aime24', 'aime24', 30],
    ['hmmt_feb_2025', 'hmmt25', 30],
    ['math500', 'math500', 500],
  ])('%s: every problem is read and can be verified', async (name, preset, count) => {
    const { items, skipped } = await loadProblems(join(beside, `${name}.jsonl`), { preset, checkAnswer });
    expect(skipped).toEqual([]);
    expect(items).toHaveLength(count);
    const gold = await lines(name);
    expect(items.map(({ id, answer }) => [id, answer])).toEqual(gold.map(({ id, answer }) => [id, answer]));
  });

  test('gsm8k in the form of the Hub: the answers are those of its solutions', async () => {
    const gold = await lines('gsm8k-test');
    const rows = gold.map(({ problem, solution }) => ({ question: problem, answer: solution }));
    const items = await load('gsm8k', rows);
    expect(items.map(({ answer }) => answer)).toEqual(gold.map(({ answer }) => answer));
  });
});

async function lines(name: string): Promise<Record<string, string>[]> {
  const text = await readFile(join(beside, `${name}.jsonl`), 'utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, string>);
}

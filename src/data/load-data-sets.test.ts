import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DataPresetName } from '../config/index.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { lookAtFile } from './detect.js';
import { loadProblems, loadTraces, type LoadOptions } from './load.js';

async function file(rows: readonly object[]): Promise<string> {
  const path = join(await temporaryFolder(), 'x.jsonl');
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join('\n'));
  return path;
}

async function one(row: object, options: LoadOptions = {}) {
  const { items } = await loadProblems(await file([row]), options);
  return items[0]!;
}

const sum = 'Anna has 19 + 74 = <<19+74=93>>93 apples.\n#### 93';
const boxedSum = 'Anna has 19 + 74 = 93 apples.\nTherefore, the final answer is: $\\boxed{93}$.';
const chat = (user: string, assistant?: string) => [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: user },
  ...(assistant === undefined ? [] : [{ role: 'assistant', content: assistant }]),
];

describe('golds that are worked solutions', () => {
  test('GSM8K as published: bare answer and solution, for problems and traces', async () => {
    const row = { question: 'How many?', answer: sum };
    expect(await one(row)).toMatchObject({ answer: '93', solution: boxedSum });
    expect(await one({ ...row, solution: 'mine' })).toMatchObject({ answer: '93', solution: 'mine' });
    const { items } = await loadTraces(await file([row]));
    expect(items).toMatchObject([{ answer: '93', trace: boxedSum }]);
  });

  test('the text as it stands, where that is asked for', async () => {
    expect(await one({ question: 'Q', answer: sum }, { answers: 'whole' })).toMatchObject({ answer: sum });
  });

  test('prose is left out with its place, or stops, where a verifier reads the answers', async () => {
    const prose = { question: 'Q', answer: 'First Anna buys 19 apples. Then she buys 74 more of them.' };
    const path = await file([{ question: 'P', answer: '1' }, prose]);
    const checkAnswer = () => undefined;
    const { items, skipped } = await loadProblems(path, { checkAnswer });
    expect(items).toHaveLength(1);
    expect(skipped).toMatchObject([{ where: `${path}:2`, message: expect.stringContaining('prose') as string }]);
    await expect(loadProblems(path, { checkAnswer, unverifiable: 'error' })).rejects.toMatchObject({
      where: `${path}:2`,
    });
    await expect(loadProblems(await file([prose, { ...prose, question: 'R' }]), { checkAnswer })).rejects.toMatchObject(
      {
        message: expect.stringMatching(/none of 2 lines.*prose/) as string,
      },
    );
  });

  test('a solution that is cut off is a fault of its line', async () => {
    const path = await file([{ question: 'Q', answer: 'So we get \\boxed{12' }]);
    await expect(loadProblems(path)).rejects.toMatchObject({ code: 'data', where: `${path}:1` });
  });
});

describe('presets', () => {
  const verl = {
    data_source: 'openai/gsm8k',
    prompt: chat('How many?'),
    ability: 'math',
    reward_model: { style: 'rule', ground_truth: '93' },
    extra_info: { index: 0, answer: sum },
  };
  test.each<[string, DataPresetName, object, object]>([
    [
      'MATH',
      'math',
      { problem: 'How many?', level: 'Level 5', type: 'Prealgebra', solution: 'So $\\boxed{93}$.' },
      { answer: '93', solution: 'So $\\boxed{93}$.', type: 'algebra' },
    ],
    ['GSM8K', 'gsm8k', { question: 'How many?', answer: sum }, { answer: '93', solution: boxedSum }],
    ['verl', 'verl', verl, { answer: '93', source: 'openai/gsm8k', solution: sum }],
    ['TRL, answer', 'trl', { prompt: 'How many?', answer: '93', solution: 'S' }, { answer: '93', solution: 'S' }],
    ['TRL, bare solution', 'trl', { prompt: 'How many?', solution: '93' }, { answer: '93' }],
    [
      'TRL, chats',
      'trl',
      { prompt: chat('How many?'), completion: [{ role: 'assistant', content: 'We add the two. The answer is 93.' }] },
      { answer: '93', solution: expect.stringContaining('We add the two.') },
    ],
    [
      'OpenR1',
      'openr1-math',
      { uuid: 'u', problem: 'How many?', solution: 'S', answer: '93', problem_type: 'Number Theory' },
      { id: 'u', answer: '93', solution: 'S', type: 'number theory' },
    ],
    [
      'NuminaMath-CoT',
      'numinamath',
      { source: 'olympiads', problem: 'How many?', solution: 'It is $\\boxed{93}$', messages: chat('How many?', 'x') },
      { answer: '93', source: 'olympiads' },
    ],
  ])('%s', async (_what, preset, row, expected) => {
    expect(await one(row, { preset })).toMatchObject({ question: 'How many?', ...expected });
    const { mapping } = await lookAtFile(await file([row]));
    expect(await one(row, mapping)).toMatchObject({ question: 'How many?', answer: '93' });
  });

  test('a name of the user wins, and a solution without a final answer gives none', async () => {
    const row = { problem: 'Q', solution: 'So \\boxed{1}', gold: '2' };
    expect(await one(row, { preset: 'math', fields: { answer: 'gold' } })).toMatchObject({ answer: '2' });
    const path = await file([{ problem: 'Q', solution: 'It follows at once.' }]);
    await expect(loadProblems(path, { preset: 'math' })).rejects.toMatchObject({ code: 'data', where: `${path}:1` });
  });

  test('system messages are no part of the question, and are told', async () => {
    const { systemTexts } = await loadProblems(await file([verl]), { preset: 'verl' });
    expect(systemTexts).toEqual(['Be brief.']);
  });

  test('a chat of several turns is no question', async () => {
    const prompt = [...chat('One?', 'Yes.'), { role: 'user', content: 'Two?' }];
    const path = await file([{ prompt, answer: '1' }]);
    await expect(loadProblems(path, { preset: 'trl' })).rejects.toMatchObject({
      where: `${path}:1`,
      message: expect.stringContaining('2 messages of the user') as string,
    });
  });
});

describe('lookAtFile', () => {
  const looked = async (...rows: object[]) => {
    const { mapping } = await lookAtFile(await file(rows));
    return mapping && { preset: mapping.preset, fields: mapping.fields };
  };
  test.each<[string, object, object]>([
    ['plain', { id: 'a', question: 'Q', answer: '1', solution: 'S' }, { preset: 'plain', fields: {} }],
    ['GSM8K', { question: 'Q', answer: sum }, { preset: 'gsm8k', fields: {} }],
    ['MATH', { problem: 'Q', solution: '\\boxed{1}', type: 'Algebra', level: '1' }, { preset: 'math', fields: {} }],
    [
      'MATH-500',
      { problem: 'Q', solution: '\\boxed{1}', answer: '1', subject: 'Algebra', unique_id: 'u' },
      { preset: 'math', fields: { id: 'unique_id', type: 'subject' } },
    ],
    [
      'capitals',
      { ID: '1', Problem: 'Q', Answer: 1 },
      { preset: 'plain', fields: { id: 'ID', question: 'Problem', answer: 'Answer' } },
    ],
    [
      'other names',
      { query: 'Q', expected_answer: '1', generated_solution: 'so \\boxed{1}' },
      { preset: 'plain', fields: { question: 'query', answer: 'expected_answer', solution: 'generated_solution' } },
    ],
    [
      'nested',
      { question: 'Q', reward_model: { ground_truth: '1' } },
      { preset: 'plain', fields: { answer: 'reward_model.ground_truth' } },
    ],
    [
      'chats',
      { messages: chat('Q', 'So \\boxed{1}') },
      { preset: 'plain', fields: { question: 'messages', answer: 'messages' } },
    ],
  ])('%s', async (_what, row, mapping) => expect(await looked(row)).toEqual(mapping));

  test('no question, or answers that are prose: nothing is claimed', async () => {
    expect(await looked({ a: 1, b: 2 })).toBeUndefined();
    expect(await looked({ question: 'Q', answer: 'We add 2 and 3. Then we are done with all of it.' })).toBeUndefined();
  });

  test('ids must be there and differ', async () => {
    expect(await looked({ question: 'Q', answer: '1', uuid: 'a' }, { question: 'R', answer: '1', uuid: 'a' })).toEqual({
      preset: 'plain',
      fields: {},
    });
  });
});

describe('fields that no record has are named once, with what is there', () => {
  test('missing everywhere', async () => {
    const path = await file([
      { problem: 'P', solution: 'so \\boxed{1}', type: 'Algebra', level: '1' },
      { problem: 'Q', solution: 'so \\boxed{2}', type: 'Algebra', level: '1' },
    ]);
    for (const unusable of ['error', 'skip'] as const) {
      await expect(loadProblems(path, { unusable })).rejects.toMatchObject({
        code: 'data',
        where: `${path}:1`,
        message: expect.stringMatching(
          /all 2 records have no field question .*problem, solution, type, level/,
        ) as string,
        hint: expect.stringContaining('preset: math') as string,
      });
    }
  });

  test('null everywhere, and null in one line', async () => {
    const row = { question: 'P', answer: null, solution: 'so \\boxed{1}' };
    await expect(loadProblems(await file([row]))).rejects.toMatchObject({
      message: expect.stringMatching(/null in the field answer/) as string,
      hint: expect.stringContaining('fields.answer: solution') as string,
    });
    const path = await file([{ question: 'Q', answer: '1' }, row]);
    await expect(loadProblems(path)).rejects.toMatchObject({
      where: `${path}:2`,
      message: expect.stringContaining('it is null') as string,
    });
  });

  test('a repeated line names the first', async () => {
    const path = await file([
      { question: 'Q', answer: '1' },
      { question: 'q?', answer: '1' },
    ]);
    await expect(loadProblems(path)).rejects.toMatchObject({
      where: `${path}:2`,
      message: expect.stringMatching(/the same problem .* line 1$/) as string,
    });
    const { items, skipped } = await loadProblems(path, { unusable: 'skip' });
    expect([items.length, skipped.length]).toEqual([1, 1]);
  });
});

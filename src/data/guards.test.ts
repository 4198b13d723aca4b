import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { readExcludeLists } from './exclude-lists.js';
import { leakGuard } from './guards.js';

const query = { id: 'q', question: 'What is 1 + 1?', answer: '2' };
const trace = (id: string, question = 'Other', answer = '7') => ({ id, question, answer, trace: '' });

describe('leakGuard', () => {
  test('keeps out the query itself, its text, its answer and what its list names', () => {
    const guard = leakGuard([query], { lists: new Map([['q', new Set(['listed'])]]) });
    expect(guard(query, trace('q'))).toBe(true);
    expect(guard(query, trace('a', 'what is 1 + 1'))).toBe(true);
    expect(guard(query, trace('b', 'Other', '2.0'))).toBe(true);
    expect(guard(query, trace('listed'))).toBe(true);
    expect(guard(query, trace('c'))).toBe(false);
    expect(guard({ id: 'r', question: 'Else' }, trace('listed'))).toBe(false);
  });

  test('the answer of a query that is not known keeps nothing out', () => {
    expect(leakGuard([])(query, trace('b', 'Other', '2'))).toBe(false);
  });
});

describe('readExcludeLists', () => {
  const file = async (text: string) => {
    const path = join(await temporaryFolder(), 'exclude.jsonl');
    await writeFile(path, text);
    return path;
  };

  test('lists of one problem add up', async () => {
    const lines = [
      { problemId: 'q', traceIds: ['a'] },
      { problemId: 'r', traceIds: [] },
      { problemId: 'q', traceIds: ['b'] },
    ];
    const lists = await readExcludeLists(await file(lines.map((line) => JSON.stringify(line)).join('\n')));
    expect(lists).toEqual(
      new Map([
        ['q', new Set(['a', 'b'])],
        ['r', new Set()],
      ]),
    );
  });

  test('a line of another form is an error with its place', async () => {
    const path = await file('{"problemId":"q","traceIds":["a"]}\n{"problemId":"q","traceIds":"a"}\n');
    await expect(readExcludeLists(path)).rejects.toMatchObject({ code: 'data', where: `${path}:2` });
  });
});

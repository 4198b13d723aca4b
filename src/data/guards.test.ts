import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { excludeListLines, readExcludeLists } from './exclude-lists.js';
import { isUnseen, TraceGuard } from './guards.js';
import type { Problem, Trace } from './types.js';
import { writeJsonl } from './write.js';

const query: Problem = { id: 'q', question: 'What is 1 + 1?', answer: '2' };
const trace = (id: string, question = 'Other', answer = '7', split?: string): Trace => ({
  id,
  question,
  answer,
  trace: '',
  ...(split !== undefined && { split }),
});

describe('TraceGuard', () => {
  test('keeps out the query itself, its text, its answer and what its list names, and says why', () => {
    const guard = new TraceGuard([query], { lists: new Map([['q', new Set(['listed'])]]) });
    const why = (one: Trace) => guard.whyNotShown(query, one);
    expect(why(trace('q'))).toBe('is the problem itself');
    expect(why(trace('a', 'what is 1 + 1'))).toBe('repeats its text');
    expect(why(trace('b', 'Other', '2.0'))).toBe('has its answer');
    expect(why(trace('listed'))).toBe('stands in its exclude list');
    expect(why(trace('c'))).toBeUndefined();
    expect(guard.whyNotShown({ id: 'r', question: 'Else' }, trace('listed'))).toBeUndefined();
  });

  test('answers are compared by value, however they are written', () => {
    const half = { id: 'h', question: 'Half?', answer: '1/2' };
    const guard = new TraceGuard([half]);
    for (const answer of ['0.50', '\\frac{1}{2}', '.5', '1/2']) {
      expect(guard.mayShow(half, trace('t', 'Other', answer)), answer).toBe(false);
    }
    expect(guard.mayShow(half, trace('t', 'Other', '0.05'))).toBe(true);
  });

  test('a trace of unseen strategies is shown at the test and never in training', () => {
    const guard = new TraceGuard([query]);
    const unseen = trace('u', 'Other', '7', 'unseen');
    expect([guard.mayShow(query, unseen), guard.mayTeach(query, unseen)]).toEqual([true, false]);
    for (const split of [undefined, 'seen', 'train']) {
      const seen = trace('s', 'Other', '7', split);
      expect([guard.mayShow(query, seen), guard.mayTeach(query, seen)]).toEqual([true, true]);
    }
    expect([isUnseen(unseen), isUnseen(query)]).toEqual([true, false]);
  });

  test('the rules hold in training too, and each can be lifted', () => {
    const answer = trace('b', 'Other', '2');
    expect(new TraceGuard([query]).mayTeach(query, answer)).toBe(false);
    expect(new TraceGuard([query], { sameAnswer: false }).mayTeach(query, answer)).toBe(true);
    const text = trace('a', 'what is 1 + 1');
    expect(new TraceGuard([query], { sameText: false }).mayShow(query, text)).toBe(true);
  });

  test('the answer of a query that is not known keeps nothing out', () => {
    expect(new TraceGuard([]).mayShow(query, trace('b', 'Other', '2'))).toBe(true);
  });
});

describe('readExcludeLists', () => {
  const file = async (text: string) => {
    const path = join(await temporaryFolder(), 'exclude.jsonl');
    await writeFile(path, text);
    return path;
  };

  test('lists of one problem add up; written again they are read as they were', async () => {
    const lines = [
      { problemId: 'q', traceIds: ['a'] },
      { problemId: 'r', traceIds: [] },
      { problemId: 'q', traceIds: ['b'] },
    ];
    const path = await file(lines.map((line) => JSON.stringify(line)).join('\n'));
    const lists = await readExcludeLists(path);
    expect(lists).toEqual(
      new Map([
        ['q', new Set(['a', 'b'])],
        ['r', new Set()],
      ]),
    );
    await writeJsonl(path, excludeListLines(lists));
    expect(await readExcludeLists(path)).toEqual(lists);
  });

  test('a line of another form is an error with its place', async () => {
    const path = await file('{"problemId":"q","traceIds":["a"]}\n{"problemId":"q","traceIds":"a"}\n');
    await expect(readExcludeLists(path)).rejects.toMatchObject({ code: 'data', where: `${path}:2` });
  });
});

import { describe, expect, test } from 'vitest';
import { configSchema } from '../config/index.js';
import { Rng } from '../core/rng.js';
import { numericVerifier, type Verdict, type Verifier } from '../verify/index.js';
import { withoutDrawings } from './drawings.js';
import { faultOfForm, typeNamed } from './make-trace.js';
import { Places } from './places.js';
import { Reservoir } from './reservoir.js';
import { corpusReading, solvedProblem } from './solved-problem.js';
import { verifyTraces } from './verify-trace.js';

describe('withoutDrawings', () => {
  test('takes every drawing out, and nothing else', () => {
    const drawing = '[asy]\nsize(8cm);\ndraw((0,0)--(1,1));\n[/asy]';
    expect(withoutDrawings(`A square.\n\n${drawing} Its area ${drawing}\nis \\boxed{1}.`)).toBe(
      'A square.\n\nIts area\n\nis \\boxed{1}.',
    );
    expect(withoutDrawings(`${drawing}\nSo \\boxed{1}.`)).toBe('So \\boxed{1}.');
    const untouched = ' So [asy] is a language, \\boxed{1}. ';
    expect(withoutDrawings(untouched)).toBe(untouched);
  });
});

describe('solvedProblem', () => {
  const read = (record: Record<string, unknown>, settings: object = {}) => {
    const { corpus } = configSchema.parse({ corpus: settings });
    return solvedProblem({ where: 'f:1', line: 1, record }, corpusReading(corpus));
  };

  test('each preset finds question, solution, answer and coarse type', () => {
    const math = {
      problem: 'Q',
      solution: 'so \\boxed{\\frac{1}{2}}',
      type: 'Counting & Probability',
      level: 'Level 1',
    };
    expect(read(math, { preset: 'math' })).toMatchObject({ answer: '\\frac{1}{2}', type: 'combinatorics' });
    const gsm8k = { question: 'Q', answer: 'twelve\n#### 12' };
    expect(read(gsm8k, { preset: 'gsm8k' })).toMatchObject({ solution: 'twelve\n#### 12', answer: '12' });
    const openr1 = {
      uuid: 'u',
      problem: 'Q',
      solution: 'S',
      answer: '3',
      problem_type: 'Number Theory',
      generations: ['x'],
    };
    expect(read(openr1, { preset: 'openr1-math' })).toMatchObject({ id: 'u', answer: '3', type: 'number theory' });
    const numina = { problem: 'Q', solution: '$\\boxed{4}$', source: 'olympiads' };
    expect(read(numina, { preset: 'numinamath' })).toMatchObject({ answer: '4', source: 'olympiads' });
  });

  test("the user's fields and type names win over the preset's", () => {
    const settings = {
      preset: 'math',
      fields: { question: 'q', answer: 'gold' },
      typeNames: { Prealgebra: 'numbers' },
    };
    const record = { q: 'Q', solution: '\\boxed{1}', gold: '2', type: 'prealgebra' };
    expect(read(record, settings)).toMatchObject({ answer: '2', type: 'numbers' });
  });

  test.each([
    ['a missing question', { solution: '\\boxed{1}' }, /question .*is missing/],
    ['an empty solution', { question: 'Q', solution: '  ', answer: '1' }, /solution .*is empty/],
    ['a solution that is a list', { question: 'Q', solution: ['a'], answer: '1' }, /a list/],
    ['no answer anywhere', { question: 'Q', solution: 'S' }, /field solution marks no final answer/],
  ])('%s is set aside', (_what, record, detail) => {
    expect(read(record)).toMatchObject({
      where: 'f:1',
      reason: 'missing-field',
      detail: expect.stringMatching(detail) as string,
    });
  });
});

describe('verifyTraces', () => {
  const claim = (answer: string, trace: string) => ({ problem: { id: 'p', question: 'Q', answer }, trace });

  test('same text needs no verifier; numbers are compared by value; the rest says why', async () => {
    const pairs = [
      claim('x+1', 'so \\boxed{x+1}'),
      claim('1/2', 'so \\boxed{0.5}'),
      claim('3', 'so \\boxed{4}'),
      claim('3', 'so three'),
      claim('x+1', 'so \\boxed{1+x}'),
      claim('3', 'so \\boxed{}'),
    ];
    expect((await verifyTraces(numericVerifier, pairs)).map((r) => r?.reason)).toEqual([
      undefined,
      undefined,
      'wrong-answer',
      'no-final-answer',
      'unverifiable-answer',
      'no-final-answer',
    ]);
  });

  test('a verifier that fails is asked once more, and only about what failed', async () => {
    const asked: string[][] = [];
    const flaky = (later: Verdict['outcome']): Verifier => ({
      ...numericVerifier,
      verifyMany: (pairs) => {
        asked.push(pairs.map(({ problem }) => problem.answer));
        const outcome = asked.length % 2 === 1 ? 'timeout' : later;
        return Promise.resolve(
          pairs.map(({ problem }) => ({ outcome: problem.answer === '1' ? 'match' : outcome, rule: 'r' })),
        );
      },
    });
    const pairs = [claim('1', '\\boxed{a}'), claim('2', '\\boxed{b}')];
    expect(await verifyTraces(flaky('match'), pairs)).toEqual([undefined, undefined]);
    expect(asked).toEqual([['1', '2'], ['2']]);
    expect(await verifyTraces(flaky('error'), pairs)).toMatchObject([undefined, { reason: 'verifier-failed' }]);
  });
});

describe('the form of replies', () => {
  const step = (n: number | string) => `Step ${n} (count): because.`;
  const end = 'Therefore, the final answer is: $\\boxed{1}$.';

  test('one to seven numbered steps and a boxed ending', () => {
    expect(faultOfForm([step(1), step(2), end].join('\n'))).toBeUndefined();
    expect(faultOfForm(['**Step 1 (count):** because.', end, ''].join('\n'))).toBeUndefined();
    expect(faultOfForm(end)).toMatch(/no line/);
    expect(faultOfForm([1, 2, 3, 4, 5, 6, 7, 8].map(step).concat(end).join('\n'))).toMatch(/8 steps/);
    expect(faultOfForm([step(1), step(3), end].join('\n'))).toMatch(/step 2 has the number 3/);
    expect(faultOfForm([step(1), end, 'I hope this helps.'].join('\n'))).toMatch(/last line/);
  });

  test('a type is the whole reply, or the only one named in it', () => {
    const types = ['algebra', 'number theory', 'geometry'];
    const said = (text: string, cut = false) => ({ text, cut });
    expect(typeNamed(said('**Number Theory**.'), types)).toBe('number theory');
    expect(typeNamed(said('The field is geometry.'), types)).toBe('geometry');
    expect(typeNamed(said('algebra or geometry'), types)).toBeUndefined();
    expect(typeNamed(said('topology'), types)).toBeUndefined();
    expect(typeNamed(said('Algebra, because', true), types)).toBe('algebra');
    expect(typeNamed(said('Hm, is it algebra, or', true), types)).toBeUndefined();
  });
});

describe('Reservoir', () => {
  test('keeps all of a short stream in order, and each item of a long one equally often', () => {
    const short = new Reservoir<number>(5, Rng.fromSeed(1));
    for (const n of [1, 2, 3]) short.add(n);
    expect(short.items()).toEqual([1, 2, 3]);
    const hits = Array.from({ length: 10 }, () => 0);
    for (let seed = 0; seed < 1000; seed++) {
      const sample = new Reservoir<number>(3, Rng.fromSeed(seed));
      for (let n = 0; n < 10; n++) sample.add(n);
      expect(sample.items()).toHaveLength(3);
      for (const n of sample.items()) hits[n]!++;
    }
    // 300 expected of each; four standard deviations of a binomial with p = .3.
    for (const count of hits) expect(Math.abs(count - 300)).toBeLessThan(4 * Math.sqrt(1000 * 0.3 * 0.7));
  });
});

describe('Places', () => {
  test('gives back file and line, over several files and one that comes twice', () => {
    const places = new Places();
    const all = ['/a:b/x.jsonl:1', '/a:b/x.jsonl:7', 'y.parquet:3', '/a:b/x.jsonl:2'];
    for (const [i, where] of all.entries()) places.set(`id${i}`, where);
    expect(all.map((_, i) => places.get(`id${i}`))).toEqual(all);
    expect(places.get('other')).toBeUndefined();
  });
});

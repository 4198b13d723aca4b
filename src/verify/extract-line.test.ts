import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { extractLine, extractLineSchema, type ExtractLine } from './extract-line.js';
import { mathVerifyConfigSchema, optionsOfMathVerify } from './peer-options.js';

const extract = (kind: ExtractLine['kind'], text: string, config = {}) =>
  extractLine(extractLineSchema.parse({ kind, text, config }));

describe('extractLine', () => {
  test.each([
    ['boxed', '\\boxed{a} then \\boxed{\\frac{1}{2}}', ['\\frac{1}{2}']],
    ['boxed', '\\boxed{', []],
    ['gsm8k', '#### 10\n####: -1,234,567 ', ['-1234567']],
    ['gsm8k', 'nothing', []],
    ['final_int', 'from 3 to -1,200, or so', ['-1200']],
    ['final_int', 'none', []],
  ] as const)('%s of %j', (kind, text, expected) => expect(extract(kind, text)).toEqual(expected));

  test('letters come with how the text has them, and only those that are choices', () => {
    expect(extract('string', 'The answer is C.', { strings: ['A', 'B', 'C'], lowercase: true })).toEqual(['c', 'C']);
    expect(extract('string', 'The answer is C.', { strings: ['A', 'B'] })).toEqual([]);
  });

  test('"final answer is" wins over a box where the priority says so', () => {
    const text = 'final answer is $9$, \\boxed{1}';
    expect(extract('latex', text, { boxed_match_priority: 100 })).toEqual(['9']);
    expect(extract('latex', text, { boxed_match_priority: 0 })).toEqual(['1']);
  });

  const known = '../shared/data/verify/extraction.jsonl';
  test.skipIf(!existsSync(known))(`agrees with known extractions (needs ${known})`, async () => {
    const lines = await readJsonlAll<{ expected: string[] }>(known);
    expect(lines.length).toBeGreaterThan(15);
    for (const line of lines)
      expect(extractLine(extractLineSchema.parse(line)), JSON.stringify(line)).toEqual(line.expected);
  });
});

describe('optionsOfMathVerify', () => {
  test('maps every field, and leaves what is missing to our defaults', () => {
    expect(
      optionsOfMathVerify({
        extract: ['latex', 'expr', 'string', 'sympy'],
        precision: 3,
        strict: false,
        allow_set_relation_comp: false,
        boxed_match_priority: 50,
      }),
    ).toEqual({
      kinds: ['latex', 'expression', 'letter'],
      decimals: 3,
      strictNames: false,
      intervalsMatchInequalities: false,
      preferBoxed: false,
    });
    expect(optionsOfMathVerify({})).toEqual({});
    expect([0, 49, -1].map((p) => optionsOfMathVerify({ boxed_match_priority: p }).preferBoxed)).toEqual([
      true,
      true,
      false,
    ]);
  });

  test.each([{ precison: 3 }, { extract: [] }, { extract: ['words'] }, { precision: 1.5 }])(
    '%j is refused',
    (config) => {
      expect(mathVerifyConfigSchema.safeParse(config).success).toBe(false);
    },
  );
});

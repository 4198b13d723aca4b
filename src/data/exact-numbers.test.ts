import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { parseExactJson } from './exact-json.js';
import { loadProblems } from './load.js';

/** Made by scripts/golden/parquet_problems.py. */
const fixture = (name: string) => fileURLToPath(new URL(`./testing/${name}.parquet`, import.meta.url));

describe('numbers keep the text that they have in the file', () => {
  const written = [
    '9007199254740993',
    '-123456789012345678901234567890',
    '1.10',
    '0.1000',
    '1e400',
    '6.02E+23',
    '-0',
    '-0.0',
    '100000000000000000000.50',
    '7',
    '-12',
  ];

  test('in JSONL, a JSON list and CSV', async () => {
    const folder = await temporaryFolder();
    const lines = written.map((answer, i) => `{"question": "Q${i}", "answer": ${answer}, "n": [1.0, "1.0"]}`);
    const contents = {
      'x.jsonl': lines.join('\n'),
      'x.json': `[${lines.join(',\n')}]`,
      'x.csv': ['question,answer', ...written.map((answer, i) => `Q${i},${answer}`)].join('\n'),
    };
    for (const [name, content] of Object.entries(contents)) {
      await writeFile(join(folder, name), content);
      const { items } = await loadProblems(join(folder, name));
      expect(items.map(({ answer }) => answer)).toEqual(written);
    }
  });

  test('texts with numbers, quotes and escapes in them stay as they are', () => {
    const text = '{"a": 1.50, "s": "x: 2.50, \\"3.50\\" \\\\", "1.0": {"b": [null, true, 12345678901234567890]}}';
    expect(parseExactJson(text)).toEqual({
      a: '1.50',
      s: 'x: 2.50, "3.50" \\',
      '1.0': { b: [null, true, '12345678901234567890'] },
    });
    expect(parseExactJson('{"a": 12, "b": "1.50"}')).toEqual({ a: 12, b: '1.50' });
    expect(() => parseExactJson('{"a": 1.}')).toThrow(SyntaxError);
  });

  test('a text of megabytes beside such a number', () => {
    const long = `${'\\n"'.repeat(500_000)}${'x'.repeat(3_000_000)}`;
    expect(parseExactJson(`{"s": ${JSON.stringify(long)}, "n": 1.10}`)).toEqual({ s: long, n: '1.10' });
  });

  test.each(['numbers', 'numbers-as-integers'])('in Parquet: %s', async (name) => {
    const answers = async (field: string) => {
      const options = { fields: { answer: field }, unusable: 'skip' } as const;
      return (await loadProblems(fixture(name), options)).items.map(({ question, answer }) => [question, answer]);
    };
    expect(await answers('int64')).toEqual([
      ['first', '9007199254740993'],
      ['third', '-9223372036854775808'],
    ]);
    expect(await answers('uint64')).toEqual([
      ['first', '18446744073709551615'],
      ['third', '9007199254740993'],
    ]);
    expect(await answers('decimal')).toEqual([
      ['first', '1.10'],
      ['third', '-123456789012345678901234567.89'],
    ]);
    expect(await answers('small')).toEqual([
      ['first', '0.3'],
      ['second', '1.0'],
      ['third', '-12.5'],
    ]);
    expect(await answers('whole')).toEqual([
      ['first', '123456789012345678901234567890'],
      ['second', '0'],
    ]);
    expect(await answers('float')).toEqual([
      ['first', '0.1'],
      ['second', '1.5'],
    ]);
    expect(await answers('meta.answer')).toEqual([
      ['first', '2.50'],
      ['third', '-0.05'],
    ]);
  });
});

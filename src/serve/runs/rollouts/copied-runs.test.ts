import { describe, expect, it } from 'vitest';
import { copiedRuns } from './copied-runs.js';

/** Letters as tokens. */
const tokens = (text: string) => [...text].map((letter) => letter.codePointAt(0) as number);
const runs = (response: string, sources: string[], shortest?: number) =>
  copiedRuns(tokens(response), sources.map(tokens), shortest).map(({ from, to }) => response.slice(from, to));

describe('copiedRuns', () => {
  it('finds the longest runs that stand in a source, in their order', () => {
    expect(runs('xxabcdefyyghijkz', ['ghijk abcdef'])).toEqual(['abcdef', 'ghijk']);
  });

  it('leaves out what is shorter than was asked for', () => {
    expect(runs('abc-abcd', ['abcd'])).toEqual(['abcd']);
    expect(runs('abc-abcd', ['abcd'], 3)).toEqual(['abc', 'abcd']);
    expect(runs('abc', ['abcd'])).toEqual([]);
  });

  it('takes the longest first, so that a shorter one before it does not cut it', () => {
    // "abcd" stands in the first source, "cdefghi" in the second: they overlap.
    expect(runs('abcdefghi', ['abcd', 'cdefghi'], 2)).toEqual(['ab', 'cdefghi']);
  });

  it('finds the same run as often as it is said', () => {
    expect(runs('abcdabcd', ['abcd'])).toEqual(['abcd', 'abcd']);
    expect(runs('aaaaaa', ['aaaaaaaaa'])).toEqual(['aaaaaa']);
  });

  it('finds nothing where there is nothing', () => {
    expect(runs('', ['abcd'])).toEqual([]);
    expect(runs('abcd', [])).toEqual([]);
    expect(runs('abcd', [''])).toEqual([]);
  });

  it('marks exactly the tokens that lie in some common run of the length', () => {
    // By trying all windows, on texts of few letters so that runs are many.
    for (let seed = 1; seed <= 60; seed++) {
      const draw = (n: number, salt: number) =>
        Array.from({ length: n }, (_, i) => Math.floor(Math.abs(Math.sin(seed * 7.3 + salt + i * 1.7)) * 3));
      const [response, source] = [draw(14, 0), draw(11, 50)];
      const found = copiedRuns(response, [source], 3);
      const joined = ` ${source.join(' ')} `;
      for (const { from, to } of found) expect(joined).toContain(` ${response.slice(from, to).join(' ')} `);
      const longest = Math.max(
        0,
        ...response.flatMap((_, from) =>
          response
            .slice(from)
            .map((_one, i) => (joined.includes(` ${response.slice(from, from + i + 1).join(' ')} `) ? i + 1 : 0)),
        ),
      );
      expect(Math.max(0, ...found.map(({ from, to }) => to - from))).toBe(longest >= 3 ? longest : 0);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { tinyTokenizer } from './testing/tiny-tokenizer.js';
import { tokenPieces } from './token-pieces.js';

const tokenizer = tinyTokenizer();
const pieces = (text: string) => tokenPieces(tokenizer, tokenizer.encode(text));

describe('tokenPieces', () => {
  it.each(['the inner\n\nthe end.', 'é 中 🎉🎉 x', '', ' ', '<|im_start|>user\n5<|im_end|>\n', 'a\u0301\u200d'])(
    'says %j again, every token once',
    (text) => {
      const found = pieces(text);
      expect(found.map((piece) => piece.text).join('')).toBe(text);
      expect(found.flatMap(({ from, to }) => [from, to])).toEqual(
        found.flatMap(({ from, to }, i) => [i === 0 ? 0 : found[i - 1]!.to, Math.max(to, from + 1)]),
      );
      expect(found.at(-1)?.to ?? 0).toBe(tokenizer.encode(text).length);
    },
  );

  it('puts the bytes of a character together', () => {
    expect(pieces('a🎉b').map(({ text, from, to }) => [text, to - from])).toEqual([
      ['a', 1],
      ['🎉', 4],
      ['b', 1],
    ]);
  });

  it('tells control tokens from text that looks like them', () => {
    expect(pieces('<|im_end|>').map(({ special }) => special)).toEqual([true]);
    const literal = tokenPieces(tokenizer, tokenizer.encodeLiteral('<|im_end|>'));
    expect(literal.every(({ special }) => !special)).toBe(true);
    expect(literal.map(({ text }) => text).join('')).toBe('<|im_end|>');
  });

  it('goes on behind bytes that are no character, and at a character that was cut off', () => {
    const party = [...tokenizer.encode('🎉')];
    const cut = tokenPieces(tokenizer, [...party.slice(0, 2), ...tokenizer.encode('abc')]);
    expect(cut.at(-1)!.text.endsWith('c')).toBe(true);
    expect(cut.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(5);
    const [only] = tokenPieces(tokenizer, party.slice(0, 3));
    expect(only).toMatchObject({ from: 0, to: 3 });
    const lone = Array.from({ length: 9 }, () => party[1] as number);
    expect(tokenPieces(tokenizer, lone).reduce((sum, { from, to }) => sum + to - from, 0)).toBe(9);
  });
});

import { expect, it } from 'vitest';
import { Tokenizer } from '../../models/tokenizer.js';
import { wordTokenizer } from './word-tokenizer.js';

it('keeps words that come twice whole, spells the others, and knows no character that was never there', () => {
  const tokenizer = new Tokenizer(wordTokenizer(['Two apples, two pears', 'apples and 12 héros \\frac{1}{2}']));
  const pieces = (text: string) => [...tokenizer.encode(text)].map((id) => tokenizer.tokenText(id));
  expect(pieces('TWO apples')).toEqual(['two', 'apples']);
  expect(pieces('and')).toEqual(['a', '##n', '##d']);
  expect(pieces('21, é')).toEqual(['2', '##1', ',', 'é']);
  expect(pieces('applesa')).toEqual(['apples', '##a']);
  expect(pieces('\\frac{1}')).toEqual(['\\', 'f', '##r', '##a', '##c', '{', '1', '}']);
  expect(pieces('漢')).toEqual(['[UNK]']);
  // The same texts in another order are the same tokenizer.
  const words = ['b b a a', 'c c'];
  expect(wordTokenizer(words.toReversed())).toEqual(wordTokenizer(words));
});

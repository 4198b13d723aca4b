import { expect, it } from 'vitest';
import { tokenizeBy } from './text-form.js';

it('puts prefixes, cuts and counts', () => {
  const encode = (text: string) => Int32Array.from(Array.from(text, (x) => x.codePointAt(0) ?? 0));
  const tokenize = tokenizeBy(
    { encode },
    { query: { prefix: '?', maxTokens: 3 }, document: { prefix: '!', maxTokens: 9 } },
  );
  expect(tokenize(['ab', 'abc', ''], 'query')).toEqual({
    texts: ['?ab', '?ab', '?'].map((text) => ({ ids: encode(text) })),
    truncated: 1,
  });
  expect(tokenize(['steps'], 'document')).toEqual({ texts: [{ ids: encode('!steps') }], truncated: 0 });
});

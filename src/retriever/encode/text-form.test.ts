import { describe, expect, it } from 'vitest';
import { PLAIN_FORM, tokenizeBy, type FormTokenizer, type TextForm } from './text-form.js';

const encode = (text: string) => Int32Array.from(Array.from(text, (x) => x.codePointAt(0) ?? 0));
const [CLS, SEP, MASK] = [1, 2, 3];
const tokenizer: FormTokenizer = {
  encode,
  prefixIds: Int32Array.of(CLS),
  suffixIds: Int32Array.of(SEP),
  tokenId: (token) => (token === '[MASK]' ? MASK : token.length === 1 ? token.codePointAt(0) : undefined),
};
const forms = (query: Partial<TextForm>, document: Partial<TextForm> = {}) => ({
  query: { ...PLAIN_FORM, maxTokens: 6, ...query },
  document: { ...PLAIN_FORM, maxTokens: 9, ...document },
});
const first = (of: ReturnType<typeof forms>, text: string) => tokenizeBy(tokenizer, of)([text], 'query').texts[0]!;

describe('tokenizeBy', () => {
  it('puts prefixes, cuts and counts', () => {
    const tokenize = tokenizeBy(tokenizer, forms({ prefix: '?', maxTokens: 3 }, { prefix: '!' }));
    expect(tokenize(['ab', 'abc', ''], 'query')).toEqual({
      texts: ['?ab', '?ab', '?'].map((text) => ({ ids: encode(text) })),
      truncated: 1,
    });
    expect(tokenize(['steps'], 'document')).toEqual({ texts: [{ ids: encode('!steps') }], truncated: 0 });
  });

  it('puts special tokens around, and a marker behind the first of them', () => {
    const marked = forms({ prefix: '?', prefixAs: 'token', special: true });
    expect([...first(marked, 'ab').ids]).toEqual([CLS, ...encode('?ab'), SEP]);
    // Six tokens, three of them taken: the text is cut, its end is not.
    expect([...first(marked, 'abcdef').ids]).toEqual([CLS, ...encode('?abc'), SEP]);
  });

  it('puts an end token behind every text, once, and says where there is none', () => {
    const END = 7;
    const ids = (of: Partial<FormTokenizer>, form: Partial<TextForm>, text: string) => [
      ...tokenizeBy({ ...tokenizer, ...of }, forms({ end: true, ...form }))([text], 'query').texts[0]!.ids,
    ];
    expect(ids({ eosId: END }, {}, 'ab')).toEqual([...encode('ab'), END]);
    expect(ids({ eosId: END }, {}, 'abcdefg')).toEqual([...encode('abcde'), END]);
    expect(ids({ eosId: END }, { special: true }, 'ab')).toEqual([CLS, ...encode('ab'), SEP, END]);
    expect(ids({ eosId: SEP }, { special: true }, 'ab')).toEqual([CLS, ...encode('ab'), SEP]);
    expect(() => ids({}, {}, 'ab')).toThrow(expect.objectContaining({ code: 'model' }));
  });

  it('expands queries by tokens that nobody attends to, or all do', () => {
    const quiet = first(forms({ expand: { token: '[MASK]', attended: false } }), 'ab');
    expect([...quiet.ids]).toEqual([...encode('ab'), MASK, MASK, MASK, MASK]);
    expect([...quiet.attended!]).toEqual([1, 1, 0, 0, 0, 0]);
    expect(quiet.kept).toBeUndefined();
    expect(first(forms({ expand: { token: '[MASK]', attended: true } }), 'ab')).not.toHaveProperty('attended');
    expect(() => tokenizeBy(tokenizer, forms({ expand: { token: '[NO]', attended: false } }))).toThrow('[NO]');
  });

  it('leaves out the vectors of skipped tokens', () => {
    expect([...first(forms({ skip: ['.', ','] }), 'a.b,').kept!]).toEqual([1, 0, 1, 0]);
  });
});

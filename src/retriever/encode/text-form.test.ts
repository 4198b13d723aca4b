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
const first = (of: ReturnType<typeof forms>, text: string) => tokenizeBy(tokenizer, of)([text], 'query').texts[0]![0]!;

describe('tokenizeBy', () => {
  it('puts prefixes, cuts and counts', () => {
    const tokenize = tokenizeBy(tokenizer, forms({ prefix: '?', maxTokens: 3 }, { prefix: '!' }));
    expect(tokenize(['ab', 'abc', ''], 'query')).toEqual({
      texts: ['?ab', '?ab', '?'].map((text) => [{ ids: encode(text) }]),
      cut: [1],
    });
    expect(tokenize(['steps'], 'document')).toEqual({ texts: [[{ ids: encode('!steps') }]], cut: [] });
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
      ...tokenizeBy({ ...tokenizer, ...of }, forms({ end: true, ...form }))([text], 'query').texts[0]![0]!.ids,
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

  it('cuts long documents into chunks, each with all that stands around a text, and never questions', () => {
    const form = { prefix: '!', prefixAs: 'token', special: true, chunks: 3 } as const;
    const tokenize = tokenizeBy(tokenizer, forms({ ...form, maxTokens: 9 }, form));
    const text = (chunk: string) => ({ ids: Int32Array.of(CLS, ...encode(`!${chunk}`), SEP) });
    expect(tokenize(['abcdef', 'abcdefgh', 'ab\ncde\nfghi', 'abcdefghijklmnopqrstuvwxyz'], 'document')).toEqual({
      texts: [
        [text('abcdef')],
        [text('abcdef'), text('fgh')],
        [text('ab\ncde'), text('\nfghi')],
        [text('abcdef'), text('ghijkl'), text('mnopqr')],
      ],
      cut: [3],
    });
    expect(tokenize(['abcdefgh'], 'query')).toEqual({ texts: [[text('abcdef')]], cut: [0] });
    // Without chunks it is cut, as a text of one chunk is.
    expect(tokenizeBy(tokenizer, forms({}, { ...form, chunks: 1 }))(['abcdefgh'], 'document')).toEqual({
      texts: [[text('abcdef')]],
      cut: [0],
    });
  });

  it('puts a prefix of text before every chunk, and cuts where it leaves no room', () => {
    const chunks = (prefix: string) => {
      const { texts, cut } = tokenizeBy(tokenizer, forms({}, { prefix, chunks: 2 }))(['abcdefghij'], 'document');
      return [texts[0]!.map(({ ids }) => String.fromCodePoint(...ids)), cut];
    };
    expect(chunks('on: ')).toEqual([['on:abcdef', 'on:ghij'], []]);
    expect(chunks('123456789')).toEqual([['123456789'], [0]]);
  });
});

import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../../models/index.js';
import { resolveConfig } from '../../config/index.js';
import { openPrompts } from '../session.js';
import { hintWarnings, textWarnings, unknownShare } from './text-warnings.js';

const words = ['<unk>', '<end>', 'one', 'two'];
const tokenizerOf = () =>
  new Tokenizer({
    tokenizer: {
      version: '1.0',
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'WhitespaceSplit' },
      post_processor: null,
      decoder: null,
      model: {
        type: 'WordLevel',
        vocab: Object.fromEntries(words.map((word, id) => [word, id])),
        unk_token: '<unk>',
      },
    },
    config: { eos_token: '<end>' },
  });
const problem = (question: string) => ({ id: question, question, answer: '1', solution: 'two' });
const trace = (text: string) => ({ id: text, question: 'one', trace: text, answer: '1' });

describe('textWarnings', () => {
  it('has nothing to say of texts that the tokenizer knows', () => {
    const tokenizer = tokenizerOf();
    const data = { train: [problem('one two')], corpus: [trace('two two')] };
    expect(unknownShare(tokenizer, data).share).toBe(0);
    expect(textWarnings(tokenizer, data)).toEqual([]);
  });

  it('tells the share of unknown tokens and shows a text', () => {
    const tokenizer = tokenizerOf();
    // `three`, `four` and `five`, among eight words: 3 and 3 of the problems, 2 of the trace.
    const data = { train: [problem('one three'), problem('four two')], corpus: [trace('five')] };
    expect(unknownShare(tokenizer, data)).toEqual({ share: 3 / 8, example: 'one three\ntwo' });
    const [warning] = textWarnings(tokenizer, data);
    expect(warning).toMatchObject({ code: 'unknown-tokens', where: 'tokenizer' });
    expect(warning?.text).toContain('37.5 %');
    expect(warning?.text).toContain('one three');
  });

  it('looks at an even sample of much text', () => {
    const train = Array.from({ length: 5000 }, (_, i) => problem(i < 2500 ? 'one' : 'unheard'));
    expect(unknownShare(tokenizerOf(), { train, corpus: [] }).share).toBeCloseTo(0.25, 2);
  });
});

describe('hintWarnings', () => {
  const hinting = [{ train: 'hint' }] as const;
  it("the words around a hint in the demo are the world's own; the layout's usual ones are not, and it is said", async () => {
    const demo = await openPrompts(resolveConfig({ preset: 'demo' }));
    expect(hintWarnings(demo.tokenizer, demo.codec, hinting)).toEqual([]);
    const usual = await openPrompts(resolveConfig({}));
    expect(hintWarnings(usual.tokenizer, usual.codec, [{ train: 'bm25' }])).toEqual([]);
    expect(hintWarnings(usual.tokenizer, usual.codec, hinting)).toMatchObject([
      { code: 'hint-wording', text: expect.stringContaining('prompt.hintTemplate') as string },
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Trace } from '../../data/types.js';
import { Bm25Retriever } from './bm25.js';
import { documentText, words } from '../encode/text.js';

const trace = (id: string, question: string, body = ''): Trace => ({ id, question, trace: body, answer: '' });
const search = async (traces: Trace[], question: string, k = 3) =>
  (await new Bm25Retriever(traces, { document: 'question' }).search([{ id: 'q', question }], { k }))[0]?.map(
    (h) => h.trace.id,
  );

describe('words', () => {
  it('keeps words and numbers, drops the rest', () => {
    expect(words("Tom's 3 red apples cost $4.50, i.e. 12-8.")).toEqual([
      "tom's",
      '3',
      'red',
      'apples',
      'cost',
      '4.50',
      'i',
      'e',
      '12',
      '8',
    ]);
    expect(words('Ｆｕｌｌ ２ naïve Straße')).toEqual(['full', '2', 'naïve', 'straße']);
    expect(words('\\boxed{ 33 } + - ...')).toEqual(['boxed', '33']);
    expect(words(' ')).toEqual([]);
  });
});

describe('documentText', () => {
  it('takes the part that was asked for', () => {
    const t = trace('a', 'Q?', 'T.');
    expect([documentText(t, 'question'), documentText(t, 'trace'), documentText(t, 'question+trace')]).toEqual([
      'Q?',
      'T.',
      'Q? T.',
    ]);
  });
});

describe('Bm25Retriever', () => {
  it('scores as worked by hand', () => {
    // Three documents of lengths 2, 4, 3 (mean 3); "cat" in two of them, once and twice; "dog" in one.
    const bm25 = new Bm25Retriever([trace('a', 'cat sat'), trace('b', 'cat cat on mat'), trace('c', 'a dog ran')], {
      k1: 1.2,
      b: 0.75,
      document: 'question',
    });
    const idfCat = Math.log(1 + 1.5 / 2.5);
    const idfDog = Math.log(1 + 2.5 / 1.5);
    const a = (idfCat * (1 * 2.2)) / (1 + 1.2 * (0.25 + (0.75 * 2) / 3));
    const b = (idfCat * (2 * 2.2)) / (2 + 1.2 * (0.25 + (0.75 * 4) / 3));
    const c = (idfDog * (1 * 2.2)) / (1 + 1.2 * 1);
    const scores = bm25.scores('Cat, dog?');
    [a, b, c].forEach((expected, i) => expect(scores[i]).toBeCloseTo(expected, 12));
    expect(bm25.scores('cat cat')[0]).toBeCloseTo(2 * a, 12);
  });

  it('ranks by rare words, fills up with zero scores in the order of ids, honours exclude', async () => {
    const traces = [trace('z', 'the fox'), trace('y', 'the hen'), trace('x', 'the cow'), trace('w', 'the the fox')];
    expect(await search(traces, 'a fox', 4)).toEqual(['z', 'w', 'x', 'y']);
    const bm25 = new Bm25Retriever(traces);
    const [hits] = await bm25.search([{ id: 'q', question: 'fox' }], { k: 1, excludeIds_Q: [new Set(['z'])] });
    expect(hits?.map((h) => h.trace.id)).toEqual(['w']);
  });

  it('has no length penalty at b = 0 and counts a repeated word once at k1 = 0', () => {
    const traces = [
      trace('a', 'cat'),
      trace('b', 'cat and many more words about something else'),
      trace('c', 'cat cat'),
    ];
    const flat = new Bm25Retriever(traces, { b: 0 }).scores('cat');
    expect(flat[0]).toBeCloseTo(flat[1] as number, 12);
    const once = new Bm25Retriever(traces, { k1: 0 }).scores('cat');
    expect(once[0]).toBeCloseTo(once[2] as number, 12);
  });

  it('works on an empty corpus, an empty query and empty documents', async () => {
    expect(await search([], 'cat')).toEqual([]);
    expect(await search([trace('b', ''), trace('a', '')], '')).toEqual(['a', 'b']);
  });
});

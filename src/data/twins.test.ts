import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { BANDS, jaccard, MinHasher, ROWS, shinglesOf } from './minhash.js';
import { NgramIndex, signsAndWordsOf, wordsOf } from './overlap.js';
import { TwinIndex } from './twins.js';

const story = (n: number) =>
  `A train leaves the station at noon and travels north for three hours at a steady speed of ${n} miles an hour before it stops`;

describe('words', () => {
  test('markup, case, punctuation and compatibility forms fall away; signs stay where they are asked for', () => {
    expect(wordsOf('Find $\\frac{1}{2}X$, ﬁrst!')).toEqual(['find', 'frac', '1', '2', 'x', 'first']);
    expect(signsAndWordsOf('$\\sin (−60^\\circ)$.')).toEqual(['sin', '(', '-', '60', '^', 'circ', ')']);
    expect(wordsOf('...')).toEqual([]);
  });
});

describe('NgramIndex', () => {
  test('by hand: eight shared words in a row are found, seven are not', () => {
    const index = new NgramIndex(8);
    index.add('bench:1', 'one two three four five six seven eight nine');
    expect(index.find('zero two three four FIVE six, seven eight nine end')).toEqual({
      of: 'bench:1',
      words: 'two three four five six seven eight nine',
    });
    expect(index.find('two three four five six seven eight zero nine')).toBeUndefined();
  });

  test('a text shorter than the n-gram is only found whole', () => {
    const index = new NgramIndex(8);
    index.add('bench:1', 'Compute $1+1$.');
    expect(index.find('compute 1 + 1')).toMatchObject({ of: 'bench:1' });
    expect(index.find('compute 1 + 1 + 1')).toBeUndefined();
    expect(index.find('')).toBeUndefined();
  });
});

describe('jaccard', () => {
  test('by hand: two shared of five', () => {
    expect(jaccard(Int32Array.of(1, 2, 3), Int32Array.of(2, 3, 4, 5))).toBe(2 / 5);
    expect(jaccard(Int32Array.of(1), Int32Array.of(1))).toBe(1);
    expect(jaccard(new Int32Array(), new Int32Array())).toBe(0);
  });

  test('shingles by hand: abcd and abce share one of three', () => {
    expect(jaccard(shinglesOf('a b c d'), shinglesOf('a b c e'))).toBeCloseTo(1 / 3);
    expect(shinglesOf('a b')).toHaveLength(1);
    expect(shinglesOf('')).toHaveLength(0);
  });
});

describe('MinHasher', () => {
  test('bands of random sets meet as often as 1 - (1 - s^rows)^bands says', () => {
    const rng = Rng.fromSeed('minhash-test');
    const hasher = new MinHasher(1);
    const trials = 400;
    // |A| = |B| = 90 with 60 in common: s = 60 / 120 = .5
    let met = 0;
    for (let t = 0; t < trials; t++) {
      const all = Array.from({ length: 120 }, () => rng.nextUint32() | 0);
      const [a, b] = [all.slice(0, 90), all.slice(30)].map((set) => hasher.bandKeys(Int32Array.from(set).toSorted()));
      if (a!.some((key, band) => key === b![band])) met++;
    }
    const expected = 1 - (1 - 0.5 ** ROWS) ** BANDS;
    expect(expected).toBeCloseTo(0.338, 3);
    // Three standard errors of a share of 400.
    expect(Math.abs(met / trials - expected)).toBeLessThan(3 * Math.sqrt((expected * (1 - expected)) / trials));
  });

  test('equal seeds give equal keys, others do not', () => {
    const keys = (seed: number) => [...new MinHasher(seed).bandKeys(shinglesOf(story(60)))];
    expect(keys(1)).toEqual(keys(1));
    expect(keys(1)).not.toEqual(keys(2));
  });
});

describe('TwinIndex', () => {
  const hasher = new MinHasher(1);
  const sketch = (text: string) => hasher.sketch(text);
  const index = (...texts: string[]) => {
    const twins = new TwinIndex(0.8);
    for (const [i, text] of texts.entries()) twins.add(`t${i}`, sketch(text));
    return { find: (text: string) => twins.find(sketch(text)), findAll: (text: string) => twins.findAll(sketch(text)) };
  };

  test('finds exact ones across layout, and near ones with their similarity', () => {
    const twins = index(story(60), 'Compute $\\log_{10} \\sin x$.');
    expect(twins.find('compute  \\log_{10}\\sin x')).toEqual({ of: 't1', similarity: 1, exact: true });
    // 25 words are 23 shingles; one changed word in the middle changes three: 20 shared of 26.
    expect(jaccard(shinglesOf(story(60)), shinglesOf(story(75)))).toBeCloseTo(20 / 26);
    expect(twins.find(story(75))).toBeUndefined();
    const longer = index(`${story(60)} and ${story(60)}`.concat(' at the old bridge over the river'));
    expect(longer.find(`${story(60)} and ${story(60)} at the old bridge over the lake`)).toMatchObject({
      of: 't0',
      exact: false,
    });
  });

  test('a sign makes another problem', () => {
    expect(index('Compute $\\sin 60^\\circ$.').find('Compute $\\sin(-60^\\circ)$.')).toBeUndefined();
    expect(index('What is 8 / (4 / 2)?').find('What is 8 / 4 / 2?')).toBeUndefined();
  });

  test('what is taken out is not found; of equals the smaller name comes first', () => {
    const twins = new TwinIndex(0.8);
    const b = twins.add('b', sketch(story(1)));
    twins.add('a', sketch(story(1)));
    expect(twins.findAll(sketch(story(1))).map((t) => t.of)).toEqual(['a', 'b']);
    twins.remove(b);
    expect(twins.findAll(sketch(story(1))).map((t) => t.of)).toEqual(['a']);
  });

  test('texts without a word are only the same as themselves', () => {
    const twins = index('???', '...');
    expect(twins.findAll('???').map((t) => t.of)).toEqual(['t0']);
  });

  test('among thousands, finds what comparing with every one of them finds', () => {
    const rng = Rng.fromSeed('many twins');
    const words = () => Array.from({ length: 30 }, () => `w${rng.int(40)}`);
    const texts: string[][] = [];
    for (let i = 0; i < 3000; i++) {
      const near = i % 10 === 9 ? [...rng.pick(texts)] : words();
      if (i % 20 === 19) near[29] = 'changed';
      texts.push(near);
    }
    const sketches = texts.map((text) => sketch(text.join(' ')));
    const twins = new TwinIndex(0.8);
    for (const [i, one] of sketches.entries()) twins.add(String(i), one);
    for (const at of rng.sample([...sketches.keys()], 60)) {
      const one = sketches[at]!;
      const similar = sketches.flatMap((other, i) => {
        const met = one.bandKeys.some((key, band) => key === other.bandKeys[band]);
        return met && jaccard(one.shingles, other.shingles) >= 0.8 ? [String(i)] : [];
      });
      expect(new Set(twins.findAll(one).map(({ of }) => of))).toEqual(new Set(similar));
      expect(similar).toContain(String(at));
    }
  });
});

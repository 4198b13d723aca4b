import { describe, expect, it } from 'vitest';
import type { Trace } from '../../data/types.js';
import { looksEvery, stepsBetweenLooks } from './looks.js';
import { TextTokens } from './text-tokens.js';

describe('stepsBetweenLooks', () => {
  it('is what is wanted where that is cheap', () => {
    expect(stepsBetweenLooks(100, 10, 1)).toBe(10);
    expect(stepsBetweenLooks(100, 10, Infinity)).toBe(10);
    expect(stepsBetweenLooks(3, 1, 1)).toBe(2);
  });

  it('lets validations never cost more than three quarters of the training, and leaves the last', () => {
    for (let looksOfStep = 0.001; looksOfStep < 1; looksOfStep *= 1.3) {
      const looks = Math.ceil(100 / stepsBetweenLooks(100, 10, looksOfStep));
      expect(looks).toBeGreaterThanOrEqual(1);
      if (looks > 1) expect(looks / (100 * looksOfStep)).toBeLessThanOrEqual(0.75);
    }
  });
});

it('counts the tokens of a step and of a validation', () => {
  const trace = (id: string, words: number): Trace => ({ id, question: '', trace: 'w '.repeat(words), answer: '' });
  const candidates = [trace('a', 30), trace('b', 10)];
  const labelled = (id: string, words: number) => ({
    query: { id, question: 'w '.repeat(words) },
    positives: [candidates[0]!],
    unknown: new Set<string>(),
  });
  const [train, validation] = [[labelled('p', 4), labelled('q', 6)], [labelled('v', 10)]];
  const tokenize = (texts: readonly string[]) => ({
    texts: texts.map((text) => [{ ids: new Int32Array(text.trim().split(' ').length) }]),
    cut: [],
  });
  const queries = [...train, ...validation].map(({ query }) => query);
  const tokens = new TextTokens({ tokenize }, queries, candidates, 'trace');
  const documents = { loss: 'infonce', negatives: 'in-batch', judgedPerQuery: 16, hardPerQuery: 0 } as const;
  const options = { steps: 8, evalEvery: 1, batchSize: 2, documents };
  const every = (changes = {}, trainPasses?: number) =>
    looksEvery(trainPasses === undefined ? {} : { trainPasses }, { train, validation, candidates }, tokens, {
      ...options,
      ...changes,
    });
  // A step has two questions of 5 tokens and two traces of 20, a validation one question of 10 and both traces: 50 and 50.
  expect(every({}, 1)).toBe(stepsBetweenLooks(8, 1, 1));
  expect(every({}, 1)).toBe(2);
  expect(every()).toBe(1);
  expect(every({ documents: { ...documents, hardPerQuery: 2 } }, 1)).toBe(1);
  expect(every({ evalEvery: 4 }, 1)).toBe(4);
});

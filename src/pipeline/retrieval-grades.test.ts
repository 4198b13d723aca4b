import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import type { Problem, Trace } from '../data/index.js';
import type { Label } from '../judge/index.js';
import type { DataSets } from './data-stage.js';
import { gradeByTruth, heldOutLabels } from './retrieval-grades.js';

const trace = (id: string, truth: string, answer: string): Trace => ({ id, question: id, trace: id, answer, truth });
const problem = (id: string, truth: string, split: string): Problem => ({
  id,
  question: `q ${id}`,
  answer: '7',
  truth,
  split,
});

const data: DataSets = {
  train: Array.from({ length: 10 }, (_, i) => problem(`p${i}`, 'a', 'train')),
  test: [
    problem('s1', 'a', 'seen'),
    problem('s2', 'a', 'seen'),
    problem('h1', 'b', 'held-out'),
    problem('h2', 'c', 'held-out'),
  ],
  // The only trace of truth c has the query's own answer, so nobody could be asked to find it.
  corpus: [trace('ta', 'a', '1'), trace('tb', 'b', '2'), trace('tc', 'c', '7'), trace('tx', 'x', '3')],
  excludeLists: new Map(),
  fingerprint: '',
};

describe('gradeByTruth', () => {
  it('grades the first hit of each query that has any relevant trace, split by split', () => {
    const hits = new Map([
      ['s1', ['ta', 'tb']],
      ['s2', ['tx', 'ta']],
      ['h1', ['tb']],
      ['h2', ['tx']],
    ]);
    const traces = new Map(data.corpus.map((t) => [t.id, t]));
    const grades = gradeByTruth('bm25', data, (id) => hits.get(id)!.map((t) => traces.get(t)!));
    expect(grades).toEqual([
      { name: 'bm25', split: 'seen', firstIsRelevant: [true, false] },
      { name: 'bm25', split: 'held-out', firstIsRelevant: [true] },
    ]);
  });

  it('says nothing about data without truth', () => {
    const plain = { ...data, test: data.test.map(({ truth: _truth, ...p }) => p) };
    expect(gradeByTruth('bm25', plain, () => [])).toEqual([]);
  });
});

describe('heldOutLabels', () => {
  it('sets a share of the labelled problems apart, with the traces judged for each', () => {
    const labels: Label[] = data.train.flatMap((p) => [
      { problemId: p.id, traceId: 'ta', judge: 'utility', key: `${p.id}a`, relevant: true, score: 1 },
      { problemId: p.id, traceId: 'tb', judge: 'utility', key: `${p.id}b`, relevant: false, score: -1 },
      { problemId: p.id, traceId: 'tx', judge: 'utility', key: `${p.id}x`, failed: 'too long' },
    ]);
    const config = resolveConfig({ set: ['retriever.heldOutShare=0.3'] });
    const { queries, judged } = heldOutLabels(config, data, labels);
    expect(queries).toHaveLength(3);
    for (const { query, positives } of queries) {
      expect(positives.map((t) => t.id)).toEqual(['ta']);
      // A failed judgement is no judgement.
      expect([...judged.get(query.id)!]).toEqual(['ta', 'tb']);
    }
  });
});

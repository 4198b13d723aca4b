import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../config/index.js';
import { TraceGuard, type Problem, type Trace } from '../../data/index.js';
import type { Label } from '../../judge/index.js';
import type { DataSets } from '../data/data-sets.js';
import { labelledQueries, partsText } from '../labels/labelled-queries.js';
import { gradeByLabels, gradeByTruth, labelledTestSplit } from './retrieval-grades.js';

const trace = (id: string, truth: string, answer: string): Trace => ({ id, question: id, trace: id, answer, truth });
const problem = (id: string, truth: string, split: string): Problem => ({
  id,
  question: `q ${id}`,
  answer: '7',
  truth,
  split,
});

const train = Array.from({ length: 10 }, (_, i) => problem(`p${i}`, 'a', 'train'));
const test = [
  problem('s1', 'a', 'seen'),
  problem('s2', 'a', 'seen'),
  problem('h1', 'b', 'unseen'),
  problem('h2', 'c', 'unseen'),
];
const data: DataSets = {
  train,
  test,
  // The only trace of truth c has the query's own answer, so nobody could be asked to find it.
  corpus: [trace('ta', 'a', '1'), trace('tb', 'b', '2'), trace('tc', 'c', '7'), trace('tx', 'x', '3')],
  excludeLists: new Map(),
  guard: new TraceGuard([...train, ...test]),
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
      { name: 'bm25', split: 'unseen', firstIsRelevant: [true] },
    ]);
  });

  it('says nothing about data without truth', () => {
    const plain = { ...data, test: data.test.map(({ truth: _truth, ...p }) => p) };
    expect(gradeByTruth('bm25', plain, () => [])).toEqual([]);
  });
});

const labelsOf = (problems: readonly Problem[]): Label[] =>
  problems.flatMap((p) => [
    { problemId: p.id, traceId: 'ta', judge: 'utility', key: `${p.id}a`, relevant: true, score: 1 },
    { problemId: p.id, traceId: 'tb', judge: 'utility', key: `${p.id}b`, relevant: false, score: -1 },
    { problemId: p.id, traceId: 'tx', judge: 'utility', key: `${p.id}x`, failed: 'too long' },
  ]);
const config = resolveConfig({ set: ['retriever.validationShare=0.2', 'retriever.testShare=0.3'] });

describe('labelledQueries', () => {
  it('parts the labelled problems once; those that are graded neither train nor choose', () => {
    const queries = labelledQueries(config, data, labelsOf(data.train));
    expect([queries.train.length, queries.validation.length, queries.test.length]).toEqual([5, 2, 3]);
    const ids = [...queries.train, ...queries.validation, ...queries.test].map(({ query }) => query.id);
    expect(new Set(ids).size).toBe(10);
    for (const { query, positives } of queries.test) {
      expect(positives.map((t) => t.id)).toEqual(['ta']);
      // A failed judgement is no judgement.
      expect([...queries.judged.get(query.id)!]).toEqual(['ta', 'tb']);
    }
    expect(queries.judged.size).toBe(3);
  });

  it('says which part is empty and what that means', () => {
    const few = labelledQueries(config, data, labelsOf(data.train.slice(0, 2)));
    expect(partsText(few)).toContain('2 labelled queries to train on, 0 to choose the checkpoint, 0 to grade it');
    expect(partsText(few)).toContain('there is no grade on labelled queries');
    expect(partsText(labelledQueries(config, data, labelsOf(data.train)))).not.toContain('no grade');
  });
});

describe('gradeByLabels', () => {
  it('grades the test part, and gives no grade where it is empty', () => {
    const queries = labelledQueries(config, data, labelsOf(data.train));
    const traceIds = ['ta', 'tb', null];
    const hits = queries.test.map(({ query }, i) => ({ problemId: query.id, traceId: traceIds[i] ?? null }));
    expect(gradeByLabels('bm25', hits, queries)).toEqual([
      { name: 'bm25', split: labelledTestSplit, firstIsRelevant: [true, false, false] },
    ]);
    expect(gradeByLabels('bm25', [], { test: [] })).toEqual([]);
  });
});

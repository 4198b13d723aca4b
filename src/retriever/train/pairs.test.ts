import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { Label } from '../../judge/types.js';
import { draws, makeBatch } from './batches.js';
import { collectLabels, truthPairs, withoutNearDuplicates, withoutUnjudged, type LabelledQuery } from './pairs.js';
import type { Query } from '../types.js';

const trace = (id: string, extra: Partial<Trace> = {}): Trace => ({
  id,
  question: `question of ${id}`,
  trace: 'steps',
  answer: '1',
  ...extra,
});
const query = (id: string, extra: Partial<Query> = {}): Query => ({ id, question: `asks ${id}`, ...extra });
const labelled = (id: string, positives: Trace[], unknown: string[] = []): LabelledQuery => ({
  query: query(id),
  positives,
  unknown: new Set(unknown),
});
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => trace(id)) as [Trace, Trace, Trace, Trace];

describe('traces without a question', () => {
  it('are negatives of each other: no question is not the same question', () => {
    const [one, two] = [trace('a', { question: '' }), trace('b', { question: '' })];
    const pairs = [labelled('q1', [one]), labelled('q2', [two])];
    expect([
      ...makeBatch({ queries: pairs, positives: [one, two] }, { inBatchPositives: 'mask' }).masks.ignore,
    ]).toEqual([0, 0, 0, 0]);
    expect(withoutNearDuplicates(pairs, [one, two], 1)).toEqual(pairs);
  });
});

describe('withoutUnjudged', () => {
  it('takes unlabelled traces of the judged types out of the negatives, and no others', () => {
    const [sum, other, product] = [
      trace('a', { type: 'sum' }),
      trace('b', { type: 'sum' }),
      trace('c', { type: 'product' }),
    ];
    const untold = trace('d', { type: 'sum' });
    const judged = (traceId: string, relevant: boolean): Label => {
      return { judge: 'test', key: traceId, problemId: 'q1', traceId, relevant };
    };
    const labels = [judged('a', true), judged('b', false)];
    const [one] = withoutUnjudged([labelled('q1', [sum], ['x'])], labels, [sum, other, product, untold]);
    expect([...one!.unknown]).toEqual(['x', 'd']);
    expect(one!.positives).toEqual([sum]);
    const [mixed] = withoutUnjudged(
      [labelled('q1', [sum])],
      [judged('a', true), judged('c', false)],
      [sum, other, product],
    );
    expect([...mixed!.unknown]).toEqual(['b']);
  });
});

describe('collectLabels', () => {
  const base = { judge: 'test', key: 'k' };
  it('gathers positives and failures, counts the rest', () => {
    const labels: Label[] = [
      { ...base, problemId: 'q2', traceId: 'b', relevant: true },
      { ...base, problemId: 'q2', traceId: 'a', relevant: true },
      { ...base, problemId: 'q2', traceId: 'c', failed: 'timeout' },
      { ...base, problemId: 'q2', traceId: 'd', relevant: false },
      { ...base, problemId: 'q1', traceId: 'a', relevant: false },
      { ...base, problemId: 'q1', traceId: 'a', relevant: true },
      { ...base, problemId: 'q3', traceId: 'a', relevant: false },
      { ...base, problemId: 'q3', traceId: 'gone', relevant: true },
      { ...base, problemId: 'gone', traceId: 'a', relevant: true },
    ];
    const {
      labelled: found,
      withoutPositive,
      strangers,
    } = collectLabels(labels, [query('q1'), query('q2'), query('q3')], [a, b, c, d]);
    expect(found).toEqual([
      { query: query('q1'), positives: [a], unknown: new Set(), judged: [{ trace: a, relevant: true, gain: 1 }] },
      {
        query: query('q2'),
        positives: [a, b],
        unknown: new Set(['c']),
        judged: [
          { trace: a, relevant: true, gain: 1 },
          { trace: b, relevant: true, gain: 1 },
          { trace: d, relevant: false, gain: 0 },
        ],
      },
    ]);
    expect([withoutPositive, strangers]).toEqual([1, 2]);
  });

  it('makes pairs of truth, without excluded ones', () => {
    const traces = [trace('a', { truth: 'x' }), trace('b', { truth: 'x' }), trace('c', { truth: 'y' })];
    const pairs = truthPairs(
      [query('1', { truth: 'x' }), query('2', { truth: 'z' }), query('3')],
      traces,
      (_, t) => t.id === 'a',
    );
    expect(pairs).toEqual([{ query: query('1', { truth: 'x' }), positives: [traces[1]], unknown: new Set() }]);
  });
});

describe('makeBatch', () => {
  it('masks known positives, failures, excluded pairs and traces of the same problem', () => {
    const twin = trace('twin', { question: a.question });
    const queries = [
      labelled('q1', [a, b], ['c']),
      labelled('q2', [b]),
      labelled('q3', [c]),
      labelled('q4', [twin]),
      labelled('q5', [d]),
    ];
    const options = {
      inBatchPositives: 'mask' as const,
      exclude: (q: Query, t: Trace) => q.id === 'q2' && t.id === 'd',
    };
    const { documents, masks } = makeBatch({ queries, positives: [a, b, c, twin, d] }, options);
    expect(documents).toEqual([a, b, c, twin, d]);
    const rows = (mask: Uint8Array) => queries.map((_, q) => mask.subarray(q * 5, q * 5 + 5).join(''));
    expect(rows(masks.positive)).toEqual(['10000', '01000', '00100', '00010', '00001']);
    expect(rows(masks.ignore)).toEqual(['01110', '00001', '00000', '10000', '00000']);
  });

  it('trains on in-batch positives where told to, and shares a trace drawn twice', () => {
    const queries = [labelled('q1', [a, b]), labelled('q2', [b]), labelled('q3', [b, c])];
    const { documents, masks } = makeBatch({ queries, positives: [a, b, b] }, { inBatchPositives: 'train' });
    expect(documents).toEqual([a, b]);
    expect([...masks.positive]).toEqual([1, 1, 0, 1, 0, 1]);
    expect([...masks.ignore]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe('makeBatch of judged candidates', () => {
  const judgedQuery: LabelledQuery = {
    ...labelled('q1', [a], ['c']),
    judged: [
      { trace: a, relevant: true, gain: 2 },
      { trace: b, relevant: false, gain: -1 },
    ],
  };
  const draw = { queries: [judgedQuery, labelled('q2', [c])], positives: [a, c] };
  const rows = (mask: Uint8Array) => [mask.subarray(0, 4).join(''), mask.subarray(4).join('')];

  it('says what was measured of which pair, whoever brought the document', () => {
    const exclude = (q: Query, t: Trace) => q.id === 'q1' && t.id === 'b';
    const { documents, masks } = makeBatch(draw, { inBatchPositives: 'mask' }, [b, d, a]);
    expect(documents).toEqual([a, c, b, d]);
    expect([...masks.gains!]).toEqual([2, NaN, -1, NaN, NaN, NaN, NaN, NaN]);
    expect(masks.weights).toBeUndefined();
    const guarded = makeBatch(draw, { inBatchPositives: 'mask', exclude, weightOf: () => 0.5 }, [b, d]).masks;
    expect([...guarded.gains!]).toEqual([2, NaN, NaN, NaN, NaN, NaN, NaN, NaN]);
    expect([...guarded.weights!]).toEqual([0.5, 0.5]);
  });

  it('takes only denied ones for negatives where told to', () => {
    const inBatch = makeBatch(draw, { inBatchPositives: 'mask' }, [b, d]).masks;
    expect([rows(inBatch.positive), rows(inBatch.ignore)]).toEqual([
      ['1000', '0100'],
      ['0100', '0000'],
    ]);
    const graded = makeBatch(draw, { inBatchPositives: 'mask', graded: true }, [b, d]).masks;
    expect([rows(graded.positive), rows(graded.ignore)]).toEqual([
      ['1000', '0100'],
      ['0110', '0000'],
    ]);
    const denied = makeBatch(draw, { inBatchPositives: 'mask', negatives: 'judged' }, [b, d]).masks;
    expect(rows(denied.ignore)).toEqual(['0101', '1011']);
  });
});

describe('withoutNearDuplicates', () => {
  const text = 'A train goes from the old town to the sea in seven hours and comes back in nine hours';
  const near = trace('near', { question: text.replace('seven', 'eight') });
  const same = trace('same', { question: `${text}.` });
  const own = trace('own', { question: text });

  it('knows nothing of reworded positives and of reworded queries, and leaves positives what they are', () => {
    const [one, two] = withoutNearDuplicates(
      [labelled('q1', [own, same], ['x']), { ...labelled('q2', [b]), query: query('q2', { question: text }) }],
      [a, b, near, same, own],
      0.6,
    );
    expect([...one!.unknown].toSorted()).toEqual(['near', 'x']);
    expect(one!.positives).toEqual([own, same]);
    expect([...two!.unknown].toSorted()).toEqual(['b', 'near', 'own', 'same'].filter((id) => id !== 'b'));
  });

  it('takes as alike what has the same shingles alone at 1', () => {
    const [one] = withoutNearDuplicates([labelled('q1', [own])], [near, own, a], 1);
    expect([...one!.unknown]).toEqual([]);
  });
});

describe('draws', () => {
  const queries = Array.from({ length: 10 }, (_, i) => labelled(`q${i}`, [a, b, c, d]));
  const take = (seed: number, n: number, batchSize = 4) => {
    const stream = draws(queries, batchSize, Rng.fromSeed(seed));
    return Array.from({ length: n }, () => stream.next().value);
  };
  it('takes every query at most once an epoch and all positives in time', () => {
    const [first, second, third] = take(1, 3);
    const ids = [first, second].flatMap((batch) => batch?.queries.map((l) => l.query.id) ?? []);
    expect(new Set(ids).size).toBe(8);
    expect(third?.queries).toHaveLength(4);
    const drawn = new Set(take(1, 20).flatMap((batch) => batch.positives.map((t) => t.id)));
    expect([...drawn].toSorted()).toEqual(['a', 'b', 'c', 'd']);
  });
  it('repeats with the seed, and takes all queries where there are few', () => {
    expect(take(1, 5)).toEqual(take(1, 5));
    expect(take(1, 5)).not.toEqual(take(2, 5));
    expect(take(1, 2, 100).map((batch) => batch.queries.length)).toEqual([10, 10]);
  });
});

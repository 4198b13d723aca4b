import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { compareJudges, kappa, worstDisagreements } from './agreement.js';
import { answersOf, drawAudit } from './audit.js';
import { labelStats, spearman, type PairFacts } from './label-stats.js';
import { pairKey } from './agreement.js';
import type { Label } from './types.js';

const label = (judge: string, pair: string, said: boolean | null, score?: number): Label => {
  const [problemId = '', traceId = ''] = pair.split('-');
  const base = { problemId, traceId, judge, key: `${judge}${pair}` };
  if (said === null) return { ...base, failed: 'no verdict' };
  return { ...base, relevant: said, ...(score !== undefined && { score }) };
};
/** `p1-t1+ p1-t2-` and so on: + yes, - no, ? failed. */
const labels = (judge: string, text: string): Label[] =>
  text.split(' ').map((word) => {
    const said = word.at(-1);
    return label(judge, word.slice(0, -1), said === '?' ? null : said === '+');
  });
const rng = () => Rng.fromSeed(1);

describe('kappa', () => {
  test('by hand: .7 agree, .5 would by chance', () => {
    expect(kappa({ yesYes: 20, yesNo: 5, noYes: 10, noNo: 15 })).toBeCloseTo(0.4, 12);
  });
  test('1 for equals, below 0 for opposites, undefined for a judge that says one thing only', () => {
    expect(kappa({ yesYes: 2, yesNo: 0, noYes: 0, noNo: 2 })).toBe(1);
    expect(kappa({ yesYes: 0, yesNo: 2, noYes: 2, noNo: 0 })).toBe(-1);
    expect(kappa({ yesYes: 0, yesNo: 0, noYes: 0, noNo: 9 })).toBeNull();
    expect(kappa({ yesYes: 0, yesNo: 0, noYes: 0, noNo: 0 })).toBeNull();
  });
});

describe('compareJudges', () => {
  test('counts the pairs both decided; failures and strangers stand apart', () => {
    const a = labels('a', 'p-1+ p-2+ p-3- q-1- q-2? q-3-');
    const b = labels('b', 'p-1+ p-2- p-3- q-1- q-2+ q-9+');
    expect(compareJudges(a, b, { rng: rng() })).toMatchObject({ a: 'a', b: 'b', pairs: 4, failed: 1 });
  });

  test('an audited sample counts for what it stands for', () => {
    // a: 2 yes, 8 no. The person saw both yes and two of the no, each of which stands for four.
    const a = labels('a', 'p-1+ q-1+ p-2- p-3- p-4- p-5- q-2- q-3- q-4- q-5-');
    const person = labels('person', 'p-1+ q-1- p-2- q-2+');
    const result = compareJudges(a, person, { rng: rng() });
    expect(result.table).toEqual({ yesYes: 1, yesNo: 1, noYes: 4, noNo: 4 });
    expect(result.agreement).toBe(0.5);
    expect(result.kappa).toBeCloseTo(0, 12);
  });

  test('the interval holds the estimate and narrows with more queries', () => {
    const many = (n: number, judge: string, flip: number) =>
      Array.from({ length: n * 4 }, (_, i) =>
        label(judge, `p${Math.floor(i / 4)}-t${i % 4}`, i % 4 < 2 !== (i % flip === 0)),
      );
    const width = (n: number) => {
      const { kappa: k, kappaCi95: ci } = compareJudges(many(n, 'a', 1e9), many(n, 'b', 7), { rng: rng() });
      expect(ci![0]).toBeLessThan(k!);
      expect(ci![1]).toBeGreaterThan(k!);
      return ci![1] - ci![0];
    };
    expect(width(80)).toBeLessThan(width(10));
    expect(compareJudges(many(1, 'a', 9), many(1, 'b', 9), { rng: rng() }).kappaCi95).toBeNull();
  });
});

test('worst disagreements come from the surest labels', () => {
  const a = [
    label('a', 'p-1', true, 9),
    label('a', 'p-2', true, 1),
    label('a', 'p-3', false, -9),
    label('a', 'p-4', false, -1),
  ];
  const b = labels('b', 'p-1- p-2- p-3+ p-4-');
  // Mean 0, deviation sqrt(41): 9 / 6.4 on both sides of p-1 and p-3.
  const found = worstDisagreements(a, b, 2);
  expect(found.map(({ a: one }) => one.traceId)).toEqual(['1', '3']);
  expect(found[0]?.strength).toBeCloseTo(9 / Math.sqrt(41), 12);
});

describe('drawAudit', () => {
  const problems = ['p', 'q'].map((id) => ({ id, question: `Q${id}`, answer: '1' }));
  const traces = Array.from({ length: 10 }, (_, i) => ({
    id: `t${i}`,
    question: `R${i}`,
    trace: `T${i}`,
    answer: '2',
  }));
  const texts = { problems, traces };
  const all = problems.flatMap(({ id }) => traces.map((t, i) => label('a', `${id}-${t.id}`, i < 2)));
  const draw = (count: number, from = all) => drawAudit(from, texts, { count, rng: rng() });
  const saidYes = (items: ReturnType<typeof draw>) =>
    items.filter(({ traceId }) => Number(traceId.slice(1)) < 2).length;

  test('half of each verdict, blind, in an order that tells nothing, the same for the same seed', () => {
    const items = draw(6);
    expect(saidYes(items)).toBe(3);
    expect(items[0]).toMatchObject({ judge: 'person', relevant: null, solution: 'The answer is 1.' });
    expect(JSON.stringify(items)).not.toContain('score');
    expect(draw(6)).toEqual(items);
  });

  test('fills up with what there is', () => {
    expect([draw(12).length, saidYes(draw(12))]).toEqual([12, 4]);
    expect(draw(99)).toHaveLength(20);
    expect(draw(4, [...labels('a', 'x-t1+ p-zz-'), label('a', 'p-t1', null)])).toEqual([]);
  });

  test('what is filled in becomes labels, what is not stays out', () => {
    const [first, second, third] = draw(3);
    const answers = answersOf([
      { ...first!, relevant: true, reason: 'both telescope' },
      { ...second!, relevant: false },
      third!,
    ]);
    expect(answers).toMatchObject([{ relevant: true, reason: 'both telescope', judge: 'person' }, { relevant: false }]);
  });
});

describe('labelStats', () => {
  test('a justification that most pairs share is told', () => {
    const because = (pair: string, reason: string): Label => ({ ...label('m', pair, true), reason });
    const set = [
      because('p-1', '...'),
      because('p-2', '...'),
      because('p-3', 'both telescope'),
      label('m', 'p-4', null),
    ];
    expect(labelStats(set, new Map()).repeated).toEqual({ reason: '...', pairs: 2 });
    expect(labelStats(set.slice(1), new Map()).repeated).toBeNull();
  });

  test('inferred labels are counted, and what their audit found', () => {
    const of = (pair: string, said: boolean, more: object): Label => ({ ...label('u', pair, said), ...more });
    const { inferred } = labelStats(
      [
        of('p-1', true, { chosen: 'fit' }),
        of('p-2', true, { inferred: true }),
        of('p-3', false, { inferred: true }),
        of('q-1', true, { chosen: 'audit-relevant' }),
        of('q-2', false, { chosen: 'audit-relevant' }),
        { ...label('u', 'q-3', null), chosen: 'audit-relevant' },
        of('q-4', false, { chosen: 'audit-rest' }),
      ],
      new Map(),
    );
    expect(inferred).toEqual({ pairs: 2, auditedRelevant: 2, confirmed: 0.5, auditedRest: 1, missed: 0 });
  });

  const facts = new Map<string, PairFacts>();
  const set = [
    label('u', 'p-1', false, -3),
    label('u', 'p-2', true, 2),
    label('u', 'p-3', true, 1),
    label('u', 'q-1', true, 4),
    label('u', 'q-2', null),
  ];
  const known: [string, number, number][] = [
    ['algebra', 1, 10],
    ['algebra', 30, 20],
    ['algebra', 3, 30],
    ['geometry', 200, 40],
    ['geometry', 2, 50],
  ];
  known.forEach(([type, bm25Rank, traceChars], i) => facts.set(pairKey(set[i]!), { type, bm25Rank, traceChars }));

  test('by hand', () => {
    const stats = labelStats(set, facts);
    expect(stats).toMatchObject({
      judge: 'u',
      all: { pairs: 5, failed: 1, relevant: 0.75, meanScore: 1 },
      queries: 2,
      queriesWithPositive: 2,
      failures: [{ reason: 'no verdict', pairs: 1 }],
      // Scores -3 2 1 against ranks 1 30 3: similarity ranks 3 1 2 against 1 3 2.
      rankCorrelation: { mean: -1, queries: 1 },
    });
    expect(stats.byType.map(({ name, pairs, relevant }) => [name, pairs, relevant])).toEqual([
      ['algebra', 3, 2 / 3],
      ['geometry', 2, 1],
    ]);
    expect(stats.byRank.map(({ name, pairs }) => [name, pairs])).toEqual([
      ['1', 1],
      ['2 to 5', 2],
      ['21 to 100', 1],
      ['101 and up', 1],
    ]);
    expect(stats.byLength.map(({ name }) => name)).toEqual(['1 to 20', '21 to 30', '31 to 40', '41 and up']);
    expect(stats.examples.similarUseless.map((l) => l.traceId)).toEqual(['1']);
    expect(stats.examples.dissimilarUseful.map(pairKey)).toEqual(['["q","1"]', '["p","2"]']);
  });

  test('without facts or labels there is nothing to relate', () => {
    expect(labelStats([], new Map())).toMatchObject({ all: { relevant: null }, byRank: [], rankCorrelation: null });
    expect(labelStats(set, new Map()).byType).toMatchObject([{ name: 'without type', pairs: 5 }]);
  });

  test('spearman with ties, by hand', () => {
    expect(spearman([1, 2, 3], [1, 2, 3])).toBeCloseTo(1, 12);
    // Ranks 1.5 1.5 3 4 and 1 2 3.5 3.5 around 2.5: products 1.5 + .5 + .5 + 1.5, squares 4.5 and 4.5.
    expect(spearman([1, 1, 2, 3], [1, 2, 3, 3])).toBeCloseTo(4 / 4.5, 12);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(spearman([1, 2], [1, 2])).toBeNull();
  });
});

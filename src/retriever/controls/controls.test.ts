/** Random and oracle: the controls that the learned retriever is compared with. */
import { describe, expect, it } from 'vitest';
import type { Trace } from '../../data/types.js';
import { OracleRetriever } from './oracle.js';
import { RandomRetriever } from './random.js';
import type { Hit, Query } from '../types.js';

const traces: Trace[] = Array.from({ length: 40 }, (_, i) => ({
  id: `t${String(i).padStart(2, '0')}`,
  question: `question ${i}`,
  trace: `trace ${i}`,
  answer: String(i % 5),
  type: i % 2 === 0 ? 'even' : 'odd',
  truth: `rule ${i % 4}`,
}));
const queries: Query[] = Array.from({ length: 60 }, (_, i) => ({
  id: `q${i}`,
  question: 'which?',
  type: i % 2 === 0 ? 'even' : 'odd',
  truth: `rule ${i % 4}`,
}));
const ids = (hits_Q: Hit[][]) => hits_Q.map((hits) => hits.map((hit) => hit.trace.id));

describe('RandomRetriever', () => {
  it('draws of the same type, differently for each query, the same again with the same seed', async () => {
    const hits = await new RandomRetriever(traces, 7).search(queries, { k: 2 });
    for (const [i, h] of hits.entries())
      expect(h.map((x) => x.trace.type)).toEqual([queries[i]?.type, queries[i]?.type]);
    expect(new Set(hits.map((h) => h[0]?.trace.id)).size).toBeGreaterThan(20);
    expect(ids(await new RandomRetriever(traces, 7).search(queries, { k: 2 }))).toEqual(ids(hits));
    expect(ids(await new RandomRetriever(traces, 8).search(queries, { k: 2 }))).not.toEqual(ids(hits));
  });

  it('draws among all traces where the type is not asked for', async () => {
    const hits = await new RandomRetriever(traces, 7, { sameType: false }).search(queries, { k: 1 });
    const same = hits.filter((h, i) => h[0]?.trace.type === queries[i]?.type).length;
    expect(same).toBeGreaterThan(queries.length / 4);
    expect(same).toBeLessThan((queries.length * 3) / 4);
  });

  it('does not depend on the order of the corpus, nor on the other queries', async () => {
    const all = ids(await new RandomRetriever(traces, 7).search(queries, { k: 3 }));
    expect(ids(await new RandomRetriever(traces.toReversed(), 7).search(queries, { k: 3 }))).toEqual(all);
    expect(ids(await new RandomRetriever(traces, 7).search(queries.slice(5, 6), { k: 3 }))[0]).toEqual(all[5]);
  });

  it('falls back to any trace where the type has none that is allowed, and draws among all without a type', async () => {
    const random = new RandomRetriever(traces, 7);
    const even = new Set(traces.filter(({ type }) => type === 'even').map(({ id }) => id));
    const [hits] = await random.search([{ id: 'a', question: '', type: 'even' }], { k: 1, excludeIds_Q: [even] });
    expect(hits?.[0]?.trace.type).toBe('odd');
    const [unknown] = await random.search([{ id: 'a', question: '', type: 'nowhere' }], { k: 40 });
    const [untyped] = await random.search([{ id: 'a', question: '' }], { k: 40 });
    expect(unknown).toHaveLength(40);
    expect(unknown).toEqual(untyped);
  });

  it('is close to uniform', async () => {
    const many = Array.from({ length: 4000 }, (_, i) => ({ id: `q${i}`, question: '' }));
    const counts = new Map<string, number>();
    for (const [hit] of await new RandomRetriever(traces, 1).search(many, { k: 1 })) {
      counts.set(hit?.trace.id ?? '', (counts.get(hit?.trace.id ?? '') ?? 0) + 1);
    }
    // 4000 draws over 40 traces: 100 each, standard deviation 9.9; five of them either way.
    for (const trace of traces) expect(Math.abs((counts.get(trace.id) ?? 0) - 100)).toBeLessThan(50);
  });
});

describe('OracleRetriever', () => {
  it('gives traces of the same truth only, and nothing where there is none', async () => {
    const oracle = new OracleRetriever(traces, 7);
    const hits = await oracle.search(queries, { k: 20 });
    for (const [i, h] of hits.entries()) {
      expect(h).toHaveLength(10);
      expect(new Set(h.map((x) => x.trace.truth))).toEqual(new Set([queries[i]?.truth]));
    }
    const own = new Set(traces.filter(({ truth }) => truth === 'rule 1').map(({ id }) => id));
    expect(await oracle.search([{ id: 'a', question: '', truth: 'rule 1' }], { k: 3, excludeIds_Q: [own] })).toEqual([
      [],
    ]);
    expect(
      await oracle.search(
        [
          { id: 'a', question: '', truth: 'unheard of' },
          { id: 'b', question: '' },
        ],
        { k: 3 },
      ),
    ).toEqual([[], []]);
  });

  it('spreads over the traces of a truth and repeats with the seed', async () => {
    const one = await new OracleRetriever(traces, 7).search(queries, { k: 1 });
    expect(new Set(one.map((h) => h[0]?.trace.id)).size).toBeGreaterThan(15);
    expect(ids(await new OracleRetriever(traces.toReversed(), 7).search(queries, { k: 1 }))).toEqual(ids(one));
  });
});

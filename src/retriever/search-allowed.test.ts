import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import type { Trace } from '../data/types.js';
import { RandomRetriever } from './controls/random.js';
import { FusedRetriever } from './fuse/fused-retriever.js';
import { Bm25Retriever } from './lexical/bm25.js';
import { RerankRetriever } from './rerank/rerank-retriever.js';
import { searchAllowed } from './search-allowed.js';
import type { Query, TraceRetriever } from './types.js';

const rng = Rng.fromSeed(5);
const words = ['cat', 'dog', 'hen', 'fox', 'owl'];
const text = (stream: Rng) => Array.from({ length: 4 }, () => stream.pick(words)).join(' ');
const traces: Trace[] = Array.from({ length: 300 }, (_, i) => ({
  id: `t${i}`,
  question: text(rng),
  trace: '',
  answer: '',
  type: i % 3 === 0 ? 'a' : 'b',
}));
const queries: Query[] = Array.from({ length: 6 }, (_, i) => ({ id: `q${i}`, question: text(rng), type: 'a' }));
const ids = (hits_Q: readonly (readonly { trace: Trace; rank: number }[])[]) =>
  hits_Q.map((hits) => hits.map(({ trace, rank }) => `${rank} ${trace.id}`));

describe('searchAllowed', () => {
  const rules: [string, (query: Query, trace: Trace) => boolean][] = [
    ['all', () => true],
    ['none', () => false],
    [
      'one in fifty, another for each query',
      (query, trace) => (Number(trace.id.slice(1)) + query.id.charCodeAt(1)) % 50 === 0,
    ],
    ['only those of another type', (_, trace) => trace.type === 'b'],
  ];
  const bm25 = (of: Trace[]) => new Bm25Retriever(of);
  const random = (of: Trace[]) => new RandomRetriever(of, 3);
  const weighted = (of: Trace[]) => [bm25(of), random(of)].map((retriever, i) => ({ retriever, weight: i + 1 }));
  const retrievers = [
    bm25,
    random,
    (of: Trace[]) => new RerankRetriever(random(of), bm25(of), { candidates: 7 }),
    (of: Trace[]) => new FusedRetriever(weighted(of), { rankConstant: 60, candidates: 20 }),
  ];
  it.each(rules)('finds what a search over the allowed traces alone finds: %s', async (_, allowed) => {
    for (const make of retrievers) {
      const open = new Map(queries.map(({ id }) => [id, new Set<string>()]));
      for (const query of queries)
        for (const trace of traces) if (!allowed(query, trace)) open.get(query.id)?.add(trace.id);
      const excludeIds_Q = queries.map(({ id }) => open.get(id)!);
      const expected = await make(traces).search(queries, { k: 3, excludeIds_Q });
      expect(ids(await searchAllowed(make(traces), queries, 3, allowed))).toEqual(ids(expected));
    }
  });

  it('asks about few traces where few are refused, and searches once', async () => {
    const bm25 = new Bm25Retriever(traces);
    let [asked, searches] = [0, 0];
    const counted: Pick<TraceRetriever, 'search'> = { search: (...of) => (searches++, bm25.search(...of)) };
    await searchAllowed(counted, queries, 1, (_, trace) => (asked++, trace.id !== 't0'));
    expect(asked).toBeLessThan(10 * queries.length);
    expect(searches).toBe(1);
  });
});

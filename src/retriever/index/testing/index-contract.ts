/** What every backend of an index must do, whoever keeps the vectors: one suite, run against each of them. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { Rng } from '../../../core/rng.js';
import { joinTexts, sliceTexts, type TokenVectors } from '../../encode/token-vectors.js';
import { maxSimMatrix, type Scoring } from '../../score/maxsim.js';
import type { IndexDocument, IndexSearch, Scored, TokenIndex } from '../types.js';
import { clusteredTexts, someDocuments } from './documents.js';

export interface IndexBackend {
  name: string;
  dim: number;
  scoring: Scoring;
  /** An empty index, another at each call. */
  make(): Promise<TokenIndex>;
  /** How far a score may be from that of the vectors as they were given: 0 where they are kept as float32. */
  tolerance: number;
  /** Opens anew what `index` has written; absent where an index ends with its process. */
  reopen?(index: TokenIndex): Promise<TokenIndex>;
}

/** What an index over `documents` must find, by plain loops. */
export function expectedHits(
  queries: TokenVectors,
  documents: readonly IndexDocument[],
  scoring: Scoring,
  mayReturn: (q: number, document: IndexDocument) => boolean = () => true,
): Scored[][] {
  return Array.from(queries.lengths, (_, q) => {
    const query = sliceTexts(queries, q, q + 1);
    return documents
      .filter((document) => mayReturn(q, document))
      .map(({ id, chunks }) => ({ id, score: Math.max(...maxSimMatrix(query, chunks, scoring)) }))
      .filter(({ score }) => score !== -Infinity)
      .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  });
}

const COUNT = 40;

/** Runs the suite. */
export function testIndex(backend: IndexBackend): void {
  const { dim, scoring, tolerance } = backend;
  const documents = someDocuments(COUNT, dim);
  const full = documents.filter(({ chunks }) => chunks.vectors.length > 0);
  const queries = clusteredTexts([5, 1, 9], dim, Rng.fromSeed('queries'));

  async function make(): Promise<TokenIndex> {
    const index = await backend.make();
    onTestFinished(() => index.dispose());
    return index;
  }
  async function filled(of: readonly IndexDocument[] = documents): Promise<TokenIndex> {
    const index = await make();
    await index.add(of);
    return index;
  }
  /** The k best are those, and their scores near enough; neighbours nearer than the tolerance may change places. */
  async function expectHits(index: TokenIndex, expected: Scored[][], options: IndexSearch): Promise<void> {
    const found_Q = await index.search(queries, options);
    expect(found_Q).toHaveLength(expected.length);
    for (const [q, found] of found_Q.entries()) {
      const own = expected[q] as Scored[];
      const scores = new Map(own.map(({ id, score }) => [id, score]));
      expect(found).toHaveLength(Math.min(options.k, own.length));
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      for (const [i, { id, score }] of found.entries()) {
        expect(Math.abs(score - (scores.get(id) ?? NaN)), id).toBeLessThanOrEqual(tolerance + 1e-5);
        expect(Math.abs(score - (own[i]?.score ?? NaN)), `rank ${i + 1}`).toBeLessThanOrEqual(tolerance + 1e-5);
        if (i > 0) expect(score).toBeLessThanOrEqual((found[i - 1] as Scored).score);
      }
    }
  }

  describe(`index: ${backend.name}`, () => {
    it('finds what plain loops find, by the best chunk of each document', async () => {
      const index = await filled();
      expect(index.size).toBe(COUNT);
      await expectHits(index, expectedHits(queries, documents, scoring), { k: 7 });
    });

    it('gives every known id once where more are asked for than there are', async () => {
      const index = await filled();
      for (const k of [full.length, COUNT, 1000])
        await expectHits(index, expectedHits(queries, documents, scoring), { k });
    });

    it('is empty at first, and takes documents in several calls', async () => {
      const index = await make();
      expect(index.size).toBe(0);
      expect(await index.search(queries, { k: 3 })).toEqual([[], [], []]);
      await index.add(documents.slice(0, 15));
      await index.add([]);
      await index.add(documents.slice(15));
      await expectHits(index, expectedHits(queries, documents, scoring), { k: 7 });
      expect(await index.search(joinTexts([], dim), { k: 3 })).toEqual([]);
    });

    it('leaves out what is excluded, keeps to what is asked for, and filters before it ranks', async () => {
      const index = await filled();
      const excludeIds_Q = [new Set(['d0', 'd1', 'unknown']), new Set<string>(), new Set(['d2'])];
      const onlyIds_Q = queries.lengths.reduce<Set<string>[]>(
        (sets) => [...sets, new Set(['d0', 'd2', 'd9', 'no'])],
        [],
      );
      const filter = { type: 'even', level: { $gte: 2 }, tags: { $in: ['t0', 't1'] } };
      const passes = ({ fields }: IndexDocument) =>
        fields?.type === 'even' && Number(fields.level) >= 2 && !(fields.tags as string[]).includes('t2');
      const hits = (mayReturn: (q: number, document: IndexDocument) => boolean) =>
        expectedHits(queries, documents, scoring, mayReturn);
      await expectHits(
        index,
        hits((q, { id }) => !excludeIds_Q[q]?.has(id)),
        { k: 5, excludeIds_Q },
      );
      await expectHits(
        index,
        hits((q, { id }) => onlyIds_Q[q]!.has(id)),
        { k: 5, onlyIds_Q },
      );
      await expectHits(
        index,
        hits((_, document) => passes(document)),
        { k: 5, filter },
      );
      await expectHits(
        index,
        hits((q, document) => passes(document) && !excludeIds_Q[q]?.has(document.id)),
        { k: 5, filter, excludeIds_Q },
      );
      await expectHits(
        index,
        hits((_, { id }) => id === 'd3'),
        { k: 5, filter: { id: 'd3' } },
      );
      await expectHits(
        index,
        hits(() => false),
        { k: 5, filter: { type: 'neither' } },
      );
    });

    it('refuses a filter that it cannot use, and one with code in it', async () => {
      const index = await filled();
      for (const filter of [{ level: { $nothing: 1 } }, { $where: 'true' }, { $or: [{ $where: 'true' }] }])
        await expect(index.search(queries, { k: 1, filter })).rejects.toMatchObject({ code: 'usage' });
    });

    it('keeps ids what they were after a removal, and takes an id anew', async () => {
      const index = await filled();
      const gone = new Set(['d1', 'd20', 'd39']);
      expect(await index.remove([...gone, 'd1', 'unknown'])).toBe(3);
      expect(index.size).toBe(COUNT - 3);
      expect([index.has('d1'), index.has('d2')]).toEqual([false, true]);
      const left = documents.filter(({ id }) => !gone.has(id));
      await expectHits(index, expectedHits(queries, left, scoring), { k: COUNT });
      expect(await index.remove(['d1'])).toBe(0);
      const other = { ...(documents[3] as IndexDocument), id: 'd1' };
      await index.add([other]);
      await expectHits(index, expectedHits(queries, [...left, other], scoring), { k: COUNT });
    });

    it('refuses ids that are there or come twice, and vectors of another size, and is as it was', async () => {
      const index = await filled();
      const [first, second] = someDocuments(2, dim, 'others').map((d, i) => ({ ...d, id: `new${i}` }));
      const wrong = { id: 'wrong', chunks: clusteredTexts([2], dim + 1, Rng.fromSeed(1)) };
      for (const bad of [
        [first, documents[4]],
        [first, second, first],
        [first, wrong],
      ])
        await expect(index.add(bad as IndexDocument[])).rejects.toMatchObject({ code: 'data' });
      expect(index.size).toBe(COUNT);
      await expectHits(index, expectedHits(queries, documents, scoring), { k: COUNT });
    });

    it('refuses a search for no document', async () => {
      const index = await filled();
      await expect(index.search(queries, { k: 0 })).rejects.toMatchObject({ code: 'usage' });
    });

    it.runIf('reopen' in backend)('is the same after it was closed', async () => {
      const index = await filled();
      await index.remove(['d5', 'd6']);
      const before = await index.search(queries, { k: 9 });
      const again = await (backend.reopen as NonNullable<typeof backend.reopen>)(index);
      onTestFinished(() => again.dispose());
      expect(again.size).toBe(COUNT - 2);
      expect(await again.search(queries, { k: 9 })).toEqual(before);
      expect(again.has('d5')).toBe(false);
    });
  });
}

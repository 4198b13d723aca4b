import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { jsonlText } from '../../core/jsonl.js';
import { Bm25Retriever } from '../lexical/bm25.js';
import type { Hit } from '../types.js';
import { parseQrels, readBeir } from './beir.js';
import { gradeTrec } from './trec.js';

const documents = [
  { _id: 'd1', title: 'Apples', text: 'apples and pears' },
  { _id: 'd2', title: '', text: 'ships at sea' },
  { _id: 3, title: 'Trains', text: 'trains on rails' },
];
const queries = [
  { _id: 'q1', text: 'pears' },
  { _id: 'd2', text: 'ships', metadata: {} },
  { _id: 'q3', text: 'rails', excluded_ids: ['3', 'N/A'] },
  { _id: 'q4', text: 'nobody judged this' },
];
const qrels = 'query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nd2\td1\t1\nq3\tgone\t1\n';

async function collection(changes: Partial<Record<'corpus.jsonl' | 'queries.jsonl' | 'qrels', string>> = {}) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'qrels'));
  await writeFile(join(folder, 'corpus.jsonl'), changes['corpus.jsonl'] ?? jsonlText(documents));
  await writeFile(join(folder, 'queries.jsonl'), changes['queries.jsonl'] ?? jsonlText(queries));
  await writeFile(join(folder, 'qrels', 'test.tsv'), changes.qrels ?? qrels);
  return folder;
}

describe('a collection', () => {
  it('has its documents, its judged queries with their gains, and what may not come back for them', async () => {
    const found = await readBeir(await collection());
    expect(found.documents.map(({ id, question, trace }) => [id, question, trace])).toEqual([
      ['d1', 'Apples', 'apples and pears'],
      ['d2', '', 'ships at sea'],
      ['3', 'Trains', 'trains on rails'],
    ]);
    expect(found.queries.map(({ id }) => id)).toEqual(['q1', 'd2', 'q3']);
    expect([...found.queries[0]!.gains]).toEqual([
      ['d1', 2],
      ['d2', 0],
    ]);
    expect([...found.queries[2]!.excluded]).toEqual(['q3', '3', 'N/A']);
    expect(found.missingDocuments).toBe(1);
    const hits = await new Bm25Retriever(found.documents).search(found.queries, {
      k: 10,
      excludeIds_Q: found.queries.map(({ excluded }) => excluded),
    });
    // A document of the query's own id, and the excluded one, are never hits.
    expect(hits.map((own) => own.map(({ trace }) => trace.id).toSorted())).toEqual([
      ['3', 'd1', 'd2'],
      ['3', 'd1'],
      ['d1', 'd2'],
    ]);
  });

  it.each([
    ['corpus.jsonl', jsonlText([documents[0], documents[0]]), 'corpus.jsonl:2'],
    ['corpus.jsonl', jsonlText([{ _id: 'x' }]), 'corpus.jsonl:1'],
    ['corpus.jsonl', 'null\n', 'corpus.jsonl:1'],
    ['queries.jsonl', jsonlText([{ _id: 'q1', text: '' }]), 'queries.jsonl:1'],
    ['queries.jsonl', jsonlText([{ ...queries[0], excluded_ids: 'd1' }]), 'queries.jsonl:1'],
    ['queries.jsonl', jsonlText([queries[0]]), 'test.tsv'],
    ['qrels', 'q1\td1\t1\nq1 d2 1\n', 'test.tsv:2'],
  ] as const)('with a fault in %s is refused at its place', async (file, text, where) => {
    const folder = await collection({ [file]: text });
    await expect(readBeir(folder)).rejects.toMatchObject({
      code: 'data',
      where: expect.stringMatching(`${where}$`) as string,
    });
  });

  it('without the split that is asked for says which there are', async () => {
    await expect(readBeir(await collection(), 'dev')).rejects.toMatchObject({
      code: 'usage',
      hint: expect.stringContaining('test.tsv') as string,
    });
  });

  it('may have judgements without a heading', () => {
    expect([...parseQrels('q\td\t1', 'f').get('q')!]).toEqual([['d', 1]]);
  });
});

describe('figures as pytrec_eval has them', () => {
  const ranked = (...ids: string[]): Hit[] =>
    ids.map((id, i) => ({ trace: { id, question: '', trace: '', answer: '' }, score: 1 - i / 10, rank: i + 1 }));

  it('by hand: gains 2 and 1, found at ranks 2 and 3 behind one that is not judged', () => {
    const gains = new Map([
      ['a', 2],
      ['b', 1],
      ['c', 0],
    ]);
    const { ndcgAt, recallAt, reciprocalRank } = gradeTrec([ranked('x', 'a', 'b', 'c')], [gains], [1, 2, 10]);
    // (2 / log2(3) + 1 / log2(4)) / (2 / log2(2) + 1 / log2(3)) = 1.76186 / 2.63093
    expect(ndcgAt[10]![0]).toBeCloseTo(0.669673, 5);
    // (2 / log2(3)) / 2.63093: the ideal order has both among its first two.
    expect(ndcgAt[2]![0]).toBeCloseTo(0.479625, 5);
    expect([recallAt[1]![0], recallAt[2]![0], recallAt[10]![0]]).toEqual([0, 0.5, 1]);
    expect(reciprocalRank).toEqual([0.5]);
  });

  it('counts a query without a relevant document as 0, and relevant ones that nobody can find', () => {
    const grades = gradeTrec(
      [ranked('a'), ranked('a')],
      [
        new Map([['a', 0]]),
        new Map([
          ['a', 1],
          ['gone', 1],
        ]),
      ],
      [10],
    );
    expect(grades.ndcgAt[10]![0]).toBe(0);
    expect(grades.ndcgAt[10]![1]).toBeCloseTo(1 / (1 + 1 / Math.log2(3)), 6);
    expect(grades.recallAt[10]).toEqual([0, 0.5]);
  });

  it('puts equal scores in the order of trec_eval: the larger id first', () => {
    const tied = ranked('a', 'b').map((hit) => ({ ...hit, score: 1 }));
    expect(gradeTrec([tied], [new Map([['b', 1]])], [1]).ndcgAt[1]).toEqual([1]);
  });
});

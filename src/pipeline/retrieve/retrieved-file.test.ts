import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../core/jsonl.js';
import { silent, silentTask, type Progress } from '../../core/progress.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { TraceGuard, writeJsonl, type Problem, type Trace } from '../../data/index.js';
import { Bm25Retriever, type TraceRetriever } from '../../retriever/index.js';
import type { DataSets } from '../data/data-sets.js';
import { readRetrieved, searchInto, type RetrievedRecord } from './retrieved-file.js';

const problems = (prefix: string, count: number): Problem[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `${prefix}${i}`,
    question: `which ${i % 7} of ${i % 11}`,
    answer: 'x',
  }));
const corpus: Trace[] = Array.from({ length: 12 }, (_, i) => ({
  id: `t${String(i).padStart(2, '0')}`,
  question: `about ${i}`,
  trace: `so ${i % 7}`,
  answer: String(i),
  ...(i === 3 && { split: 'unseen' }),
}));
const wanted = { train: problems('p', 600), test: problems('q', 30) };
const data: DataSets = {
  ...wanted,
  corpus,
  excludeLists: new Map(),
  guard: new TraceGuard([...wanted.train, ...wanted.test]),
  fingerprint: '',
};
const target = (file: string, progress: Progress = silent, inputs = 'these inputs') => ({
  file,
  inputs,
  guard: data.guard,
  progress,
});

/** BM25 that is killed at its nth call. */
function dying(calls: number): TraceRetriever {
  const bm25 = new Bm25Retriever(corpus);
  let left = calls;
  return {
    name: 'bm25',
    search: (queries, options) => (left-- > 0 ? bm25.search(queries, options) : Promise.reject(new Error('killed'))),
    dispose: () => bm25.dispose(),
  };
}

async function whole(): Promise<{ text: string; folder: string }> {
  const folder = await temporaryFolder();
  const file = join(folder, 'whole.jsonl');
  await searchInto(target(file), new Bm25Retriever(corpus), wanted);
  return { text: await readFile(file, 'utf8'), folder };
}

describe('searchInto', () => {
  it('goes on after a kill with what is missing, and leaves the same bytes', async () => {
    const { text, folder } = await whole();
    const file = join(folder, 'killed.jsonl');
    await expect(searchInto(target(file), dying(2), wanted)).rejects.toThrow('killed');
    const part = join(
      folder,
      (await readdir(folder)).find((name) => name.includes('.part-'))!,
    );
    expect((await readJsonlAll(part)).length).toBe(512);
    // The kill struck while a batch was written: half of its lines, the last one torn.
    await writeFile(part, `${await readFile(part, 'utf8')}${text.split('\n').slice(512, 560).join('\n')}`);
    const starts: number[] = [];
    const progress: Progress = {
      ...silent,
      task: (_label, _total, _unit, already = 0) => (starts.push(already), silentTask),
    };
    // Two batches are left: the last 88 training problems, and the test problems.
    await searchInto(target(file, progress), dying(2), wanted);
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(starts).toEqual([512]);
    expect((await readdir(folder)).filter((name) => name.includes('.part-'))).toEqual([]);
  });

  it('does not go on with what another search has left', async () => {
    const { text, folder } = await whole();
    const file = join(folder, 'other.jsonl');
    await expect(searchInto(target(file, silent, 'other inputs'), dying(1), wanted)).rejects.toThrow('killed');
    await searchInto(target(file), new Bm25Retriever(corpus), wanted);
    expect(await readFile(file, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['other.jsonl', 'whole.jsonl']);
  });

  it('searches for nothing but what is wanted', async () => {
    const file = join(await temporaryFolder(), 'few.jsonl');
    await searchInto(target(file), dying(1), { train: [], test: wanted.test.slice(0, 3) });
    const records = await readJsonlAll<RetrievedRecord>(file);
    expect(records.map(({ set, problemId }) => `${set}/${problemId}`)).toEqual(['test/q0', 'test/q1', 'test/q2']);
    await searchInto(target(file), dying(0), { train: [], test: [] });
    expect(await readFile(file, 'utf8')).toBe('');
  });
});

describe('readRetrieved', () => {
  const few = { train: wanted.train.slice(0, 2), test: wanted.test.slice(0, 1) };
  const read = async (...records: unknown[]) => {
    const file = join(await temporaryFolder(), 'retrieved.jsonl');
    await writeJsonl(file, records);
    return readRetrieved(file, data, few);
  };
  const line = (set: string, problemId: string, ...traceIds: string[]) => ({
    set,
    problemId,
    hits: traceIds.map((traceId) => ({ traceId, score: 1 })),
  });
  const all = [line('train', 'p0', 't01'), line('train', 'p1'), line('test', 'q0', 't03', 't00')];

  it('gives the traces of every problem, also where a person has put others in', async () => {
    const hits = await read(...all);
    expect([...hits].map(([id, traces]) => [id, traces.map((t) => t.id)])).toEqual([
      ['p0', ['t01']],
      ['p1', []],
      ['q0', ['t03', 't00']],
    ]);
  });

  it('refuses traces and problems that are not there, pairs that must not meet, and missing lines', async () => {
    const refusalOf = (...lines: unknown[]) =>
      read(...lines).then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(await refusalOf(line('train', 'p0', 'gone'))).toMatchObject({
      code: 'data',
      message: expect.stringContaining('trace gone is not in the corpus') as string,
      where: expect.stringMatching(/retrieved\.jsonl:1$/) as string,
    });
    expect(await refusalOf(line('train', 'nobody', 't01'))).toMatchObject({ code: 'data' });
    expect(await refusalOf({ set: 'train', problemId: 'p0' })).toMatchObject({ code: 'data' });
    expect(await refusalOf(all[1], line('train', 'p0', 't03'))).toMatchObject({
      message: expect.stringContaining('strategies that training never shows') as string,
      where: expect.stringMatching(/:2$/) as string,
    });
    expect(await refusalOf(all[0], all[2])).toMatchObject({ message: 'problem p1 has no line' });
  });
});

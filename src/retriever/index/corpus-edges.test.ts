/** Ids of hits, whatever the corpus: more asked for than there is, and traces deleted between two searches. */
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { Trace } from '../../data/types.js';
import { Bm25Retriever } from '../lexical/bm25.js';
import { createEncoder } from '../encode/create.js';
import { EncoderRetriever } from './encoder-retriever.js';
import { OracleRetriever } from '../controls/oracle.js';
import { RandomRetriever } from '../controls/random.js';
import { writeRetriever } from '../encode/retriever-folder.js';
import { SPEC_DEFAULTS } from '../encode/spec.js';
import { smallModelFolder } from '../testing/model-folder.js';
import type { Query, TraceRetriever } from '../types.js';

const corpus: Trace[] = ['one two', 'two three', 'three four', 'four five', 'five six'].map((question, i) => ({
  id: `t${i}`,
  question,
  trace: `so ${i}`,
  answer: String(i),
  truth: 'all',
}));
const queries: Query[] = [
  { id: 'a', question: 'two three', truth: 'all' },
  { id: 'b', question: 'nothing alike', truth: 'all' },
];

let folder: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  const model = await smallModelFolder(join(folder, 'model'));
  const encoder = await createEncoder(model, { hidden: 16, dim: 8, transformerLayers: 0, heads: 2 }, 1);
  await writeRetriever(join(folder, 'retriever'), { encoder, spec: SPEC_DEFAULTS }, model);
});

async function retrievers(traces: readonly Trace[], index: string): Promise<TraceRetriever[]> {
  const at = [join(folder, 'retriever'), join(folder, index)] as const;
  const learned = await EncoderRetriever.open(...at, traces, { threads: 1 });
  onTestFinished(() => learned.dispose());
  return [learned, new Bm25Retriever(traces), new RandomRetriever(traces, 1), new OracleRetriever(traces, 1)];
}

async function idsOf(retriever: TraceRetriever, k: number): Promise<string[][]> {
  const hits_Q = await retriever.search(queries, { k });
  return hits_Q.map((hits) => hits.map(({ trace }) => trace.id));
}

describe('every retriever', () => {
  it.each([5, 6, 1000])('gives each trace once and no other where k is %i of 5', async (k) => {
    for (const retriever of await retrievers(corpus, `index-${k}`)) {
      for (const ids of await idsOf(retriever, k)) {
        expect(ids.toSorted(), retriever.name).toEqual(['t0', 't1', 't2', 't3', 't4']);
      }
    }
  });

  it('knows the traces that are left by their ids after others were deleted', async () => {
    const left = corpus.filter(({ id }) => id !== 't1' && id !== 't3');
    const before = await retrievers(corpus, 'before');
    const after = await retrievers(left, 'after');
    for (const [at, retriever] of after.entries()) {
      const hits_Q = await retriever.search(queries, { k: 5 });
      for (const hits of hits_Q) {
        expect(hits.map(({ trace }) => trace.id).toSorted(), retriever.name).toEqual(['t0', 't2', 't4']);
        // An id still stands for the text that it stood for.
        for (const { trace } of hits) expect(trace).toBe(corpus.find(({ id }) => id === trace.id));
      }
      if (retriever.name !== 'encoder') continue;
      const kept = (await idsOf(before[at]!, 5)).map((ids) => ids.filter((id) => id !== 't1' && id !== 't3'));
      expect(await idsOf(retriever, 5)).toEqual(kept);
    }
    // An index of the whole corpus is not taken for one of what is left.
    await expect(retrievers(left, 'before')).rejects.toMatchObject({ code: 'data' });
  });

  it('finds nothing in an empty corpus', async () => {
    for (const retriever of (await retrievers(corpus, 'index-empty')).slice(1)) {
      const everything = new Set(corpus.map(({ id }) => id));
      const options = { k: 3, excludeIds_Q: queries.map(() => everything) };
      expect(await retriever.search(queries, options), retriever.name).toEqual([[], []]);
    }
    expect(await new Bm25Retriever([]).search(queries, { k: 3 })).toEqual([[], []]);
  });
});

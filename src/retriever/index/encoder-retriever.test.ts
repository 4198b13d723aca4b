import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trace } from '../../data/types.js';
import type { EncoderCheckpoint } from '../../models/encoders/folder.js';
import { Tokenizer } from '../../models/tokenizer.js';
import { createEncoder } from '../encode/create.js';
import { NetSession } from '../encode/net/session.js';
import { EncoderRetriever } from './encoder-retriever.js';
import { readIndexHeader } from './store/header.js';
import { IndexStore } from './store/store.js';
import { maxSimMatrix } from '../score/maxsim.js';
import { openEncoder } from '../encode/open.js';
import { dot, meanVector } from '../score/token-match.js';
import { readRetriever, writeRetriever } from '../encode/retriever-folder.js';
import { SPEC_DEFAULTS, type RetrieverSpec } from '../encode/spec.js';
import { documentText } from '../encode/text.js';
import { PLAIN_FORM, tokenizeBy } from '../encode/text-form.js';
import { smallModelFolder } from '../testing/model-folder.js';
import type { Query } from '../types.js';

const spec: RetrieverSpec = {
  ...SPEC_DEFAULTS,
  query: { ...PLAIN_FORM, prefix: 'Q: ', maxTokens: 64 },
  document: { ...PLAIN_FORM, maxTokens: 24 },
};
const traces: Trace[] = [
  'one two three',
  'the lantern rule',
  'apples and pears',
  'the rule of the anchor, and much more text',
].map((question, i) => ({ id: `t${i}`, question, trace: `so ${i}`, answer: String(i) }));
const queries: Query[] = ['by the lantern rule', 'pears?'].map((question, i) => ({ id: `q${i}`, question }));
let folder: string;
let model: string;
let encoder: EncoderCheckpoint;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-learned-'));
  model = await smallModelFolder(join(folder, 'model'));
  encoder = await createEncoder(model, { hidden: 16, dim: 8, transformerLayers: 1, heads: 2, maxTokens: 64 }, 1);
  await writeRetriever(join(folder, 'retriever'), { encoder, spec }, model);
});
afterAll(() => rm(folder, { recursive: true }));

const open = (index: string, corpus = traces, from = 'retriever') =>
  EncoderRetriever.open(join(folder, from), join(folder, index), corpus, { threads: 1 });
async function use<T>(retriever: Promise<EncoderRetriever>, work: (r: EncoderRetriever) => Promise<T>): Promise<T> {
  const opened = await retriever;
  try {
    return await work(opened);
  } finally {
    await opened.dispose();
  }
}

describe('retriever folder', () => {
  it('keeps encoder, spec and tokenizer, and knows its weights', async () => {
    const read = await readRetriever(join(folder, 'retriever'));
    expect(read.encoder).toEqual(encoder);
    expect(read.header.spec).toEqual(spec);
    expect((await Tokenizer.load(join(folder, 'retriever'))).encode('the rule')).toEqual(
      (await Tokenizer.load(model)).encode('the rule'),
    );
  });

  it('refuses weights that are not its own, and folders that are no retriever', async () => {
    await writeRetriever(join(folder, 'swapped'), { encoder, spec }, model);
    const weights = join(folder, 'swapped', 'model.safetensors');
    const bytes = await readFile(weights);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(weights, bytes);
    const where = `${join(folder, 'swapped', 'retriever.json')}: encoderHash`;
    await expect(readRetriever(join(folder, 'swapped'))).rejects.toMatchObject({ code: 'model', where });
    await expect(readRetriever(model)).rejects.toMatchObject({ code: 'model' });
  });
});

describe('EncoderRetriever', () => {
  it('finds what the reference finds', async () => {
    const tokenizer = await Tokenizer.load(model);
    const tokenize = tokenizeBy(tokenizer, spec);
    const session = new NetSession({ ...encoder, scoring: 'mean', temperature: 1, threads: 1 });
    const queryVectors = await session.encode(
      tokenize(
        queries.map((q) => q.question),
        'query',
      ).texts.flat(),
    );
    const documents = tokenize(
      traces.map((trace) => documentText(trace, spec.text)),
      'document',
    );
    const expected = maxSimMatrix(queryVectors, await session.encode(documents.texts.flat()), 'mean');
    await session.dispose();

    const { hits_Q, index } = await use(open('index'), async (r) => ({
      hits_Q: await r.search(queries, { k: 4 }),
      index: r.header,
    }));
    for (const [q, hits] of hits_Q.entries()) {
      expect(hits.map((h) => h.rank)).toEqual([1, 2, 3, 4]);
      for (const hit of hits) expect(hit.score).toBeCloseTo(expected[q * 4 + traces.indexOf(hit.trace)] ?? NaN, 5);
      expect(hits.map((h) => h.score)).toEqual(hits.map((h) => h.score).toSorted((a, b) => b - a));
    }
    expect(index).toMatchObject({ documents: 4, truncatedDocuments: documents.cut.length });
    expect(documents.cut).toHaveLength(1);
  });

  it('says which tokens meet: their similarities make the score', async () => {
    await use(open('index'), async (retriever) => {
      const [hits = []] = await retriever.search(queries.slice(0, 1), { k: 4 });
      const found = await retriever.matches(
        queries[0]!,
        hits.map(({ trace }) => trace),
      );
      expect(found).toHaveLength(4);
      for (const [i, { query, document, matches }] of found!.entries()) {
        expect([query.join(''), matches.length]).toEqual(['Q: by the lantern rule', query.length]);
        const mean = matches.reduce((sum, { similarity }) => sum + similarity, 0) / matches.length;
        expect(mean).toBeCloseTo(hits[i]!.score, 5);
        expect(documentText(hits[i]!.trace, spec.text)).toContain(document[matches[0]!.documentToken]!.trim());
      }
    });
  });

  it('has no tokens to match where a text has one vector', async () => {
    const single = await createEncoder(model, { head: 'single-vector', hidden: 16, dim: 8, maxTokens: 64 }, 1);
    await writeRetriever(join(folder, 'single'), { encoder: single, spec }, model);
    await use(open('single-index', traces, 'single'), async (retriever) => {
      expect(await retriever.matches(queries[0]!, traces)).toBeUndefined();
    });
  });

  it('honours exclude and k, and counts cut questions', async () => {
    const long = { id: 'long', question: 'x'.repeat(200) };
    await use(open('index'), async (retriever) => {
      const excludeIds_Q = [new Set(['t1']), new Set<string>(), new Set<string>()];
      const all = await retriever.search([...queries, long], { k: 2, excludeIds_Q });
      expect(all.map((hits) => hits.length)).toEqual([2, 2, 2]);
      expect(all[0]?.some((h) => h.trace.id === 't1')).toBe(false);
      // Once, however often it is searched with.
      await retriever.search([long], { k: 1 });
      expect(retriever.truncated).toEqual({ queries: 1, documents: 1 });
      expect(await retriever.search([], { k: 1 })).toEqual([]);
    });
  });

  it('opens the index it finds, and refuses one of another corpus or encoder', async () => {
    const first = await use(open('kept'), (r) => r.search(queries, { k: 4 }));
    const bytes = await readFile(join(folder, 'kept', 'index.json'));
    expect(await use(open('kept'), (r) => r.search(queries, { k: 4 }))).toEqual(first);
    expect(await readFile(join(folder, 'kept', 'index.json'))).toEqual(bytes);
    await expect(open('kept', traces.slice(1))).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining('corpusHash'),
    });
    const other = await createEncoder(model, { hidden: 16, dim: 8 }, 2);
    await writeRetriever(join(folder, 'other'), { encoder: other, spec }, model);
    await expect(open('kept', traces, 'other')).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining('encoderHash'),
    });
  });

  it('goes on with an index whose building was stopped, and gives the same', async () => {
    const whole = await use(open('whole'), (r) => r.search(queries, { k: 4 }));
    const { spec: _spec, ...entry } = (await readIndexHeader(join(folder, 'whole')))!;
    const store = await IndexStore.open(join(folder, 'stopped'), { ...entry, spec });
    const from = await IndexStore.open(join(folder, 'whole'), { ...entry, spec });
    await store.add([{ id: 't0', chunks: from.readChunks([0]) }]);
    store.close();
    from.close();
    expect(await use(open('stopped'), (r) => r.search(queries, { k: 4 }))).toEqual(whole);
  });

  it('finds the same by centroids, in a worker of their own', async () => {
    const exact = await use(open('exact'), (r) => r.search(queries, { k: 4 }));
    const options = { threads: 1, index: 'centroid' } as const;
    const byCentroids = () =>
      EncoderRetriever.open(join(folder, 'retriever'), join(folder, 'centroid'), traces, options);
    const found = await use(byCentroids(), async (r) => {
      expect(r.header).toMatchObject({ dtype: 'int8', documents: 4 });
      expect(r.header.centroids).toBeDefined();
      return r.search(queries, { k: 4 });
    });
    for (const [q, hits] of found.entries()) {
      expect(hits.map(({ trace }) => trace.id)).toEqual(exact[q]!.map(({ trace }) => trace.id));
      for (const [i, { score }] of hits.entries()) expect(score).toBeCloseTo(exact[q]![i]!.score, 2);
    }
    // What is there is searched as it was made.
    expect(await use(open('centroid'), (r) => r.search(queries, { k: 4 }))).toEqual(found);
  });

  it.each([
    ['exact', 6],
    ['centroid', 3],
  ] as const)('tells how alike traces are by the vectors of its %s index', async (index, digits) => {
    const texts = traces.map((trace) => documentText(trace, spec.text));
    const asked = [traces[2]!, traces[0]!, traces[3]!];
    const opened = await readRetriever(join(folder, 'retriever'));
    const net = await openEncoder(join(folder, 'retriever'), opened, { threads: 1 });
    const encoded = await net.encode(texts, 'document');
    await net.dispose();
    const at = join(folder, `vectors-${index}`);
    const opening = EncoderRetriever.open(join(folder, 'retriever'), at, traces, { threads: 1, index });
    const query = queries[0]!;
    const [vectors = [], alone = []] = await use(opening, (r) =>
      r.vectorsOf([
        { query, traces: asked },
        { query, traces: [asked[1]!] },
      ]),
    );
    expect(alone).toEqual([vectors[1]]);
    for (const [i, trace] of asked.entries()) {
      const expected = meanVector(encoded.texts[traces.indexOf(trace)]!.vectors, 8);
      expect(dot(vectors[i]!, vectors[i]!)).toBeCloseTo(1, 5);
      expect(dot(vectors[i]!, expected)).toBeCloseTo(1, digits);
    }
  });

  it('takes vectors from the index, and not from a second look of the encoder', async () => {
    const asked = [{ query: queries[0]!, traces: traces.slice(0, 2) }];
    const [found = []] = await use(open('seen'), (r) => r.vectorsOf(asked));
    // An index whose vectors are others: those of the first two traces have changed places.
    const { spec: _spec, ...entry } = (await readIndexHeader(join(folder, 'seen')))!;
    const from = await IndexStore.open(join(folder, 'seen'), { ...entry, spec });
    const chunks = traces.map((_, at) => from.readChunks(from.documents.chunksOf(at)));
    from.close();
    const store = await IndexStore.open(join(folder, 'swapped-places'), { ...entry, spec });
    await store.add([1, 0, 2, 3].map((at, i) => ({ id: `t${i}`, chunks: chunks[at]! })));
    store.close();
    const [swapped] = await use(open('swapped-places'), (r) => r.vectorsOf(asked));
    expect(swapped).toEqual(found.toReversed());
  });

  it('rejects calls after dispose', async () => {
    const retriever = await open('index');
    await retriever.dispose();
    await retriever.dispose();
    await expect(retriever.search(queries, { k: 1 })).rejects.toMatchObject({ code: 'engine' });
  });
});

/** Encoders in folders of others against PyLate and sentence-transformers; folders and numbers come from scripts/golden/encoders.py. */
import { afterAll, describe, expect, it } from 'vitest';
import { encoderFolder, type EncoderVariant } from '../testing/encoder-folders.js';
import { expectGradientNorms, expectNear } from '../testing/expect-numbers.js';
import golden from '../testing/encoders/golden.json' with { type: 'json' };
import { maxSimMatrix } from '../score/maxsim.js';
import { readHubEncoder } from './hub-encoder.js';
import { NetSession } from './net/session.js';
import { tokenizeBy } from './text-form.js';
import type { TokenVectors } from './token-vectors.js';

const opened: NetSession[] = [];
afterAll(() => Promise.all(opened.map((session) => session.dispose())));

type Lengths = Partial<Record<'query' | 'document', number>>;

async function open(name: EncoderVariant, maxTokens: Lengths) {
  const options = { seed: 1, trainEmbeddings: true, scoring: 'sum' as const, maxTokens };
  const { encoder, spec, tokenizer, freshHead } = await readHubEncoder(await encoderFolder(name), options);
  expect(freshHead).toBe(false);
  const { config, params } = encoder;
  const { temperature } = golden;
  const session = new NetSession({ config, params, scoring: spec.scoring, temperature, threads: 1 });
  opened.push(session);
  const tokenize = tokenizeBy(tokenizer, spec);
  const queries = tokenize(golden.queries, 'query').texts.flat();
  const documents = tokenize(golden.documents, 'document').texts.flat();
  return { session, config, queries, documents };
}

const expectVectors = (found: TokenVectors, expected: readonly (readonly number[])[]) => {
  expect([...found.lengths]).toEqual(expected.map((one) => one.length / found.dim));
  expectNear(found.vectors, expected.flat());
};

describe.each(Object.keys(golden.late) as (keyof typeof golden.late)[])('%s, as PyLate', (name) => {
  const expected = golden.late[name];

  it('cuts the same tokens, encodes the same vectors and scores the same', async () => {
    const { session, queries, documents } = await open(name, { query: expected.queryLength, document: 48 });
    expect(queries.map(({ ids }) => [...ids])).toEqual(expected.queryIds);
    expect(documents.map(({ ids }) => [...ids])).toEqual(expected.documentIds);
    const [queryVectors, documentVectors] = [await session.encode(queries), await session.encode(documents)];
    expectVectors(queryVectors, expected.queryVectors);
    expectVectors(documentVectors, expected.documentVectors);
    expectNear(maxSimMatrix(queryVectors, documentVectors, 'sum'), expected.scores, 1e-3);
  });

  it('has the same loss and the same gradient of every tensor', async () => {
    const { session, config, queries, documents } = await open(name, { query: expected.queryLength, document: 48 });
    const n = queries.length;
    const positive = Uint8Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
    const masks = { queries: n, documents: n, positive, ignore: new Uint8Array(n * n) };
    const { loss, gradient } = await session.lossAndGradient({ queries_Q: queries, documents_D: documents, masks });
    expect(loss).toBeCloseTo(expected.loss, 4);
    const named = Object.entries(expected.gradientNorms).map(
      ([tensor, norm]) => [tensor === '1.linear.weight' ? 'dense.0' : tensor, norm] as const,
    );
    expectGradientNorms(config, gradient, new Map(named));
  });
});

describe.each(Object.keys(golden.single) as (keyof typeof golden.single)[])('%s, as sentence-transformers', (name) => {
  it('encodes the same vectors', async () => {
    const { session, queries, documents } = await open(name, { query: 48, document: 48 });
    expectVectors(await session.encode(queries), golden.single[name].queryVectors);
    expectVectors(await session.encode(documents), golden.single[name].documentVectors);
  });
});

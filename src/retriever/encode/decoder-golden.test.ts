/** Decoders as encoders against Transformers; the numbers come from scripts/golden/decoder_encoder.py. */
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { architectureOf } from '../../models/encoders/config.js';
import { decoderEncoderOf, type DecoderEncoderOptions } from '../../models/encoders/decoder-config.js';
import { createDecoderEncoder } from '../../models/encoders/decoder-weights.js';
import { readDecoderConfig } from '../../models/hf-config.js';
import { partViews } from '../../models/parameters.js';
import golden from '../testing/decoder-golden.json' with { type: 'json' };
import { NetSession } from './net/session.js';

const texts = (ids: number[][]) => ids.map((text) => ({ ids: Int32Array.from(text) }));
const batch = {
  queries_Q: texts(golden.queries),
  documents_D: texts(golden.documents),
  masks: {
    queries: golden.queries.length,
    documents: golden.documents.length,
    positive: Uint8Array.from(golden.positive),
    ignore: Uint8Array.from(golden.ignore),
  },
};
const open: NetSession[] = [];
afterEach(async () => {
  for (const session of open.splice(0)) await session.dispose();
});

async function opened(model: string, options: DecoderEncoderOptions, dense?: number[]) {
  const folder = fileURLToPath(new URL(`../../models/testing/golden/${model}`, import.meta.url));
  const config = decoderEncoderOf(await readDecoderConfig(folder), options);
  const encoder = await createDecoderEncoder({ folder }, config, Rng.fromSeed(1));
  if (dense) encoder.params.set('dense.0', Float32Array.from(dense));
  const session = new NetSession({ ...encoder, scoring: 'mean', temperature: golden.temperature, threads: 1 });
  open.push(session);
  return { session, params: architectureOf(encoder.config).params };
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a).toHaveLength(b.length);
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - (b[i] ?? NaN))));
};

/** Largest difference of gradient norms, as a share of the largest norm; every tensor that has a gradient there must have one here. */
async function normError({ session, params }: Awaited<ReturnType<typeof opened>>, norms: Record<string, number>) {
  const { loss, gradient } = await session.lossAndGradient(batch);
  const own = params
    .filter(({ trained }) => trained)
    .flatMap((spec) => partViews(spec, gradient.get(spec.name)!))
    .map(({ part, data }) => [part.hfName, Math.hypot(...data)] as const);
  expect(own.map(([name]) => name).toSorted()).toEqual(Object.keys(norms).toSorted());
  const largest = Math.max(...Object.values(norms));
  return { loss, error: Math.max(...own.map(([name, norm]) => Math.abs(norm - norms[name]!))) / largest };
}

describe.each(['llama', 'qwen3'] as const)('against Transformers (%s)', (model) => {
  const expected = golden.models[model];
  const layer = golden.layer;
  it.each<[string, DecoderEncoderOptions, number[], number[]?]>([
    ['the last token after the final norm', {}, expected.last],
    ['the mean of the tokens', { head: { pooling: 'mean', dense: [] } }, expected.mean],
    ['the mean under full attention', { head: { pooling: 'mean', dense: [] }, attention: 'full' }, expected.fullMean],
    [
      'token states of a middle layer',
      { head: { pooling: 'token', dense: [] }, layer, finalNorm: false },
      expected.tokens,
    ],
    [
      'token states behind a projection',
      { head: { pooling: 'token', dense: [5] }, layer, finalNorm: false },
      expected.projected,
      expected.dense,
    ],
  ])('gives %s', async (_, options, vectors, dense) => {
    const { session } = await opened(model, options, dense);
    expect(distance((await session.encode(batch.documents_D)).vectors, vectors)).toBeLessThan(1e-5);
  });

  it('trains a single-vector embedder with its loss and gradient', async () => {
    const { loss, error } = await normError(
      await opened(model, { trainEmbeddings: true }),
      expected.embedder.gradientNorms,
    );
    expect(loss).toBeCloseTo(expected.embedder.loss, 4);
    expect(error).toBeLessThan(1e-4);
  });

  it('trains a multi-vector encoder over a middle layer with its loss and gradient', async () => {
    const options = { head: { pooling: 'token', dense: [5] }, layer, finalNorm: false, trainEmbeddings: true } as const;
    const encoder = await opened(model, options, expected.dense);
    const { loss, error } = await normError(encoder, expected.multiVector.gradientNorms);
    expect(loss).toBeCloseTo(expected.multiVector.loss, 4);
    expect(error).toBeLessThan(1e-4);
  });
});

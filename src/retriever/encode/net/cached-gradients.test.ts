import { afterEach, describe, expect, it } from 'vitest';
import { Rng } from '../../../core/rng.js';
import type { SmallEncoderConfig } from '../../../models/encoders/small-config.js';
import { randomTexts, smallSetup } from '../../testing/small-encoder.js';
import type { PairMasks } from '../../train/infonce.js';
import type { LossKind } from '../../train/loss.js';
import { pairLoss } from '../../train/loss.js';
import { maxSimMatrix } from '../../score/maxsim.js';
import type { NetSetup, TokenBatch } from './port.js';
import { NetSession } from './session.js';

const open: NetSession[] = [];
const session = (setup: NetSetup) => {
  open.push(new NetSession(setup));
  return open.at(-1) as NetSession;
};
afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
});

const QUERIES = [4, 7, 1, 12, 3];
const DOCUMENTS = [5, 3, 9, 6, 2, 15, 8];

/** Some pairs positive, some ignored, most measured; the queries weigh differently. */
function masks(seed: number): PairMasks {
  const rng = Rng.fromSeed(seed);
  const size = QUERIES.length * DOCUMENTS.length;
  const positive = Uint8Array.from({ length: size }, (_, i) =>
    i % DOCUMENTS.length === Math.floor(i / DOCUMENTS.length) || rng.next() < 0.1 ? 1 : 0,
  );
  return {
    queries: QUERIES.length,
    documents: DOCUMENTS.length,
    positive,
    ignore: Uint8Array.from(positive, (p) => (p === 0 && rng.next() < 0.2 ? 1 : 0)),
    gains: Float32Array.from({ length: size }, () => (rng.next() < 0.7 ? rng.normal() : NaN)),
    weights: Float32Array.from(QUERIES, () => 0.2 + rng.next()),
  };
}

function batchOf(kind: LossKind, seed: number): TokenBatch {
  const rng = Rng.fromSeed(seed).fork('kept');
  const [queries_Q, documents_D] = [randomTexts(QUERIES, seed), randomTexts(DOCUMENTS, seed + 1)];
  // Query expansion and a skip list: tokens that nobody attends to, and tokens whose vectors do not count.
  const last = documents_D[5]!;
  last.kept = Uint8Array.from(last.ids, (_, t) => (t === 0 || rng.next() < 0.6 ? 1 : 0));
  queries_Q[3]!.attended = Uint8Array.from(queries_Q[3]!.ids, (_, t) => (t < 8 ? 1 : 0));
  return { queries_Q, documents_D, masks: masks(seed), loss: { kind, gainTemperature: 0.7, contrastWeight: 0.5 } };
}

const encoders: [string, Partial<SmallEncoderConfig>, Partial<NetSetup>][] = [
  ['late interaction', { convLayers: 1, transformerLayers: 1, trainEmbeddings: true }, {}],
  ['late interaction, summed', { convLayers: 1 }, { scoring: 'sum', temperature: 2 }],
  ['a single vector', { head: 'single-vector', transformerLayers: 1 }, {}],
];
const losses = ['infonce', 'kl', 'margin'] as const;
const cases = encoders.flatMap(([name, shape, setup]) => losses.map((kind) => ({ name, kind, shape, setup })));

describe.each(cases)('cached gradients of $name with $kind', ({ kind, shape, setup }) => {
  it.each([1, 3, 6])('are those of the whole batch, %i texts at a time', async (microBatch) => {
    const encoder = session(smallSetup(shape, setup));
    const batch = batchOf(kind, 5);
    const whole = await encoder.lossAndGradient(batch);
    const cached = await encoder.lossAndGradient(batch, microBatch);
    expect(cached.loss).toBeCloseTo(whole.loss, 5);
    const size = Math.hypot(...[...whole.gradient.values()].map((grad) => Math.hypot(...grad)));
    expect(size).toBeGreaterThan(1e-3);
    for (const [name, grad] of whole.gradient) {
      const own = cached.gradient.get(name)!;
      const off = Math.hypot(...grad.map((g, i) => g - own[i]!)) / size;
      expect({ name, off, same: off < 1e-5 }).toMatchObject({ same: true });
    }
  });

  it('trains on the loss of the reference', async () => {
    const of = smallSetup(shape, setup);
    const encoder = session(of);
    const batch = batchOf(kind, 9);
    const vectors = [await encoder.encode(batch.queries_Q), await encoder.encode(batch.documents_D)] as const;
    const scores = maxSimMatrix(...vectors, of.scoring);
    const expected = pairLoss(batch.loss!, scores, batch.masks, of.temperature);
    expect((await encoder.lossAndGradient(batch)).loss).toBeCloseTo(expected.loss, 5);
  });
});

describe('a training step', () => {
  const update = { learningRate: 0.02, weightDecay: 0.01, maxGradNorm: 1 };
  it('does not differ where the batch fits, and hardly where it does not', async () => {
    const train = async (microBatch: number) => {
      const encoder = session(smallSetup());
      const results = [];
      for (let i = 0; i < 10; i++)
        results.push(await encoder.trainStep(batchOf('infonce', i), { ...update, microBatch }));
      return { results, weights: await encoder.snapshot() };
    };
    const whole = await train(0);
    expect(await train(7)).toEqual(whole);
    const cached = await train(2);
    for (const [name, values] of whole.weights)
      cached.weights.get(name)!.forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 4));
    for (const [i, { meanMaxProbability, gradNorm }] of whole.results.entries()) {
      expect(cached.results[i]!.meanMaxProbability).toBeCloseTo(meanMaxProbability, 5);
      expect(cached.results[i]!.gradNorm).toBeCloseTo(gradNorm, 3);
    }
  });

  it('goes on from a saved state as if nothing had been', async () => {
    const batch = (i: number) => batchOf('infonce', i);
    const whole = session(smallSetup());
    for (let i = 0; i < 4; i++) await whole.trainStep(batch(i), update);
    const state = await whole.trainingState();
    for (let i = 4; i < 8; i++) await whole.trainStep(batch(i), update);
    const other = session(smallSetup());
    await other.trainStep(batch(99), update);
    await other.setTrainingState(state);
    for (let i = 4; i < 8; i++) await other.trainStep(batch(i), update);
    expect(await other.trainingState()).toEqual(await whole.trainingState());
    expect(state.optimizer.step).toBe(4);
  });

  it('refuses graded labels without gains, and a state of another network', async () => {
    const { gains: _, ...without } = masks(1);
    const ungraded = { ...batchOf('kl', 1), masks: without };
    for (const microBatch of [0, 2]) {
      await expect(session(smallSetup()).trainStep(ungraded, { ...update, microBatch })).rejects.toMatchObject({
        code: 'internal',
        message: expect.stringContaining('no gains') as string,
      });
    }
    const state = await session(smallSetup({ hidden: 4 })).trainingState();
    const other = session(smallSetup());
    const before = await other.snapshot();
    await expect(other.setTrainingState(state)).rejects.toMatchObject({ code: 'model' });
    expect(await other.snapshot()).toEqual(before);
  });
});

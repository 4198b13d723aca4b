import { afterEach, describe, expect, it } from 'vitest';
import type { SmallEncoderConfig } from '../../../models/encoders/small-config.js';
import { maxSimMatrix } from '../../score/maxsim.js';
import { slopeError } from '../../testing/slope-error.js';
import { randomTexts, smallSetup } from '../../testing/small-encoder.js';
import { infoNce } from '../../train/infonce.js';
import { rowOffsets, sliceTexts } from '../token-vectors.js';
import type { NetSetup, TokenBatch } from './port.js';
import { NetSession } from './session.js';

const STEP = 4e-3;
const open: NetSession[] = [];
const session = (setup: NetSetup) => {
  open.push(new NetSession(setup));
  return open.at(-1) as NetSession;
};
afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
});

// The seed is of texts without a near tie between two matches: there the loss has a kink and differences mislead.
const kinds: [string, Partial<SmallEncoderConfig>, number][] = [
  ['convolution', {}, 5],
  ['two convolutions and two transformer layers', { convLayers: 2, transformerLayers: 2 }, 1],
  ['single vector', { head: 'single-vector' }, 5],
  ['trained embeddings', { trainEmbeddings: true }, 5],
];
const makeBatch = (seed: number): TokenBatch => ({
  queries_Q: randomTexts([4, 7, 1], seed),
  documents_D: randomTexts([5, 3, 9, 6], seed + 1),
  masks: {
    queries: 3,
    documents: 4,
    positive: Uint8Array.from([1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1]),
    ignore: Uint8Array.from([0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
  },
});
const batch = makeBatch(5);

describe.each(kinds)('an encoder with %s', (_, changes, seed) => {
  it('gives unit vectors that do not depend on the batch', async () => {
    const encoder = session(smallSetup(changes));
    const texts = randomTexts([4, 9, 1, 6], 3);
    const all = await encoder.encode(texts);
    expect([...all.lengths]).toEqual(changes.head === 'single-vector' ? [1, 1, 1, 1] : [4, 9, 1, 6]);
    for (let row = 0; row < all.vectors.length; row += all.dim) {
      expect(Math.hypot(...all.vectors.subarray(row, row + all.dim))).toBeCloseTo(1, 5);
    }
    for (const [i, text] of texts.entries()) {
      const alone = await encoder.encode([text]);
      const together = sliceTexts(all, i, i + 1).vectors;
      alone.vectors.forEach((v, at) => expect(together[at]).toBeCloseTo(v, 5));
    }
  });

  it('trains on the loss of the reference and with the gradient of finite differences', async () => {
    const setup = smallSetup(changes);
    const encoder = session(setup);
    const smooth = makeBatch(seed);
    const { loss, gradient } = await encoder.lossAndGradient(smooth);
    const scores = maxSimMatrix(
      await encoder.encode(smooth.queries_Q),
      await encoder.encode(smooth.documents_D),
      'mean',
    );
    expect(loss).toBeCloseTo(infoNce(scores, smooth.masks, setup.temperature).loss, 5);
    for (const [name, grad] of gradient) {
      const value = setup.params.get(name) as Float32Array;
      for (let direction = 0; direction < 3; direction++) {
        const error = await slopeError(() => encoder.lossAndGradient(smooth), value, grad, {
          seed: direction,
          step: STEP,
        });
        expect({ name, exact: error < 5e-3, error }).toMatchObject({ exact: true });
      }
    }
    expect(gradient.has('embed')).toBe(changes.trainEmbeddings ?? false);
  });
});

describe('NetSession', () => {
  const update = { learningRate: 0.02, weightDecay: 0.01, maxGradNorm: 1 };
  const train = async (encoder: NetSession, steps: number) => {
    const losses: number[] = [];
    for (let i = 0; i < steps; i++) losses.push((await encoder.trainStep(batch, update)).loss);
    return losses;
  };

  it('learns a batch, the same way each time', async () => {
    const losses = await train(session(smallSetup()), 60);
    expect(losses.at(-1)).toBeLessThan(0.3 * (losses[0] as number));
    expect(await train(session(smallSetup()), 60)).toEqual(losses);
  });

  it('takes a snapshot and puts it back', async () => {
    const setup = smallSetup();
    const encoder = session(setup);
    const before = await encoder.snapshot();
    expect([...before.keys()]).toEqual(['conv.0.weight', 'conv.0.bias', 'proj']);
    const vectors = await encoder.encode(batch.queries_Q);
    await train(encoder, 3);
    expect(await encoder.encode(batch.queries_Q)).not.toEqual(vectors);
    await encoder.restore(before);
    expect(await encoder.encode(batch.queries_Q)).toEqual(vectors);
    expect(setup.params.get('proj')).toEqual(before.get('proj'));
  });

  it('reports how sure the softmax is, and a sum is surer than a mean', async () => {
    const mean = await session(smallSetup({}, { temperature: 0.05 })).trainStep(batch, update);
    const sum = await session(smallSetup({}, { temperature: 0.05, scoring: 'sum' })).trainStep(batch, update);
    expect(mean.meanMaxProbability).toBeGreaterThan(0.25);
    expect(sum.meanMaxProbability).toBeGreaterThan(mean.meanMaxProbability);
  });

  it.each(['mean', 'sum'] as const)('scores as the reference does (%s), empty texts too', async (scoring) => {
    const encoder = session(smallSetup({}, { scoring }));
    const queries = await encoder.encode([...batch.queries_Q, { ids: new Int32Array(0) }]);
    const documents = await encoder.encode([
      ...batch.documents_D,
      { ids: new Int32Array(0) },
      ...randomTexts([1, 30, 2], 9),
    ]);
    await encoder.setDocuments(documents);
    const scores = await encoder.score(queries);
    const expected = maxSimMatrix(queries, documents, scoring);
    expect(scores).toHaveLength(expected.length);
    const empty = expected.findIndex((score) => !Number.isFinite(score));
    expect(scores[empty]).toBe(-Infinity);
    const finite = (all: ArrayLike<number>) => Array.from(all, (score) => (Number.isFinite(score) ? score : 9));
    const far = finite(scores).findIndex((score, at) => Math.abs(score - (finite(expected)[at] ?? NaN)) > 1e-5);
    expect(far).toBe(-1);
    expect(rowOffsets(documents.lengths).at(-1)).toBe(documents.vectors.length / documents.dim);
  });

  it('refuses a token outside the table, a text that is too long and a score without documents', async () => {
    const encoder = session(smallSetup());
    await expect(encoder.encode([{ ids: Int32Array.from([23]) }])).rejects.toMatchObject({
      code: 'internal',
      expected: '0 to 22',
    });
    await expect(encoder.encode([{ ids: new Int32Array(33) }])).rejects.toMatchObject({ code: 'context-length' });
    await expect(encoder.score(await encoder.encode([{ ids: Int32Array.from([1]) }]))).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('gives no vectors that are NaN', async () => {
    const setup = smallSetup();
    for (const values of setup.params.values()) values.fill(NaN);
    await expect(session(setup).encode(randomTexts([20, 30], 3))).rejects.toMatchObject({
      code: 'not-finite',
      where: expect.stringMatching(/^text \d$/) as string,
    });
  });

  it('stops a step whose loss is no number, and one whose update loses the weights', async () => {
    const update = { learningRate: 0.1, weightDecay: 0, maxGradNorm: 1 };
    const damaged = smallSetup();
    for (const values of damaged.params.values()) values.fill(NaN);
    await expect(session(damaged).trainStep(batch, update)).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringMatching(/^the retriever's (loss|meanMaxProbability) is NaN$/) as string,
    });
    await expect(session(smallSetup()).trainStep(batch, { ...update, learningRate: 1e30 })).rejects.toMatchObject({
      code: 'not-finite',
      where: expect.stringMatching(/^tensor /) as string,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { gradedKl, gradedMargin } from './graded.js';
import type { PairMasks } from './infonce.js';
import { pairLoss, type LossKind } from './loss.js';

const masksOf = (gains_QD: (number | null)[][], weights?: number[]): PairMasks => {
  const [queries, documents] = [gains_QD.length, gains_QD[0]?.length ?? 0];
  return {
    queries,
    documents,
    positive: new Uint8Array(queries * documents),
    ignore: new Uint8Array(queries * documents),
    gains: Float32Array.from(gains_QD.flat(), (gain) => gain ?? NaN),
    ...(weights && { weights: Float32Array.from(weights) }),
  };
};
const one = { temperature: 1, gainTemperature: 1 };

describe('gradedKl', () => {
  it('is what one works out by hand', () => {
    // Gains log 3 and 0 make the target (3/4, 1/4); equal scores make (1/2, 1/2); the third candidate was not measured.
    const { loss, gradient, meanMaxProbability } = gradedKl([7, 7, 99], masksOf([[Math.log(3), 0, null]]), one);
    expect(loss).toBeCloseTo(0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), 6);
    expect(gradient[0]).toBeCloseTo(0.5 - 0.75, 6);
    expect(gradient[1]).toBeCloseTo(0.5 - 0.25, 6);
    expect(gradient[2]).toBe(0);
    expect(meanMaxProbability).toBeCloseTo(0.5, 12);
  });

  it('is nothing where scores over their temperature follow gains over theirs, whatever their level', () => {
    const gains = masksOf([[2, -1, 0.5, null]]);
    const { loss, gradient } = gradedKl([5 + 0.2, 5 - 0.1, 5 + 0.05, -3], gains, {
      temperature: 0.05,
      gainTemperature: 0.5,
    });
    expect(loss).toBeCloseTo(0, 6);
    for (const slope of gradient) expect(slope).toBeCloseTo(0, 4);
  });

  it('averages over queries by weight, and leaves out those with nothing to compare', () => {
    const gains = [
      [1, 0],
      [0, 2],
      [null, 1],
    ];
    const scores = [0, 0, 0, 0, 5, 0];
    const alone = (q: number) => gradedKl([0, 0], masksOf([gains[q]!]), one).loss;
    expect(gradedKl(scores, masksOf(gains), one).loss).toBeCloseTo((alone(0) + alone(1)) / 2, 12);
    expect(gradedKl(scores, masksOf(gains, [1, 3, 9]), one).loss).toBeCloseTo((alone(0) + 3 * alone(1)) / 4, 6);
    expect(gradedKl(scores, masksOf(gains, [0, 0, 1]), one)).toMatchObject({ loss: 0, meanMaxProbability: 0 });
  });
});

describe('gradedMargin', () => {
  it('is the mean over pairs, worked out by hand', () => {
    // Errors s - g: 1, 0, -2. Squared differences over the pairs: 1, 9, 4; their mean is 14 / 3.
    const { loss, gradient } = gradedMargin([3, 1, -1, 8], masksOf([[2, 1, 1, null]]), one);
    expect(loss).toBeCloseTo(14 / 3, 12);
    // d/ds_1 = 2/3 ((1 - 0) + (1 + 2)), and likewise.
    expect([...gradient]).toEqual([8 / 3, 2 / 3, -10 / 3, 0].map((g) => expect.closeTo(g, 12) as number));
  });

  it('takes differences over both temperatures', () => {
    const { loss } = gradedMargin([0.3, 0.1], masksOf([[4, 2]]), { temperature: 0.1, gainTemperature: 2 });
    expect(loss).toBeCloseTo((2 - 1) ** 2, 5);
  });
});

describe.each(['infonce', 'kl', 'margin'] as LossKind[])('%s', (kind) => {
  it('gives the gradient that finite differences give', () => {
    const rng = Rng.fromSeed(3);
    const size = 24;
    const masks: PairMasks = {
      queries: 4,
      documents: 6,
      positive: Uint8Array.from({ length: size }, (_, i) => (i % 6 === 1 || i === 3 ? 1 : 0)),
      ignore: Uint8Array.from({ length: size }, (_, i) => (i % 6 === 4 ? 1 : 0)),
      gains: Float32Array.from({ length: size }, (_, i) => (i % 6 === 4 || i > 18 ? NaN : rng.normal())),
      weights: Float32Array.from([1, 0.5, 2, 1]),
    };
    const scores = Float64Array.from({ length: size }, () => rng.normal());
    const lossOf = (at: ArrayLike<number>) =>
      pairLoss({ kind, gainTemperature: 0.6, contrastWeight: 0.8 }, at, masks, 0.3);
    const { gradient } = lossOf(scores);
    expect(Math.hypot(...gradient)).toBeGreaterThan(0.1);
    for (let i = 0; i < size; i++) {
      const moved = (by: number) => lossOf(scores.map((s, j) => (j === i ? s + by : s))).loss;
      expect(gradient[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 6);
    }
  });

  it('adds InfoNCE to what is graded, by its weight', () => {
    const masks: PairMasks = {
      ...masksOf([[1, 0, null]]),
      positive: Uint8Array.from([1, 0, 0]),
      ignore: Uint8Array.from([0, 1, 0]),
    };
    const at = (contrastWeight: number) => pairLoss({ kind, gainTemperature: 1, contrastWeight }, [0, 0, 0], masks, 1);
    // Scores that are equal: the positive has half of the two that InfoNCE looks at.
    expect(at(3).loss - at(0).loss).toBeCloseTo(kind === 'infonce' ? 0 : 3 * Math.log(2), 12);
    expect(at(0).gradient[2]).toBe(kind === 'infonce' ? 0.5 : 0);
    expect(at(3).gradient[2]).toBeCloseTo(kind === 'infonce' ? 0.5 : 1.5, 12);
  });

  it('stays finite at huge scores', () => {
    const masks = { ...masksOf([[1, 0, 2]]), positive: Uint8Array.from([1, 0, 0]) };
    const { loss, gradient } = pairLoss(
      { kind, gainTemperature: 1e-3, contrastWeight: 1 },
      [-300, 300, 0],
      masks,
      0.01,
    );
    for (const value of [loss, ...gradient]) expect(Number.isFinite(value)).toBe(true);
  });
});

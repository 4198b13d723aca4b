import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { infoNce, type PairMasks } from './infonce.js';

const masks = (rows: string[]): PairMasks => {
  const cells = rows.join('').split('');
  return {
    queries: rows.length,
    documents: rows[0]?.length ?? 0,
    positive: Uint8Array.from(cells, (c) => (c === '+' ? 1 : 0)),
    ignore: Uint8Array.from(cells, (c) => (c === '.' ? 1 : 0)),
  };
};

describe('infoNce', () => {
  it('is what one works out by hand: one positive', () => {
    // softmax of (1, 0) / 0.5 = (2, 0): p = e^2 / (e^2 + 1)
    const p = Math.exp(2) / (Math.exp(2) + 1);
    const { loss, gradient, pairs, meanMaxProbability } = infoNce([1, 0], masks(['+-']), 0.5);
    expect(loss).toBeCloseTo(-Math.log(p), 12);
    expect(gradient[0]).toBeCloseTo((p - 1) / 0.5, 12);
    expect(gradient[1]).toBeCloseTo((1 - p) / 0.5, 12);
    expect(pairs).toBe(1);
    expect(meanMaxProbability).toBeCloseTo(p, 12);
  });

  it('is what one works out by hand: two positives do not compete, ignored pairs do not count', () => {
    const scores = [Math.log(3), Math.log(2), Math.log(5), 40];
    const { loss, pairs } = infoNce(scores, masks(['++-.']), 1);
    expect(loss).toBeCloseTo((-Math.log(3 / 8) - Math.log(2 / 7)) / 2, 12);
    expect(pairs).toBe(2);
  });

  it('averages over pairs, not queries', () => {
    const one = infoNce([1, 0, 0], masks(['+--']), 1).loss;
    const two = infoNce([2, 1, 0], masks(['++-']), 1);
    const both = infoNce([1, 0, 0, 2, 1, 0], masks(['+--', '++-']), 1);
    expect(both.loss).toBeCloseTo((one + 2 * two.loss) / 3, 12);
  });

  it('gives the gradient that finite differences give', () => {
    const rng = Rng.fromSeed(5);
    const scores = Float64Array.from({ length: 20 }, () => rng.normal());
    const m = masks(['+--.-', '-+-+.', '.....', '-----']);
    const { gradient } = infoNce(scores, m, 0.3);
    for (let i = 0; i < scores.length; i++) {
      const moved = (by: number) =>
        infoNce(
          scores.map((s, j) => (j === i ? s + by : s)),
          m,
          0.3,
        ).loss;
      expect(gradient[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 6);
    }
    expect(gradient.subarray(10)).toEqual(new Float64Array(10));
  });

  it('stays finite at huge scores and without negatives, and reports saturation', () => {
    const far = infoNce([0, 30], masks(['+-']), 0.01);
    expect(far.loss).toBeCloseTo(3000, 6);
    expect(far.gradient[0]).toBeCloseTo(-100, 6);
    expect(far.meanMaxProbability).toBe(1);
    expect(infoNce([5], masks(['+']), 0.05).loss).toBe(0);
    expect(infoNce([1, 2], masks(['--']), 0.05)).toMatchObject({ loss: 0, pairs: 0, meanMaxProbability: 0 });
  });

  it('refuses masks that do not fit', () => {
    expect(() => infoNce([1], masks(['+-']), 1)).toThrow(expect.objectContaining({ code: 'internal' }));
    const both = masks(['+-', '-+']);
    both.ignore[3] = 1;
    expect(() => infoNce([1, 2, 3, 4], both, 1)).toThrow(expect.objectContaining({ where: 'query 1, document 1' }));
  });
});

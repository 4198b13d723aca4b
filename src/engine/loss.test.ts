import { describe, expect, it } from 'vitest';
import { tokenLoss } from './loss.js';
import type { LossSpec } from './types.js';

const RATIO: LossSpec = { kind: 'policy_gradient', ratio: true, clipLow: 0.2, clipHigh: 0.3 };
const AT_ONE = { weight: 2, advantage: 3, samplerLogprob: -1 };

describe('tokenLoss', () => {
  it('is weighted negative log-likelihood for cross entropy', () => {
    expect(tokenLoss({ kind: 'cross_entropy' }, -0.5, { weight: 2 })).toEqual({ loss: 1, slope: -2, clipped: false });
  });

  it('is REINFORCE without a ratio, and with a ratio of 1', () => {
    expect(tokenLoss({ ...RATIO, ratio: false }, -1, AT_ONE)).toEqual({ loss: 6, slope: -6, clipped: false });
    expect(tokenLoss(RATIO, -1, AT_ONE)).toEqual({ loss: -6, slope: -6, clipped: false });
  });

  it('clips a ratio that went too far in the direction of the advantage, and only there', () => {
    const up = Math.log(1.5) - 1;
    const down = Math.log(0.5) - 1;
    expect(tokenLoss(RATIO, up, AT_ONE)).toEqual({ loss: -2 * 1.3 * 3, slope: 0, clipped: true });
    expect(tokenLoss(RATIO, down, AT_ONE).clipped).toBe(false);
    expect(tokenLoss(RATIO, down, AT_ONE).slope).toBeCloseTo(-2 * 3 * 0.5, 12);
    const negative = { ...AT_ONE, advantage: -3 };
    expect(tokenLoss(RATIO, down, negative).loss).toBeCloseTo(2 * 0.8 * 3, 12);
    expect(tokenLoss(RATIO, down, negative).slope).toBe(0);
    expect(tokenLoss(RATIO, up, negative).slope).toBeCloseTo(2 * 3 * 1.5, 12);
  });

  it('has the slope of its loss (finite differences)', () => {
    for (const samplerLogprob of [-2, -1.4, -1, -0.9, -0.2]) {
      for (const advantage of [-1.5, 0.7]) {
        const scalars = { weight: 0.5, advantage, samplerLogprob };
        const at = (p: number) => tokenLoss(RATIO, p, scalars).loss;
        const numeric = (at(-1 + 1e-6) - at(-1 - 1e-6)) / 2e-6;
        expect(tokenLoss(RATIO, -1, scalars).slope).toBeCloseTo(numeric, 6);
      }
    }
  });
});

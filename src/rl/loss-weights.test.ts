import { describe, expect, it } from 'vitest';
import { lossWeightKinds, lossWeights, type LossWeightKind } from './loss-weights.js';

// Two groups, responses of 2, 4 and 6 tokens, at most 8: 12 tokens, 3 responses.
const batch = { lengths_NG: [[2, 4], [6]], maxTokens: 8 };

describe('lossWeights, by hand', () => {
  it('token-mean: 1/12 everywhere', () =>
    expect(lossWeights('token-mean', batch)).toEqual([[1 / 12, 1 / 12], [1 / 12]]));
  it('sequence-mean: 1/(3 x length)', () =>
    expect(lossWeights('sequence-mean', batch)).toEqual([[1 / 6, 1 / 12], [1 / 18]]));
  it('fixed-length: 1/(3 x 8)', () => expect(lossWeights('fixed-length', batch)).toEqual([[1 / 24, 1 / 24], [1 / 24]]));

  it.each(['token-mean', 'sequence-mean'] as const)('%s: the weights of all tokens sum to one', (kind) => {
    const weights = lossWeights(kind, batch).flat();
    const sum = batch.lengths_NG.flat().reduce((total, length, i) => total + length * weights[i]!, 0);
    expect(sum).toBeCloseTo(1, 12);
  });

  it.each(Object.keys(lossWeightKinds) as LossWeightKind[])(
    '%s: finite for an empty batch and an empty response',
    (kind) => {
      expect(lossWeights(kind, { lengths_NG: [], maxTokens: 8 })).toEqual([]);
      expect(
        lossWeights(kind, { lengths_NG: [[0]], maxTokens: 0 })
          .flat()
          .every(Number.isFinite),
      ).toBe(true);
    },
  );
});

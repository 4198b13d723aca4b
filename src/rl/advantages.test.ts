import { describe, expect, it } from 'vitest';
import { advantageKinds, groupAdvantages, type AdvantageKind } from './advantages.js';

const close = (actual: (number | undefined)[], expected: (number | undefined)[]) => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((a, i) => {
    const e = expected[i];
    if (e === undefined) expect(a).toBeUndefined();
    else expect(a).toBeCloseTo(e, 5);
  });
};

describe('groupAdvantages, by hand', () => {
  // One right of four: mean 1/4; squared deviations 9/16 + 3/16 = 3/4, over n - 1 = 3: variance 1/4, std 1/2.
  const oneOfFour = [1, 0, 0, 0];
  it('group-mean', () => close(groupAdvantages('group-mean', oneOfFour), [0.75, -0.25, -0.25, -0.25]));
  it('group-zscore', () => close(groupAdvantages('group-zscore', oneOfFour), [1.5, -0.5, -0.5, -0.5]));
  it('leave-one-out', () => close(groupAdvantages('leave-one-out', oneOfFour), [1, -1 / 3, -1 / 3, -1 / 3]));

  it('takes graded rewards', () => {
    // mean 0.5; deviations -.5, 0, .5; variance .5 / 2 = .25.
    close(groupAdvantages('group-zscore', [0, 0.5, 1]), [-1, 0, 1]);
  });

  it('leaves failed rollouts out of the statistics and gives them no advantage', () => {
    // Of [1, 0] the mean is 1/2; counting the failure as 0 would make it 1/3.
    close(groupAdvantages('group-mean', [1, undefined, 0]), [0.5, undefined, -0.5]);
    close(groupAdvantages('leave-one-out', [undefined, 1, 0]), [undefined, 1, -1]);
  });
});

describe.each(Object.keys(advantageKinds) as AdvantageKind[])('%s', (kind) => {
  it('sums to zero over the known rewards', () => {
    const sum = groupAdvantages(kind, [1, 0, undefined, 0.25, 1, 0]).reduce<number>((a, b) => a + (b ?? 0), 0);
    expect(sum).toBeCloseTo(0, 9);
  });

  it('is zero where all rewards are equal, one is known, or none', () => {
    close(groupAdvantages(kind, [1, 1, 1]), [0, 0, 0]);
    close(groupAdvantages(kind, [undefined, 1]), [undefined, 0]);
    close(groupAdvantages(kind, [undefined, undefined]), [undefined, undefined]);
    close(groupAdvantages(kind, []), []);
  });

  it('orders as the rewards do', () => {
    const [low, high] = groupAdvantages(kind, [0.2, 0.9, 0.5]);
    expect(high!).toBeGreaterThan(0);
    expect(low!).toBeLessThan(0);
  });
});

import { describe, expect, it } from 'vitest';
import { comparison, rollout } from '../testing/comparison.js';
import { advantages, type AdvantageName } from './index.js';

/** Advantages of one problem in one prompt. */
const of = (kind: AdvantageName, rewards: readonly (number | undefined)[]) =>
  advantages[kind]('problem')([comparison([rewards.map((r) => rollout(r))])])[0]![0]!;

const close = (actual: readonly (number | undefined)[], expected: readonly (number | undefined)[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [i, a] of actual.entries()) {
    const e = expected[i];
    if (e === undefined) expect(a).toBeUndefined();
    else expect(a).toBeCloseTo(e, 5);
  }
};

describe('within a problem, by hand', () => {
  // One right of four: mean 1/4; squared deviations 9/16 + 3/16 = 3/4, over n - 1 = 3: variance 1/4, std 1/2.
  const oneOfFour = [1, 0, 0, 0];
  it('mean', () => close(of('mean', oneOfFour), [0.75, -0.25, -0.25, -0.25]));
  it('zscore', () => close(of('zscore', oneOfFour), [1.5, -0.5, -0.5, -0.5]));
  it('leave-one-out', () => close(of('leave-one-out', oneOfFour), [1, -1 / 3, -1 / 3, -1 / 3]));

  it('takes graded rewards', () => {
    // mean 0.5; deviations -.5, 0, .5; variance .5 / 2 = .25.
    close(of('zscore', [0, 0.5, 1]), [-1, 0, 1]);
  });

  it('takes a spread of rounding size for none', () => {
    close(of('zscore', [0.3, 0.1 + 0.2, 0.3]), [0, 0, 0]);
    close(of('zscore', [0.5, 0.5 + 1e-8]), [0, 0]);
  });

  it('leaves failed rollouts out of the statistics and gives them no advantage', () => {
    // Of [1, 0] the mean is 1/2; counting the failure as 0 would make it 1/3.
    close(of('mean', [1, undefined, 0]), [0.5, undefined, -0.5]);
    close(of('leave-one-out', [undefined, 1, 0]), [undefined, 1, -1]);
  });
});

describe('a problem in several prompts', () => {
  const batch = [
    comparison([
      [1, 0],
      [1, 1],
    ]),
  ];
  it('is compared as one', () => {
    expect(advantages.mean('problem')(batch)).toEqual([
      [
        [0.25, -0.75],
        [0.25, 0.25],
      ],
    ]);
  });
  it('or prompt by prompt', () => {
    expect(advantages.mean('prompt')(batch)).toEqual([
      [
        [0.5, -0.5],
        [0, 0],
      ],
    ]);
  });
});

describe('over the batch (REINFORCE++), by hand', () => {
  it('weighs a response by its tokens', () => {
    // Rewards 1 (1 token), 0 (3 tokens): mean 1/4, squares 9/16 + 3/16 = 3/4, over 3: variance 1/4.
    const batch = [comparison([[rollout(1, { length: 1 })]]), comparison([[rollout(0, { length: 3 })]])];
    const table = advantages.batch()(batch);
    close(table.flat(2), [1.5, -0.5]);
  });

  it('learns from problems that are all right or all wrong, unless they are compared with themselves first', () => {
    const batch = [comparison([[1, 1]]), comparison([[0, 0]])];
    const [right, , wrong] = advantages.batch()(batch).flat(2);
    expect(right).toBeCloseTo(-wrong!, 9);
    expect(right).toBeGreaterThan(0.8);
    close(advantages['batch-baseline']('problem')(batch).flat(2), [0, 0, 0, 0]);
  });

  it('batch-spread divides what is left of the problem mean by the spread of the batch', () => {
    // Rewards 1, 0 and 1, 1: mean 3/4, squares 3 x 1/16 + 9/16 = 3/4, over 3: std 1/2.
    const table = advantages['batch-spread']('problem')([comparison([[1, 0]]), comparison([[1, 1]])]);
    close(table.flat(2), [1, -1, 0, 0]);
  });

  it('leaves failed rollouts out', () => {
    close(
      advantages
        .batch()([comparison([[1, 'error', 0]])])
        .flat(2),
      [Math.SQRT1_2, undefined, -Math.SQRT1_2],
    );
  });
});

describe.each(Object.keys(advantages) as AdvantageName[])('%s', (kind) => {
  it('sums to zero over the known rewards of responses of one length', () => {
    const sum = of(kind, [1, 0, undefined, 0.25, 1, 0]).reduce<number>((a, b) => a + (b ?? 0), 0);
    expect(sum).toBeCloseTo(0, 9);
  });

  it('is zero where all rewards are equal, one is known, or none', () => {
    close(of(kind, [1, 1, 1]), [0, 0, 0]);
    close(of(kind, [undefined, 1]), [undefined, 0]);
    close(of(kind, [undefined, undefined]), [undefined, undefined]);
    close(of(kind, []), []);
  });

  it('orders as the rewards do', () => {
    const [low, high] = of(kind, [0.2, 0.9, 0.5]);
    expect(high!).toBeGreaterThan(0);
    expect(low!).toBeLessThan(0);
  });
});

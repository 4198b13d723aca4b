import { describe, expect, it } from 'vitest';
import { learningRateAt } from './schedule.js';

const at = (schedule: Parameters<typeof learningRateAt>[1], steps: number[]) =>
  steps.map((s) => learningRateAt(s, schedule));

describe('learningRateAt', () => {
  it('warms up linearly, then stays', () =>
    expect(at({ peak: 0.4, warmupSteps: 4 }, [1, 2, 4, 5, 100])).toEqual([0.1, 0.2, 0.4, 0.4, 0.4]));
  it('is constant without warm-up', () => expect(at({ peak: 3, warmupSteps: 0 }, [1, 9])).toEqual([3, 3]));
  it('decays to zero after the last step', () =>
    expect(at({ peak: 1, warmupSteps: 0, decayOverSteps: 4 }, [1, 2, 3, 4, 5])).toEqual([1, 0.75, 0.5, 0.25, 0]));
  it('takes the smaller of warm-up and decay', () =>
    expect(at({ peak: 1, warmupSteps: 2, decayOverSteps: 4 }, [1, 2, 4])).toEqual([0.5, 0.75, 0.25]));
});

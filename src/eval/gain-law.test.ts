import { describe, expect, it } from 'vitest';
import { gainLaw, type ArmGain } from './gain-law.js';

const arm = (name: string, initial: number, final: number): ArmGain => ({
  name,
  startPlain: 0.2,
  startWithContext: 0.2 + initial,
  start: 0.3,
  end: 0.3 + final,
});

describe('gainLaw', () => {
  it('finds the line and the correlation of gains at step 0 and at the end', () => {
    const law = gainLaw([arm('a', 0, 0.1), arm('b', 0.1, 0.15), arm('c', 0.2, 0.2)]);
    expect(law.fit!.slope).toBeCloseTo(0.5, 10);
    expect(law.fit!.intercept).toBeCloseTo(0.1, 10);
    expect(law.correlation).toBeCloseTo(1, 10);
    expect(law.points[1]!.finalGain).toBeCloseTo(0.15, 12);
    // By hand: x 0 1 2, y 0 2 1 (tenths): sxy 1, sxx 2, syy 2.
    const loose = gainLaw([arm('a', 0, 0), arm('b', 0.1, 0.2), arm('c', 0.2, 0.1)]);
    expect(loose.fit!.slope).toBeCloseTo(0.5, 10);
    expect(loose.correlation).toBeCloseTo(0.5, 10);
  });

  it('has no line where contexts gain the same, and no correlation where nothing varies', () => {
    expect(gainLaw([])).toEqual({ points: [], fit: undefined, correlation: undefined });
    expect(gainLaw([arm('a', 0.1, 0), arm('b', 0.1, 0.2)])).toMatchObject({ fit: undefined, correlation: undefined });
    expect(gainLaw([arm('a', 0, 0.1), arm('b', 0.1, 0.1)]).correlation).toBeUndefined();
  });

  it('refuses an average that is no number', () => {
    expect(() => gainLaw([arm('a', NaN, 0)])).toThrowError(expect.objectContaining({ code: 'data' }));
  });
});

import { describe, expect, it } from 'vitest';
import { TrainingWatch, type WatchedStep } from './watch.js';

const mixed = { trainedGroups: 1, rewardMean: 0.5, truncatedShare: 0.5, allRightShare: 0.25, allWrongShare: 0.5 };

/** Codes of the warnings after each step. */
function codes(steps: Partial<WatchedStep>[], total = 100): string[][] {
  const watch = new TrainingWatch('arm', total);
  return steps.map((step, i) => watch.see({ step: i + 1, ...mixed, ...step }).map((w) => w.code));
}
const times = (n: number, step: Partial<WatchedStep>) => Array.from({ length: n }, () => step);

describe('TrainingWatch', () => {
  it('has nothing to say of a training that learns', () => {
    expect(codes(times(50, {})).flat()).toEqual([]);
  });

  it('warns once after ten steps in a row without a mixed group', () => {
    expect(codes([...times(9, { trainedGroups: 0 }), {}, ...times(9, { trainedGroups: 0 })]).flat()).toEqual([]);
    const told = codes([{}, ...times(25, { trainedGroups: 0 })]);
    expect(told.findIndex((step) => step.length > 0)).toBe(10);
    expect(told.flat()).toEqual(['no-mixed-group']);
  });

  it('takes a short training as a whole', () => {
    expect(codes(times(2, { trainedGroups: 0 }), 2)).toEqual([[], ['no-mixed-group']]);
    expect(codes([{}, { trainedGroups: 0 }], 2)).toEqual([[], []]);
    expect(codes([{ truncatedShare: 1 }], 1)).toEqual([['all-truncated']]);
  });

  it('warns where every response is cut, three steps in a row', () => {
    expect(codes(times(5, { truncatedShare: 0.99 })).flat()).toEqual([]);
    expect(codes(times(5, { truncatedShare: 1 }))).toEqual([[], [], ['all-truncated'], [], []]);
  });

  it('warns where updates have no gradient, three steps in a row; a step without an update is none of them', () => {
    expect(codes([{ gradNorm: 0 }, { gradNorm: 0 }, {}, { gradNorm: 1e-9 }, { gradNorm: 0 }]).flat()).toEqual([]);
    expect(codes(times(4, { gradNorm: 0 }))).toEqual([[], [], ['no-gradient'], []]);
  });

  it('warns of a first step that is right throughout, and of that step only', () => {
    expect(codes([{ rewardMean: 1 }])).toEqual([['saturated-start']]);
    expect(codes([{}, { rewardMean: 1 }]).flat()).toEqual([]);
  });

  it('warns once where sampler and trainer are further apart than equal weights are', () => {
    expect(codes([{ logprobGapMean: 1e-3 }, {}]).flat()).toEqual([]);
    expect(codes([{}, ...times(3, { logprobGapMean: 0.02 })])).toEqual([[], ['logprob-gap'], [], []]);
  });

  it('says what it saw', () => {
    const watch = new TrainingWatch('arm', 2);
    watch.see({ ...mixed, step: 1, trainedGroups: 0 });
    const [warning, failure] = watch.see(
      { ...mixed, step: 2, trainedGroups: 0, allWrongShare: 1, allRightShare: 0 },
      'f',
    );
    expect(warning).toMatchObject({ where: 'arm', code: 'no-mixed-group' });
    expect(warning?.text).toMatch(/^steps 1 to 2 had no group .*all right 0 %, all wrong 100 %/);
    expect(failure).toEqual({ code: 'without-reward', where: 'arm', text: 'f' });
  });
});

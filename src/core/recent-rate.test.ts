import { describe, expect, it } from 'vitest';
import { RecentRate } from './recent-rate.js';

/** Steps that take the given seconds each; the rate right after the last. */
function after(seconds: readonly number[], from = 0): RecentRate & { ms: number } {
  const rate = new RecentRate(0, from);
  let ms = 0;
  for (const [i, s] of seconds.entries()) rate.update((ms += s * 1000), from + i + 1);
  return Object.assign(rate, { ms });
}
const steps = (n: number, seconds: number) => Array.from({ length: n }, () => seconds);

describe('RecentRate', () => {
  it('follows steps that grow slower or faster; the mean of all would not', () => {
    const slower = after([...steps(20, 1), ...steps(8, 4)]);
    expect(slower.at(slower.ms)).toBeCloseTo(1 / 4, 10);
    const faster = after([...steps(20, 4), ...steps(8, 1)]);
    expect(faster.at(faster.ms)).toBeCloseTo(1, 10);
    const even = after(steps(30, 2), 60);
    expect(even.at(even.ms)).toBeCloseTo(1 / 2, 10);
  });

  it('is undefined before anything is done, and counts nothing of an earlier attempt', () => {
    expect(new RecentRate(0, 60).at(5000)).toBeUndefined();
    const rate = new RecentRate(0, 60);
    rate.update(0, 60);
    expect(rate.at(5000)).toBeUndefined();
  });

  it('forgets work that was read in no time', () => {
    const rate = new RecentRate(0, 0);
    for (let i = 1; i <= 640; i++) rate.update(i / 100, i);
    for (let i = 1; i <= 3; i++) rate.update(i * 10_000, 640 + i * 64);
    expect(rate.at(30_000)).toBeCloseTo(6.4, 1);
  });

  it('is not moved by the time since the last step until that is longer than a step, then falls', () => {
    const rate = after(steps(10, 5));
    expect(rate.at(rate.ms + 4000)).toBeCloseTo(1 / 5, 10);
    expect(rate.at(rate.ms + 60_000)!).toBeLessThan(1 / 10);
  });

  it('starts anew where progress goes back', () => {
    const rate = after(steps(10, 1));
    rate.update(20_000, 0);
    rate.update(30_000, 1);
    expect(rate.at(30_000)).toBeCloseTo(1 / 10, 10);
  });

  it('is steady for a fast task', () => {
    const rate = new RecentRate(0, 0);
    for (let ms = 1; ms <= 20_000; ms++) rate.update(ms, ms * 3);
    expect(rate.at(20_000)).toBeCloseTo(3000, 0);
  });
});

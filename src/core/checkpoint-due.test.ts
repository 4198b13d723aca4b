import { expect, it } from 'vitest';
import { checkpointClock } from './checkpoint-due.js';

it('a checkpoint is due every so many steps, and five minutes after the last one', () => {
  let nowMs = 1000;
  const clock = checkpointClock(10, () => nowMs);
  expect([9, 10, 11, 20].map((step) => clock.isDue(step))).toEqual([false, true, false, true]);
  nowMs += 299_999;
  expect(clock.isDue(11)).toBe(false);
  nowMs += 1;
  expect(clock.isDue(11)).toBe(true);
  nowMs += 60_000; // what it took to save it
  clock.saved();
  nowMs += 299_999;
  expect([12, 20].map((step) => clock.isDue(step))).toEqual([false, true]);
  nowMs += 1;
  expect(clock.isDue(12)).toBe(true);
});

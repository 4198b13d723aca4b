import { describe, expect, it } from 'vitest';
import { aheadSeconds, asItIs, passTime, stepTime, type Cluster, type OurSeconds, type StepWork } from './loop.js';

const nothing: OurSeconds = {
  readToken: 0,
  textToken: 0,
  gradeResponse: 0,
  gradeToken: 0,
  graders: 1,
  sendToken: 0,
  receiveToken: 0,
  recordToken: 0,
};
const cluster: Cluster = {
  samplers: { servers: 2, slots: 8, fixedSeconds: 1, perSequenceSeconds: 0 },
  refreshSeconds: 5,
  scoreToken: 0.1,
  gradientToken: 0.3,
  optimizerSeconds: 2,
  chunkTokens: 1000,
};
/** Two servers with a group of two each: done at 20 and at 10 seconds. */
const work: StepWork = {
  lengths_NG: [
    [20, 10],
    [10, 10],
  ],
  promptTokens: 5,
  trained_N: [true, false],
};

describe('stepTime', () => {
  it('is the work of the cluster alone where ours takes no time, by hand', () => {
    const { seconds, phases, waits } = stepTime(work, cluster, nothing);
    // Trained: 25 + 15 tokens.
    expect(phases).toEqual({ refresh: 5, sample: 20, read: 0, grade: 0, score: 4, gradient: 12 + 2, record: 0 });
    expect(seconds).toBe(43);
    // One of two servers has nothing to do for 10 seconds.
    expect(waits).toMatchObject({ longest: 5, read: 0, grade: 0, record: 0 });
    expect(waits.passes).toBeCloseTo(0, 9);
  });

  it('may make texts and verdicts of groups at the end, which are read as they come', () => {
    const ours = { ...nothing, readToken: 0.2, textToken: 0.1, gradeResponse: 1, gradeToken: 0.1, graders: 2 };
    const { phases, waits } = stepTime(work, cluster, ours, { ...asItIs, gradeAsTheyCome: false });
    // The group that ends at 10 is read until 14, the other one from 20 to 26; texts of 50 tokens until 31.
    expect(phases.read).toBeCloseTo(6 + 5, 9);
    // Verdicts of 3, 2, 2 and 2 seconds by two threads: one is at work for 3 + 2, the other for 2 + 2.
    expect(phases.grade).toBeCloseTo(5, 9);
    expect(waits).toMatchObject({ read: phases.read, grade: phases.grade });
  });

  it('has less to do at the end, since groups are judged as they come', () => {
    const ours = { ...nothing, readToken: 0.2, textToken: 0.1, gradeResponse: 1, gradeToken: 0.1, graders: 2 };
    const { phases } = stepTime(work, cluster, ours);
    // The last group is read and a text at 20 + 30 x 0.3, its two verdicts of 3 and 2 seconds are made at the same time.
    expect(phases.read).toBeCloseTo(9, 9);
    expect(phases.grade).toBeCloseTo(3, 9);
  });

  it('writes the rollouts before the next step, or while it is sampled', () => {
    const ours = { ...nothing, recordToken: 0.1 };
    expect(stepTime(work, cluster, ours).phases.record).toBe(5);
    const behind = stepTime(work, cluster, ours, { ...asItIs, recordWhileSampling: true });
    expect(behind.phases).toMatchObject({ record: 0, read: 0 });
    // A file that takes longer than the sampling holds up what follows: 100 s, of which 5 pass in the refresh and 20 in sampling.
    const slow = stepTime(work, cluster, { ...nothing, recordToken: 2 }, { ...asItIs, recordWhileSampling: true });
    expect(slow.phases.read).toBe(75);
  });

  it('has nothing to train where no group is mixed', () => {
    const { phases } = stepTime({ ...work, trained_N: [false, false] }, cluster, { ...nothing, sendToken: 1 });
    expect(phases).toMatchObject({ score: 0, gradient: 2 });
  });
});

describe('passTime', () => {
  const sends = (sendToken: number, receiveToken = 0) => ({ sendToken, receiveToken });

  it('is a line of two stations: k (slower) + (faster) for k equal requests', () => {
    const lengths = Array.from({ length: 10 }, () => 100);
    expect(passTime(lengths, 0.3, 100, sends(0.1)).seconds).toBeCloseTo(10 + 10 * 30, 6);
    expect(passTime(lengths, 0.1, 100, sends(0.3)).seconds).toBeCloseTo(10 * 30 + 10, 6);
    expect(passTime(lengths, 0.1, 100, sends(0.3)).waits).toBeCloseTo(310 - 100, 6);
  });

  it('sends everything before it computes anything in one request', () => {
    expect(passTime([100, 200], 0.5, 1000, sends(0.1))).toEqual({ seconds: 30 + 150, waits: 30 });
  });

  it('reads results when all is sent', () => {
    // Sent at 10, 20, 30; computed at 15, 25, 35; read from 30 to 35, 40, 45.
    expect(passTime([100, 100, 100], 0.05, 100, sends(0.1, 0.05)).seconds).toBeCloseTo(45, 9);
  });

  it('is nothing without sequences', () => {
    expect(passTime([], 1, 100, sends(1, 1))).toEqual({ seconds: 0, waits: 0 });
  });
});

it('a step ahead takes as long as its slower side', () => {
  const time = stepTime(work, cluster, nothing);
  expect(aheadSeconds(time, time)).toBe(25);
  const slower = stepTime(work, { ...cluster, gradientToken: 3 }, nothing);
  expect(aheadSeconds(time, slower)).toBeCloseTo(4 + 120 + 2, 6);
});

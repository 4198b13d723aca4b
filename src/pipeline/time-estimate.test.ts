import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig, type Config } from '../config/index.js';
import { armStage } from '../runs/arm-stage.js';
import { planRun, type RunPlan } from './plan.js';
import { openPrompts } from './session.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';
import {
  durationRange,
  estimateSeconds,
  measureRates,
  ratesFromPeak,
  timeEstimate,
  type Rates,
} from './time-estimate.js';

let folder: string;
let config: Config;
let plan: RunPlan;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-time-'));
  config = resolveConfig({ file: await writeTinyTask(folder) });
  plan = await planRun(config, folder);
});
afterAll(() => rm(folder, { recursive: true }));

const rates: Rates = { startup: 1, pair: 0.01, group: 0.1, trained: 0.2, flops: 1e9, ended: true, longer: 1 };

describe('estimateSeconds', () => {
  it('by hand', () => {
    // 360 pairs; 3 arms of 4 steps of 6 groups, and 11 evaluations of 21 problems of 2 samples, in groups of 4; 48 updates.
    // 20 steps of 8 questions and 8 traces: prompts of 10 tokens are 30 with a trace.
    const retrieval = (20 * 8 * 6 * 1000 * (10 + 20)) / 1e9;
    const fixed = 1 + 3.6 + retrieval;
    const groups = (3 * 4 * 6 + (11 * 21 * 2) / 4) * 0.1;
    const short = { ...plan, promptTokens: { without: 10, with: 30 } };
    const { low, high } = estimateSeconds(config, short, rates, () => 1000);
    expect(low).toBeCloseTo(0.8 * (fixed + groups + 0.3 * 48 * 0.2), 8);
    expect(high).toBeCloseTo(1.5 * (fixed + groups + 48 * 0.2 + 2), 8);
  });

  it('is of what the run folder does not hold yet', () => {
    const arms = config.arms.filter(({ name }) => name !== config.arms[0]!.name);
    const done = ['data', 'labels', 'retriever-learned', 'retrieved-learned', ...arms.map(armStage)];
    // Left are 4 steps of 6 groups, and 3 evaluations of 21 problems of 2 samples, in groups of 4.
    const groups = (4 * 6 + (3 * 21 * 2) / 4) * 0.1;
    const { low, high } = estimateSeconds(config, { ...plan, finished: done }, rates, () => 1000);
    expect(low).toBeCloseTo(0.8 * (1 + groups + 0.3 * 16 * 0.2), 8);
    expect(high).toBeCloseTo(1.5 * (1 + groups + 16 * 0.2 + 2), 8);
    const all = [...done, armStage(config.arms[0]!)];
    expect(estimateSeconds(config, { ...plan, finished: all }, rates, () => 1000).low).toBeCloseTo(0.8, 8);
  });

  it('is of the steps that trainings have before them', () => {
    const [first] = config.arms;
    const warm = { ...config, warmup: { ...config.warmup, steps: 10 } };
    const seconds = (begun: RunPlan['begun'], warmups = 1) =>
      estimateSeconds(warm, { ...plan, warmups, begun }, rates, () => 1e6).low / 0.8;
    const none = seconds({});
    // 3 of 4 steps of 6 groups, the evaluations at 0 and 2 of 21 problems of 2 samples, 3 times 4 updates.
    const groups = (3 * 6 + (2 * 21 * 2) / 4) * 0.1;
    expect(none - seconds({ [armStage(first!)]: 3 })).toBeCloseTo(groups + 0.3 * 12 * 0.2, 8);
    const { batchSize } = config.warmup;
    expect(none - seconds({ warmup: 7 })).toBeCloseTo(7 * batchSize * (0.2 / config.rl.groupSize) * 2, 8);
    expect(seconds({ warmup: 30 })).toBeCloseTo(seconds({}, 0), 8);
    const encoders = none - seconds({ 'retriever-learned': 20 });
    expect(none - seconds({ 'retriever-learned': 5 })).toBeCloseTo(encoders / 4, 8);
  });

  it('counts drafts as it counts samples of evaluations', () => {
    const { low } = estimateSeconds(config, plan, rates, () => 1000);
    expect(estimateSeconds(config, { ...plan, drafts: 70 }, rates, () => 1000).low - low).toBeCloseTo(
      0.8 * (70 / 4) * 0.1,
      8,
    );
  });

  it('grows where the timed responses did not end, and costs no labels where a language model reads', () => {
    const { high } = estimateSeconds(config, plan, rates, () => 1000);
    expect(estimateSeconds(config, plan, { ...rates, ended: false, longer: 8 }, () => 1000).high).toBeGreaterThan(
      4 * high,
    );
    const read = { ...config, labels: { ...config.labels, judge: 'truth' as const } };
    expect(high - estimateSeconds(read, plan, rates, () => 1000).high).toBeCloseTo(1.5 * 3.6, 8);
  });
});

describe('rates', () => {
  it('are measured on prompts of the run', async () => {
    const { codec } = await openPrompts(config);
    const measured = await measureRates(config, plan.sample, codec, openFakeEngine);
    for (const value of [measured.pair, measured.group, measured.trained, measured.flops])
      expect(value).toBeGreaterThan(0);
    expect(measured.startup).toBeGreaterThanOrEqual(0);
    expect(measured.longer).toBe(1);
  });

  it('of a model too large to try follow from its size and the peak: twice the size, twice the time', () => {
    const [one, two] = [ratesFromPeak(config, plan, 7e9, 1e12), ratesFromPeak(config, plan, 14e9, 1e12)];
    for (const key of ['pair', 'group', 'trained'] as const) expect(two[key]).toBeCloseTo(2 * one[key], 10);
  });

  it('come out in words from the real engine', async () => {
    const text = await timeEstimate(config, plan, () => Promise.reject(new Error('not needed')));
    expect(text).toMatch(/^about [\d.]+ to [\d.]+ (?:seconds|minutes), roughly, from a few prompts, timed$/);
  });
});

it('writes ranges for people', () => {
  expect(durationRange({ low: 240, high: 480 })).toBe('about 4 to 8 minutes');
  expect(durationRange({ low: 11.4, high: 52 })).toBe('about 11 to 52 seconds');
  expect(durationRange({ low: 1800, high: 7300 })).toBe('about 0.5 to 2 hours');
  expect(durationRange({ low: 119, high: 121 })).toBe('about 2 minutes');
});

import { describe, expect, it } from 'vitest';
import { stepTime } from './loop.js';
import { measured } from './measured.js';
import { clusterOf, hostedStepUsd, labelsUsd, tokensOf, trainingSteps, workedRow, workedStep } from './worked.js';

describe('prices', () => {
  it('of a hosted step, by hand', () => {
    const work = { lengths_NG: [[100, 300], [200]], promptTokens: 50, trained_N: [true, false] };
    expect(tokensOf(work)).toEqual({ sampled: 600, prompts: 100, trained: 500 });
    const usd = hostedStepUsd(work, { prefillUsd: 1, sampleUsd: 2, trainUsd: 3 });
    expect(usd).toBeCloseTo((100 + 2 * 600 + 3 * 2 * 500) / 1e6, 12);
  });

  it('of labels, by hand: a million pairs of 1,000 and 100 tokens at 2 and 10 USD, at half price', () => {
    const prices = { inputUsd: 2, outputUsd: 10, batchFactor: 0.5 };
    expect(labelsUsd({ pairs: 1e6, promptTokens: 1000, replyTokens: 100 }, prices)).toBeCloseTo(1500, 6);
  });
});

describe('the worked step', () => {
  const work = workedStep();

  it('has the sizes of the paper, half of its groups trained on', () => {
    expect(work.lengths_NG).toHaveLength(128);
    for (const lengths_G of work.lengths_NG) expect(lengths_G).toHaveLength(16);
    expect(Math.max(...work.lengths_NG.flat())).toBe(32_768);
    expect(work.trained_N.filter(Boolean)).toHaveLength(64);
    // 12,500 problems in steps of 128.
    expect(trainingSteps).toBe(98);
  });

  it('takes half of the passes on twice the devices, and reads no weight faster', () => {
    const on = (devices: number) => clusterOf({ model: 'Qwen3-1.7B', rank: 0, devices }, work);
    expect(on(8).gradientToken).toBeCloseTo(2 * on(16).gradientToken, 12);
    expect(on(8).gradientToken).toBeCloseTo(4 * on(8).scoreToken, 12);
    expect(on(8).samplers.fixedSeconds).toBe(on(16).samplers.fixedSeconds);
  });

  it('of adapters spares the gradients of the frozen weights, and the memory of their moments', () => {
    const row = (rank: number) => workedRow({ model: 'Qwen3-4B', rank, devices: 8 }, measured);
    expect(row(32).trainingFlops / row(0).trainingFlops).toBeCloseTo(4 / 5, 9);
    // 16 bytes a parameter against 2 and a little.
    expect(row(0).trainingBytes - row(32).trainingBytes).toBeCloseTo(
      (14 * row(0).parameters - 16 * row(32).trainedParameters) / 8,
      -1,
    );
  });

  it('never has fewer sequences at a time than one, nor more than a server takes', () => {
    const tiny = { name: 'tiny', flops: 1, bandwidth: 1, memoryBytes: 1 };
    const big = { name: 'big', flops: 1, bandwidth: 1, memoryBytes: 1e15 };
    const scenario = { model: 'Qwen3-1.7B', rank: 0, devices: 1 } as const;
    expect(clusterOf(scenario, work, tiny).samplers.slots).toBe(1);
    expect(clusterOf(scenario, work, big).samplers.slots).toBe(1024);
  });

  it('adds up', () => {
    const { step, deviceHours, devices } = workedRow({ model: 'Qwen3-1.7B', rank: 0, devices: 64 }, measured);
    expect(step.seconds).toBeCloseTo(
      Object.values(step.phases).reduce((a, b) => a + b, 0),
      9,
    );
    expect(deviceHours).toBeCloseTo((devices * step.seconds) / 3600, 9);
    const cluster = clusterOf({ model: 'Qwen3-1.7B', rank: 0, devices: 64 }, work);
    expect(stepTime(work, cluster, measured)).toEqual(step);
  });
});

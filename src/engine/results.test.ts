import { describe, expect, it } from 'vitest';
import { checkGradNorm, checkSamples, checkScores, checkTrained } from './results.js';
import { ids, response } from './testing/helpers.js';
import type { SampleResult } from './types.js';

const sample = (logprobs: number[], policyLogprobs = logprobs) => ({
  tokens: ids(1, 2),
  logprobs: Float32Array.from(logprobs),
  policyLogprobs: Float32Array.from(policyLogprobs),
  stopReason: 'stop' as const,
});
const result = (...group: SampleResult['samples_NG'][number]): SampleResult => ({
  policyVersion: 0,
  samples_NG: [group],
});
const thrown = (check: () => void): unknown => {
  try {
    check();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('checks of results', () => {
  it('lets numbers pass, 0 among them', () => {
    checkSamples([{ n: 2 }], result(sample([-1, 0]), sample([0, 0], [-3, -90])));
    checkScores([{ prompt: ids(1), responses: [ids(1, 2)] }], [[Float32Array.of(-1, 0)]]);
    checkGradNorm(0);
  });

  it.each([NaN, -Infinity, Infinity])('refuses the log-probability %s of a token that was drawn', (bad) => {
    const error = { code: 'not-finite', where: 'group 0, response 1' };
    expect(thrown(() => checkSamples([{ n: 2 }], result(sample([-1, -1]), sample([-1, bad]))))).toMatchObject(error);
    expect(thrown(() => checkSamples([{ n: 2 }], result(sample([-1, -1]), sample([-1, -1], [bad, -1]))))).toMatchObject(
      error,
    );
  });

  it('refuses what is missing, which is never 0', () => {
    const missing = { code: 'engine', where: 'group 0, response 0' };
    expect(thrown(() => checkSamples([{ n: 1 }], result(sample([-1]))))).toMatchObject(missing);
    expect(thrown(() => checkSamples([{ n: 1 }], result(sample([-1, -1], []))))).toMatchObject(missing);
    expect(thrown(() => checkSamples([{ n: 2 }], result(sample([-1, -1]))))).toMatchObject({ code: 'engine' });
    expect(thrown(() => checkSamples([{ n: 1 }, { n: 1 }], result(sample([-1, -1]))))).toMatchObject({
      code: 'engine',
    });
    const groups = [{ prompt: ids(1), responses: [ids(1, 2)] }];
    expect(thrown(() => checkScores(groups, [[]]))).toMatchObject({ code: 'engine' });
    expect(thrown(() => checkScores(groups, [[undefined as never]]))).toMatchObject(missing);
  });

  it('refuses a response that the engine broke off: it would be graded as one that the policy ended', () => {
    const broken = { ...sample([-1, -1]), stopReason: 'abort' as 'stop' };
    expect(thrown(() => checkSamples([{ n: 2 }], result(sample([-1, -1]), broken)))).toMatchObject({
      code: 'engine',
      where: 'group 0, response 1',
      message: expect.stringContaining("'abort'") as string,
    });
  });

  it('looks at loss, entropy and every log-probability of a training pass', () => {
    const groups = [{ prompt: ids(1), responses: [response(ids(1, 2))] }];
    const fine = { loss: 1, tokens: 2, clipShare: 0, entropy: 0.5, logprobs_NGT: [[Float32Array.of(-1, -2)]] };
    checkTrained(groups, fine);
    for (const bad of [{ loss: NaN }, { entropy: NaN }, { logprobs_NGT: [[Float32Array.of(-1, NaN)]] }]) {
      expect(thrown(() => checkTrained(groups, { ...fine, ...bad }))).toMatchObject({ code: 'not-finite' });
    }
    expect(thrown(() => checkGradNorm(NaN))).toMatchObject({ code: 'not-finite' });
  });
});

import { describe, expect, test } from 'vitest';
import { summaryDraws } from './draws.js';
import { pairArms } from './pairing.js';
import type { EvalRecord, EvalSample } from './records.js';
import { summarise } from './summary.js';

/** What may become of a sample. */
const sample: Record<string, Pick<EvalSample, 'verdict' | 'reward' | 'stopReason'>> = {
  right: { verdict: { outcome: 'match', rule: 'r' }, reward: 1, stopReason: 'stop' },
  wrong: { verdict: { outcome: 'mismatch', rule: 'r' }, reward: 0, stopReason: 'stop' },
  silent: { verdict: { outcome: 'no_answer', rule: 'thinking-unfinished' }, reward: 0, stopReason: 'length' },
  costly: { verdict: { outcome: 'too_costly', rule: 'work-limit' }, reward: 0, stopReason: 'stop' },
  broken: { verdict: { outcome: 'error', rule: 'r', reason: 'x' }, reward: null, stopReason: 'stop' },
};
const record = (problemId: string, said: string, split = 'test'): EvalRecord => ({
  key: '',
  problemId,
  split,
  traceIds: [],
  promptTokens: 1,
  samples: said === '' ? [] : said.split(' ').map((name) => ({ text: '', tokens: 1, ...sample[name]! })),
  ...(said === '' && { failed: 'too long' }),
});
const summary = (arms: { name: string; records: EvalRecord[] }[]) =>
  summarise({
    compared: { subject: 'ra-rft', baseline: 'grpo' },
    arms,
    k: 2,
    retrievers: [],
    seconds: {},
    ...summaryDraws(
      [],
      arms.map(({ records }) => records),
      { seed: 1, eval: { bootstrapSamples: 200 } },
    ),
  });

describe('differences between arms', () => {
  const grpo = {
    name: 'grpo',
    records: [record('a', 'right wrong'), record('b', 'wrong wrong'), record('c', 'wrong wrong')],
  };

  test('a response without an answer counts 0, in its average and in the difference', () => {
    const own = {
      name: 'ra-rft',
      records: [record('a', 'right right'), record('b', 'silent silent'), record('c', 'right silent')],
    };
    const { arms, differences } = summary([grpo, own]);
    expect(arms[1]).toMatchObject({
      average: 0.5,
      n: 3,
      responses: { samples: 6, cutOff: 3, noAnswer: 3, noVerdict: 0 },
    });
    expect(differences[0]).toMatchObject({ n: 3, leftOut: { problems: 0, samples: 0 } });
    expect(differences[0]!.mean).toBeCloseTo(1 / 3, 12);
  });

  test('what failed for other reasons leaves every arm, and is counted', () => {
    // Over-long for one arm, a verdict missing in the other: only b is left, where all are wrong.
    const own = { name: 'ra-rft', records: [record('a', 'right right'), record('b', 'wrong wrong'), record('c', '')] };
    const broken = { ...grpo, records: [record('a', 'right broken'), ...grpo.records.slice(1)] };
    const [difference] = summary([broken, own]).differences;
    expect(difference).toMatchObject({ mean: 0, n: 1, leftOut: { problems: 2, samples: 1 } });
    // A third arm's failure leaves the comparison of the other two as well.
    const third = {
      name: 'random',
      records: [record('a', 'wrong wrong'), record('b', 'broken right'), record('c', 'wrong wrong')],
    };
    expect(summary([grpo, { ...own, name: 'ra-rft' }, third]).differences).toMatchObject([
      { b: 'grpo', n: 1, mean: 0.5, leftOut: { problems: 2, samples: 1 } },
      { b: 'random', n: 1, mean: 1 },
    ]);
  });

  test('three arms: wrong, cut off and too costly count 0 in each; a failure in one leaves the figures of all three', () => {
    const arm = (name: string, said: Record<string, string>) => ({
      name,
      records: Object.entries(said).map(([id, samples]) => record(id, samples)),
    });
    const arms = [
      arm('base', { a: 'right right', b: 'wrong silent', c: 'right wrong', d: 'costly right', e: 'right right' }),
      arm('grpo', { a: 'right wrong', b: 'costly silent', c: 'broken right', d: 'silent right', e: 'right right' }),
      arm('ra-rft', { a: 'right right', b: 'right silent', c: 'right right', d: 'right right', e: '' }),
    ];
    const { arms: rows, differences } = summary(arms);
    // c lacks a verdict in grpo and e was not sampled in ra-rft: a, b and d are left, in every pair.
    expect(pairArms(arms, 'test', 2)).toEqual({
      problems: new Set(['a', 'b', 'd']),
      leftOut: { problems: 2, samples: 1 },
    });
    // ra-rft 1, 1/2, 1; base 1, 0, 1/2; grpo 1/2, 0, 1/2.
    expect(differences).toMatchObject([
      { b: 'base', n: 3, mean: expect.closeTo((0 + 0.5 + 0.5) / 3, 12), leftOut: { problems: 2, samples: 1 } },
      { b: 'grpo', n: 3, mean: expect.closeTo((0.5 + 0.5 + 0.5) / 3, 12), leftOut: { problems: 2, samples: 1 } },
    ]);
    expect(rows.map(({ name, n, responses }) => [name, n, responses])).toEqual([
      ['base', 5, { samples: 10, cutOff: 1, noAnswer: 1, tooCostly: 1, noVerdict: 0, failedProblems: 0 }],
      ['grpo', 5, { samples: 10, cutOff: 2, noAnswer: 2, tooCostly: 1, noVerdict: 1, failedProblems: 0 }],
      ['ra-rft', 4, { samples: 8, cutOff: 1, noAnswer: 1, tooCostly: 0, noVerdict: 0, failedProblems: 1 }],
    ]);
  });

  test('a problem with fewer samples than k is not compared with whole ones', () => {
    const short = {
      name: 'ra-rft',
      records: [record('a', 'right'), record('b', 'right right'), record('c', 'right right')],
    };
    expect(pairArms([grpo, short], 'test', 2).problems).toEqual(new Set(['b', 'c']));
  });

  test('an arm that failed everywhere has no figures and takes none away; splits are apart', () => {
    const dead = { name: 'dead', records: grpo.records.map(({ problemId }) => record(problemId, '')) };
    const { problems, leftOut } = pairArms(
      [grpo, dead, { name: 'x', records: [record('z', 'right right', 'other')] }],
      'test',
      2,
    );
    expect([...problems]).toEqual(['a', 'b', 'c']);
    expect(leftOut).toEqual({ problems: 0, samples: 0 });
    expect(pairArms([dead], 'test', 2)).toEqual({ problems: new Set(), leftOut: { problems: 3, samples: 0 } });
  });
});

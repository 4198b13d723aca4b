import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noContext, showing, shownTraces } from '../data/index.js';
import { Rng } from '../core/rng.js';
import type { Problem, Trace } from '../data/index.js';
import { FakePolicy } from '../engine/fake/fake-policy.js';
import type { Policy } from '../engine/types.js';
import type { Verdict, Verifier } from '../verify/index.js';
import { drawsBySplit } from './draws.js';
import { evaluate, type EvalCodec, type EvaluateOptions } from './evaluate.js';
import type { EvalRecord } from './records.js';
import { scoreSplit } from './scores.js';
import { summarise } from './summary.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-eval-'));
});
afterAll(() => rm(folder, { recursive: true }));

const codec: EvalCodec = {
  prompt: ({ question }, context) =>
    Int32Array.from(`${shownTraces(context)[0]?.trace ?? ''}${question}`, (c) => c.charCodeAt(0) % 10),
  decode: (tokens) => tokens.join(' '),
  stopTokens: [0],
};
/** Right where the response begins with an even token; fails on those that begin with 9. */
const verifier: Verifier = {
  name: 'even',
  verifyMany: async (pairs) =>
    pairs.map(({ response }): Verdict => {
      const first = Number(response[0]);
      if (first === 9) return { outcome: 'error', rule: 'nine', reason: 'nine', timeMs: 5 };
      return { outcome: first % 2 === 0 ? 'match' : 'mismatch', rule: 'even', extracted: `${first}`, timeMs: 5 };
    }),
  dispose: async () => {},
};
const problems: Problem[] = Array.from({ length: 10 }, (_, i) => ({
  id: `p${i}`,
  question: `question ${i}`,
  answer: `${i}`,
  split: i < 6 ? 'seen' : 'unseen',
}));
const trace: Trace = { id: 't', question: 'T', trace: 'abc', answer: '0' };

const options = (name: string, over: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  policy: new FakePolicy({ vocabSize: 10, seed: 1, maxContext: 40 }),
  codec,
  verifier,
  problems,
  contextOf: () => noContext,
  k: 4,
  sampling: { maxTokens: 8, temperature: 1 },
  rng: Rng.fromSeed(7),
  policyKey: 'policy',
  path: join(folder, name),
  ...over,
});
const text = (name: string) => readFile(join(folder, name), 'utf8');

describe('evaluate', () => {
  test('one problem with several traces: a record for each, and the verifier sees the problem as it is', async () => {
    const seen: Problem[] = [];
    const watching: Verifier = {
      ...verifier,
      verifyMany: (pairs) => (seen.push(...pairs.map(({ problem }) => problem)), verifier.verifyMany(pairs)),
    };
    const twice = [problems[0]!, problems[0]!];
    const over = {
      verifier: watching,
      problems: twice,
      contextOf: (_: Problem, index: number) => showing(index === 1 ? trace : undefined),
      recordIdOf: ({ id }: Problem, index: number) => JSON.stringify([id, index]),
    };
    const records = await evaluate(options('pairs', over));
    expect(records.map(({ problemId, traceIds }) => [problemId, traceIds])).toEqual([
      ['["p0",0]', []],
      ['["p0",1]', ['t']],
    ]);
    expect(seen).toHaveLength(8);
    for (const problem of seen) expect(problem).toEqual(problems[0]);
    const before = await text('pairs');
    expect(await evaluate(options('pairs', over))).toEqual(records);
    expect(await text('pairs')).toBe(before);
  });

  test('keeps every sample with its verdict, and reads back what it wrote', async () => {
    const records = await evaluate(options('plain'));
    expect(records.map((r) => r.problemId)).toEqual(problems.map((p) => p.id));
    for (const record of records) {
      expect(record).toMatchObject({ traceIds: [], samples: { length: 4 } });
      for (const sample of record.samples) {
        expect(sample.verdict).not.toHaveProperty('timeMs');
        expect(sample.reward).toBe(
          sample.verdict.outcome === 'error' ? null : Number(sample.verdict.outcome === 'match'),
        );
      }
    }
    expect(records.flatMap((r) => r.samples).some((s) => s.reward === null)).toBe(true);
    const closed: Policy = Object.assign(Object.create(options('plain').policy) as Policy, {
      sample: () => Promise.reject(new Error('nothing is left to sample')),
    });
    expect(await evaluate(options('plain', { policy: closed }))).toEqual(records);
  });

  test('samples do not depend on the batch or on the other problems', async () => {
    const all = await evaluate(options('all', { problemsPerBatch: 10 }));
    const few = await evaluate(options('few', { problems: problems.slice(3, 5), problemsPerBatch: 1 }));
    expect(few).toEqual(all.slice(3, 5));
  });

  test('stopped and run again, it writes the same file', async () => {
    await evaluate(options('whole', { problemsPerBatch: 3 }));
    let calls = 0;
    const inner = options('x').policy;
    const dying = Object.assign(Object.create(inner) as Policy, {
      sample: (...args: Parameters<Policy['sample']>) =>
        calls++ < 2 ? inner.sample(...args) : Promise.reject(new Error('killed')),
    });
    await expect(evaluate(options('killed', { problemsPerBatch: 3, policy: dying }))).rejects.toThrow('killed');
    await truncate(join(folder, 'killed'), (await text('killed')).length - 30);
    await evaluate(options('killed', { problemsPerBatch: 3 }));
    expect(await text('killed')).toBe(await text('whole'));
  });

  test('records of another policy, prompt or setting are refused', async () => {
    await evaluate(options('other'));
    const refused = { code: 'run-folder', where: join(folder, 'other') };
    await expect(evaluate(options('other', { policyKey: 'moved' }))).rejects.toMatchObject(refused);
    await expect(evaluate(options('other', { contextOf: () => showing(trace) }))).rejects.toMatchObject(refused);
    await expect(evaluate(options('other', { k: 5 }))).rejects.toMatchObject(refused);
    // Unless those are to be replaced.
    await evaluate(options('other', { k: 5, replaceOthers: true }));
    const replaced = await text('other');
    await evaluate(options('fresh', { k: 5 }));
    expect(replaced).toBe(await text('fresh'));
  });

  test('a prompt that does not fit fails its problem, not the run', async () => {
    const long = { ...problems[0]!, id: 'long', question: 'x'.repeat(35) };
    const [failed, fine] = await evaluate(options('long', { problems: [long, problems[1]!] }));
    expect(failed).toMatchObject({ samples: [], failed: expect.stringContaining('window of 40') });
    expect(fine?.samples).toHaveLength(4);
    const limited = options('limit', { problems: [long, problems[1]!], maxPromptTokens: 20 });
    expect((await evaluate(limited))[0]?.failed).toContain('maxPromptTokens');
  });

  test('an evaluation without a single prompt that fits, or a single reward, stops with the first reason', async () => {
    await expect(evaluate(options('none-fits', { maxPromptTokens: 5 }))).rejects.toMatchObject({
      code: 'context-length',
      message: expect.stringMatching(/none of 10 problems .*maxPromptTokens is 5/) as string,
    });
    const broken: Verifier = {
      ...verifier,
      verifyMany: async (pairs) => pairs.map(() => ({ outcome: 'error', rule: 'broken', reason: 'boom' })),
    };
    await expect(evaluate(options('broken', { verifier: broken }))).rejects.toMatchObject({
      code: 'verifier',
      message: 'none of 40 responses got a reward (error 40); the first: boom',
    });
    // Nothing of it was written, so that a verifier that has been mended judges everything.
    expect((await evaluate(options('broken'))).flatMap((r) => r.samples).some((s) => s.reward !== null)).toBe(true);
  });

  test('a reward or a log-probability that is no number is no sample', async () => {
    const nan: Verifier = {
      ...verifier,
      verifyMany: async (pairs) =>
        pairs.map((_, i) => ({ outcome: 'partial', rule: 'nan', reward: i === 0 ? 0.5 : NaN })),
    };
    const [first] = await evaluate(options('nan-reward', { verifier: nan }));
    expect(first?.samples.map((s) => [s.reward, s.verdict.outcome]).slice(0, 2)).toEqual([
      [0.5, 'partial'],
      [null, 'error'],
    ]);
    const { policy } = options('nan');
    const sample = policy.sample.bind(policy);
    policy.sample = async (...args) => {
      const result = await sample(...args);
      result.samples_NG[1]![2]!.policyLogprobs![0] = NaN;
      return result;
    };
    await expect(evaluate(options('nan', { policy }))).rejects.toMatchObject({
      code: 'not-finite',
      where: expect.stringContaining('group 1, response 2') as string,
    });
  });
});

/** A record whose samples score as given; null is a verifier failure. */
const record = (
  problemId: string,
  split: string,
  rewards: (number | null)[],
  over: Partial<EvalRecord> = {},
): EvalRecord => ({
  key: '',
  problemId,
  split,
  traceIds: [],
  promptTokens: 3,
  samples: rewards.map((reward) => ({
    text: '',
    tokens: 4,
    stopReason: 'stop',
    verdict: { outcome: reward === null ? 'timeout' : reward === 1 ? 'match' : 'no_answer', rule: 'r' },
    reward,
  })),
  ...over,
});

describe('scoreSplit', () => {
  test('averages over problems and counts every failure apart', () => {
    const records = [
      record('a', 'seen', [1, 1, 0, 0]),
      record('b', 'seen', [1, null, null, null]),
      record('c', 'seen', [null, null, null, null]),
      record('d', 'seen', [], { failed: 'too long' }),
      record('f', 'seen', [null], {
        samples: [{ text: '', tokens: 4, stopReason: 'stop', verdict: { outcome: 'error', rule: 'r' }, reward: null }],
      }),
      record('g', 'seen', [0], {
        samples: [
          { text: '', tokens: 4, stopReason: 'stop', verdict: { outcome: 'too_costly', rule: 'r' }, reward: 0 },
        ],
      }),
      record('e', 'unseen', [1]),
    ];
    const drawsOf = drawsBySplit([records], { resamples: 200, rng: Rng.fromSeed(1) });
    expect(scoreSplit(records, 'seen', { k: 4, draws: drawsOf('seen') })).toMatchObject({
      n: 3,
      average: 0.5,
      noAnswerShare: 2 / 14,
      truncatedShare: 0,
      timeouts: 7,
      verifierFailures: 1,
      failedProblems: 3,
      responses: { noAnswer: 2, tooCostly: 1, cutOff: 0, noVerdict: 8 },
      responseTokens: 4,
    });
    expect(scoreSplit(records, 'none', { k: 4, draws: drawsOf('none') })).toBeUndefined();
  });
});

describe('summarise', () => {
  const inputs = {
    compared: { subject: 'ra-rft', baseline: 'grpo' },
    arms: [
      { name: 'grpo', records: [record('a', 'seen', [0, 0]), record('b', 'unseen', [1, 0])] },
      { name: 'ra-rft', records: [record('a', 'seen', [1, 0]), record('b', 'unseen', [1, 1])] },
    ],
    k: 2,
    retrievers: [
      { name: 'learned', split: 'unseen', firstIsRelevant: [true, true, false, true] },
      { name: 'bm25', split: 'seen', firstIsRelevant: [] },
    ],
    seconds: { labels: 1.5 },
    resamples: 200,
  };

  const drawn = (arms: readonly { records: readonly EvalRecord[] }[]) => {
    const rng = Rng.fromSeed(1);
    const lists = arms.map(({ records }) => records);
    return { rng, drawsOf: drawsBySplit(lists, { resamples: inputs.resamples, rng }) };
  };

  test('has the shape of summary.json, and differences are those of ra-rft', () => {
    const summary = summarise({ ...inputs, ...drawn(inputs.arms) });
    const counts = { samples: 2, cutOff: 0, tooCostly: 0, noVerdict: 0, failedProblems: 0 };
    const certain = (k: number, mean: number) => ({ k, mean, ci95: [mean, mean], n: 1 });
    const curves = (one: number, two: number) => ({ passAt: [certain(1, one), certain(2, two)], majAt: [] });
    const paired = { n: 1, leftOut: { problems: 0, samples: 0 } };
    expect(summary).toEqual({
      compared: inputs.compared,
      arms: [
        {
          name: 'grpo',
          split: 'seen',
          k: 2,
          n: 1,
          average: 0,
          ci95: [0, 0],
          ...curves(0, 0),
          responses: { ...counts, noAnswer: 2 },
        },
        {
          name: 'grpo',
          split: 'unseen',
          k: 2,
          n: 1,
          average: 0.5,
          ci95: [0.5, 0.5],
          ...curves(0.5, 1),
          responses: { ...counts, noAnswer: 1 },
        },
        {
          name: 'ra-rft',
          split: 'seen',
          k: 2,
          n: 1,
          average: 0.5,
          ci95: [0.5, 0.5],
          ...curves(0.5, 1),
          responses: { ...counts, noAnswer: 1 },
        },
        {
          name: 'ra-rft',
          split: 'unseen',
          k: 2,
          n: 1,
          average: 1,
          ci95: [1, 1],
          ...curves(1, 1),
          responses: { ...counts, noAnswer: 0 },
        },
      ],
      differences: [
        { a: 'ra-rft', b: 'grpo', split: 'seen', mean: 0.5, ci95: [0.5, 0.5], ...paired },
        { a: 'ra-rft', b: 'grpo', split: 'unseen', mean: 0.5, ci95: [0.5, 0.5], ...paired },
      ],
      retrievers: [{ name: 'learned', split: 'unseen', recallAt1: 0.75, ci95: expect.any(Array), n: 4 }],
      seconds: { labels: 1.5 },
    });
    expect(summarise({ ...inputs, ...drawn(inputs.arms) })).toEqual(summary);
  });

  test('an interval does not depend on which other arms meet the same problems', () => {
    const arm = (name: string, right: (i: number) => number) => ({
      name,
      records: Array.from({ length: 20 }, (_, i) => record(`${i}`, 'seen', [right(i)])),
    });
    const [noisy, other] = [arm('x', (i) => i % 2), arm('y', (i) => (i % 3) % 2)];
    const alone = summarise({ ...inputs, arms: [noisy], ...drawn([noisy]) });
    const both = summarise({ ...inputs, arms: [other, noisy], ...drawn([other, noisy]) });
    expect(both.arms.at(-1)).toEqual(alone.arms[0]);
  });

  test('a figure has one interval: average@k is pass@1, and an arm less one that knows nothing is that arm', () => {
    const arm = (name: string, right: (i: number) => number) => ({
      name,
      records: Array.from({ length: 20 }, (_, i) => record(`${i}`, 'seen', [right(i), 0])),
    });
    const arms = [arm('ra-rft', (i) => i % 2), arm('grpo', () => 0)];
    const { arms: rows, differences } = summarise({ ...inputs, arms, ...drawn(arms) });
    expect(rows[0]!.passAt![0]!.ci95).toEqual(rows[0]!.ci95);
    expect(differences[0]).toMatchObject({ mean: rows[0]!.average, ci95: rows[0]!.ci95 });
  });
});

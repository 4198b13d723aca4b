import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { showing, shownTraces } from '../data/index.js';
import { Rng } from '../core/rng.js';
import { TraceGuard, type Problem, type Trace } from '../data/index.js';
import { FakePolicy } from '../engine/fake/fake-policy.js';
import type { Policy, Tokens } from '../engine/types.js';
import { PairTokenizer, type PairCodec } from './pair-tokens.js';
import { selectPairs } from './pairs.js';
import { planBatches } from './score-plan.js';
import { readLabels } from './store.js';
import { judgeByTruth } from './truth.js';
import { judgeByUtility } from './utility.js';
import { wordCodec } from './testing/word-codec.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-judge-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** One token a word, by its number of letters: demonstration, then query, then solution. */
const encode = (text: string): Tokens => Int32Array.from(text.split(' ').filter(Boolean), (word) => word.length % 20);
const codec = wordCodec(encode);

const words = (rng: Rng, n: number) => Array.from({ length: n }, () => 'x'.repeat(1 + rng.int(19))).join(' ');
const rng = Rng.fromSeed('judge');
const problems: Problem[] = Array.from({ length: 12 }, (_, i) => ({
  id: `p${i}`,
  question: `${words(rng, 6)} q${i}`,
  answer: `${i}`,
  solution: words(rng, 4),
  type: i % 2 === 0 ? 'even' : 'odd',
  truth: `r${i % 3}`,
}));
const traces: Trace[] = Array.from({ length: 20 }, (_, i) => ({
  id: `t${i}`,
  question: `${words(rng, 5)} t${i}`,
  trace: words(rng, 5),
  answer: `${i}`,
  type: i % 2 === 0 ? 'even' : 'odd',
  truth: `r${i % 3}`,
  split: i >= 16 ? 'unseen' : 'seen',
}));
const guard = new TraceGuard(problems);
const options = { maxQueries: 100, maxCandidates: 5, restrictToType: true, guard };
const select = (over = {}) => selectPairs(problems, traces, { ...options, rng: Rng.fromSeed(3), ...over });

describe('selectPairs', () => {
  test('keeps types, answers and unseen traces apart', () => {
    const { queries, skipped } = select();
    expect(skipped).toEqual([]);
    expect(queries).toHaveLength(12);
    for (const { problem, candidates } of queries) {
      expect(candidates).toHaveLength(5);
      for (const trace of candidates) {
        expect(trace).toMatchObject({ type: problem.type, split: 'seen' });
        expect(trace.answer).not.toBe(problem.answer);
      }
    }
  });

  test('a query has the same candidates whatever the number of queries', () => {
    const all = new Map(select().queries.map((q) => [q.problem.id, q.candidates]));
    const few = select({ maxQueries: 3 }).queries;
    expect(few).toHaveLength(3);
    for (const { problem, candidates } of few) expect(candidates).toEqual(all.get(problem.id));
  });

  test('says why a problem is no query', () => {
    const odd = [{ ...problems[0]!, solution: undefined } as unknown as Problem, { ...problems[1]!, type: 'alone' }];
    const { queries, skipped } = selectPairs(odd, traces, { ...options, rng: Rng.fromSeed(1) });
    expect(queries).toEqual([]);
    expect(skipped.map((s) => s.reason).toSorted()).toEqual([
      'no solution',
      'the corpus has no trace of type alone, and a comparison needs two',
    ]);
  });
});

describe('planBatches', () => {
  test('holds every pair once, groups by trace and keeps the batch size', () => {
    const { queries } = select();
    const batches = planBatches(queries, { policyKey: 'k', limits: { pairs: 7, characters: 1e9 } });
    const sizes = batches.map((b) => b.flat().length);
    expect(sizes.slice(0, -1).every((n) => n === 7)).toBe(true);
    expect(sizes.reduce((a, b) => a + b)).toBe(60);
    expect(new Set(batches.flat(2).map((p) => p.key)).size).toBe(60);
    for (const group of batches.flat()) expect(new Set(group.map((p) => p.trace.id)).size).toBe(1);
  });

  test('ends a batch with the pair that passes the characters, so that long pairs lose no more work than short ones', () => {
    const { queries } = select();
    const plan = (characters: number) => planBatches(queries, { policyKey: 'k', limits: { pairs: 1000, characters } });
    const lengthOf = ({ problem, trace }: ReturnType<typeof plan>[number][number][number]) =>
      [problem.question, problem.solution, trace.question, trace.trace].join('').length;
    const batches = plan(500).map((batch) => batch.flat().map(lengthOf));
    expect(batches.length).toBeGreaterThan(5);
    for (const [at, lengths] of batches.entries()) {
      const all = lengths.reduce((a, b) => a + b);
      expect(all - lengths.at(-1)!).toBeLessThan(500);
      if (at < batches.length - 1) expect(all).toBeGreaterThanOrEqual(500);
    }
    expect(plan(1).every((batch) => batch.flat().length === 1)).toBe(true);
    expect(plan(500).flat(2)).toEqual(plan(1e9).flat(2));
  });
});

describe('PairTokenizer', () => {
  test('gives what the codec gives, asking it about twice a query instead of once a pair', () => {
    let calls = 0;
    const counting: PairCodec = { ...codec, split: (p, d) => (calls++, codec.split(p, d)) };
    const tokenizer = new PairTokenizer(counting);
    const pairs = planBatches(select({ maxCandidates: 8 }).queries, {
      policyKey: '',
      limits: { pairs: 50, characters: 1e9 },
    }).flat(2);
    for (const pair of pairs) {
      expect(tokenizer.tokens(pair)).toMatchObject({ ...codec.split(pair.problem, showing(pair.trace)) });
    }
    expect(calls).toBeLessThan(pairs.length * 0.6);
  });

  test('a layout that mixes both parts is tokenised pair by pair', () => {
    const mixed: PairCodec = {
      ...codec,
      split: (p, context) => {
        const [d] = shownTraces(context);
        return { prefix: encode(d!.trace), rest: encode(`${d!.question} ${p.question}`) };
      },
    };
    const tokenizer = new PairTokenizer(mixed);
    for (const problem of problems.slice(0, 3) as (Problem & { solution: string })[]) {
      for (const trace of traces)
        expect(tokenizer.tokens({ problem, trace }).rest).toEqual(mixed.split(problem, showing(trace)).rest);
    }
  });
});

describe('judgeByUtility', () => {
  const open = () => new FakePolicy({ vocabSize: 20, seed: 5 });
  const files = (name: string) => ({
    labelsPath: join(folder, name, 'labels.jsonl'),
    scoresPath: join(folder, name, 'scores.jsonl'),
  });
  const judge = (name: string, policy: Policy) =>
    judgeByUtility(select().queries, {
      policy,
      codec,
      policyKey: 'k',
      topPositives: 2,
      baseline: 'query',
      limits: { pairs: 7, characters: 1e9 },
      ...files(name),
    });

  test('gain is the log-likelihood of the solution minus the mean over candidates', async () => {
    const labels = await judge('plain', open());
    const { problem, candidates } = select().queries[0]!;
    const direct = await open().logprobs(
      candidates.map((trace) => {
        const { prefix, rest } = codec.split(problem, showing(trace));
        return { prompt: prefix, responses: [Int32Array.from([...rest, ...codec.response(problem.solution)])] };
      }),
    );
    const sums = direct.map(([logprobs]) => logprobs!.subarray(6 + 1).reduce((a, b) => a + b, 0));
    const mean = sums.reduce((a, b) => a + b) / sums.length;
    const mine = labels.filter((l) => l.problemId === problem.id);
    expect(mine.map((l) => l.traceId)).toEqual(candidates.map((t) => t.id));
    for (const [i, label] of mine.entries()) expect(label).toMatchObject({ score: expect.closeTo(sums[i]! - mean, 4) });
    const best = candidates.map((t, i) => ({ id: t.id, s: sums[i]! })).toSorted((a, b) => b.s - a.s);
    const relevant = mine.filter((l) => 'relevant' in l && l.relevant).map((l) => l.traceId);
    expect(relevant.toSorted()).toEqual(
      best
        .slice(0, 2)
        .filter((b) => b.s > mean)
        .map((b) => b.id)
        .toSorted(),
    );
  });

  test('measure answer: the likelihood is that of the boxed answer alone', async () => {
    const { queries } = select();
    const own = files('answer');
    const options = { policy: open(), codec, policyKey: 'k', topPositives: 2, baseline: 'query' as const, ...own };
    const labels = await judgeByUtility(queries, { ...options, measure: 'answer' });
    expect(new Set(labels.map((label) => label.judge))).toEqual(new Set(['utility-answer']));
    const { problem, candidates } = queries[0]!;
    const direct = await open().logprobs(
      candidates.map((trace) => {
        const { prefix, rest } = codec.split(problem, showing(trace));
        return {
          prompt: prefix,
          responses: [Int32Array.from([...rest, ...codec.response(`\\boxed{${problem.answer}}`)])],
        };
      }),
    );
    const sums = direct.map(([logprobs]) => logprobs!.subarray(6 + 1).reduce((a, b) => a + b, 0));
    const mean = sums.reduce((a, b) => a + b) / sums.length;
    const mine = labels.filter((l) => l.problemId === problem.id);
    for (const [i, label] of mine.entries()) expect(label).toMatchObject({ score: expect.closeTo(sums[i]! - mean, 4) });
  });

  test('stopped anywhere and run again, it writes the same files, and computes little twice', async () => {
    await judge('whole', open());
    let calls = 0;
    const failing = (after: number) => {
      const inner = open();
      const logprobs: Policy['logprobs'] = (groups) =>
        calls++ < after ? inner.logprobs(groups) : Promise.reject(new Error('killed'));
      return Object.assign(Object.create(inner) as Policy, { logprobs });
    };
    await expect(judge('killed', failing(4))).rejects.toThrow('killed');
    // A crash may also tear the last line.
    const { scoresPath, labelsPath } = files('killed');
    await truncate(scoresPath, (await readFile(scoresPath)).length - 20);
    calls = 0;
    await judge('killed', failing(100));
    expect(calls).toBe(6);
    const bytes = async (path: string) => readFile(path, 'utf8');
    expect(await bytes(scoresPath)).toBe(await bytes(files('whole').scoresPath));
    expect(await bytes(labelsPath)).toBe(await bytes(files('whole').labelsPath));

    calls = 0;
    await appendFile(labelsPath, '{"torn');
    await judge('killed', failing(0));
    expect(await bytes(labelsPath)).toBe(await bytes(files('whole').labelsPath));
  });

  test('a pair that does not fit fails alone and leaves the mean alone', async () => {
    const long = traces.map((t, i) => (i === 0 ? { ...t, trace: words(rng, 300) } : t));
    const { queries } = selectPairs(problems, long, { ...options, maxCandidates: 100, rng: Rng.fromSeed(3) });
    const labels = await judgeByUtility(queries, {
      policy: open(),
      codec,
      policyKey: 'k',
      topPositives: 2,
      baseline: 'query',
      ...files('long'),
    });
    const failed = labels.filter((l) => 'failed' in l);
    expect(new Set(failed.map((l) => l.traceId))).toEqual(new Set(['t0']));
    expect(failed[0]).toMatchObject({ failed: expect.stringContaining('window of 256') });
    const gains = labels
      .filter((l) => l.problemId === queries[0]!.problem.id)
      .map((l) => ('score' in l ? (l.score ?? 0) : 0));
    expect(gains.reduce((a, b) => a + b)).toBeCloseTo(0, 4);
    expect(await readLabels(files('long').labelsPath)).toEqual(labels);
  });
});

test('judgeByTruth compares truths and fails where there is none', () => {
  const { queries } = select();
  for (const label of judgeByTruth(queries)) {
    const same = Number(label.problemId.slice(1)) % 3 === Number(label.traceId.slice(1)) % 3;
    expect(label).toMatchObject({ relevant: same, judge: 'truth' });
  }
  const { truth: _truth, ...bare } = queries[0]!.problem;
  expect(judgeByTruth([{ problem: bare, candidates: [traces[0]!] }])[0]).toMatchObject({
    failed: expect.stringContaining('problem'),
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { showing } from '../data/index.js';
import { Rng } from '../core/rng.js';
import { TraceGuard, type Problem, type Trace } from '../data/index.js';
import { LocalEngine, type Policy } from '../engine/index.js';
import type { Tokens } from '../engine/types.js';
import type { DecoderConfig } from '../models/hf-config.js';
import { randomParams } from '../models/parameters.js';
import { selectPairs } from './pairs.js';
import { judgeByUtility } from './utility.js';
import { wordCodec } from './testing/word-codec.js';

const config: DecoderConfig = {
  architecture: 'qwen3',
  hidden: 32,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  ffn: 48,
  vocab: 60,
  ropeTheta: 10000,
  rmsEps: 1e-6,
  tied: true,
  qkvBias: false,
  qkNorm: true,
  maxPosition: 128,
  eosIds: [],
  dtype: 'float32',
};
const rng = Rng.fromSeed('local judge');
const text = (n: number) => Array.from({ length: n }, () => rng.int(60)).join(' ');
const encode = (words: string): Tokens => Int32Array.from(words.split(' '), Number);
const codec = wordCodec(encode);
const traces = Array.from({ length: 5 }, (_, i): Trace => ({
  id: `t${i}`,
  question: text(4 + i),
  trace: text(9),
  answer: `${i}`,
}));
const problems = Array.from({ length: 6 }, (_, i): Problem => ({
  id: `p${i}`,
  question: text(5 + i),
  solution: text(3 + (i % 3)),
  answer: 'none',
}));

let folder: string;
let engine: LocalEngine;
let policy: Policy;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-judge-local-'));
  engine = new LocalEngine({ threads: 1 });
  policy = await engine.adopt('tiny', config, randomParams(config, Rng.fromSeed(1)));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

const options = {
  maxQueries: 9,
  maxCandidates: 4,
  restrictToType: true,
  guard: new TraceGuard(problems),
  rng: Rng.fromSeed(2),
};
const { queries } = selectPairs(problems, traces, options);
const judge = (name: string, pairs: number) =>
  judgeByUtility(queries, {
    policy,
    codec,
    policyKey: 'k',
    topPositives: 2,
    baseline: 'query',
    limits: { pairs, characters: 1e9 },
    labelsPath: join(folder, name, 'labels.jsonl'),
    scoresPath: join(folder, name, 'scores.jsonl'),
  });

test('shared prefixes and batches change nothing but rounding, and the same batches change nothing', async () => {
  const labels = await judge('a', 7);
  const { problem, candidates } = queries[0]!;
  const whole = await policy.logprobs(
    candidates.map((trace) => {
      const { prefix, rest } = codec.split(problem, showing(trace));
      return { prompt: Int32Array.from([...prefix, ...rest]), responses: [encode(problem.solution)] };
    }),
  );
  const sums = whole.map(([logprobs_T]) => logprobs_T!.reduce((a, b) => a + b, 0));
  const mean = sums.reduce((a, b) => a + b) / sums.length;
  for (const [i, label] of labels.slice(0, candidates.length).entries()) {
    expect(label).toMatchObject({ traceId: candidates[i]!.id, score: expect.closeTo(sums[i]! - mean, 4) });
  }
  await judge('b', 7);
  const bytes = (name: string) => readFile(join(folder, name, 'labels.jsonl'), 'utf8');
  expect(await bytes('b')).toBe(await bytes('a'));
});

/** A user's own task from files, through the command line's own verb on the local engine: real gradients, their reward module. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from '../src/cli/run.js';
import { readJsonlAll } from '../src/core/jsonl.js';
import { silent } from '../src/core/progress.js';
import type { EvalRecord, Summary } from '../src/eval/index.js';
import { writeTinyTask } from '../src/pipeline/testing/tiny-task.js';
import type { GroupRecord } from '../src/rl/index.js';

const steps = 25;
let folder: string;
let root: string;
let printed = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-own-'));
  root = join(folder, 'runs', 'tiny');
  const config = await writeTinyTask(folder, {
    warmup: { steps: 40, batchSize: 16, learningRate: 0.02 },
    rl: {
      steps,
      promptsPerStep: 8,
      groupSize: 6,
      maxGroupsPerUpdate: 8,
      learningRate: 0.01,
      warmupSteps: 2,
      checkpointEverySteps: 10,
    },
    eval: { k: 4, everySteps: steps, bootstrapSamples: 100 },
    arms: [{ name: 'grpo' }, { name: 'ra-rft', train: 'learned', test: 'learned' }],
  });
  const context = { out: (text: string) => void (printed += `${text}\n`), progress: silent, verbose: false };
  await runVerb('run', { config, set: [], runs: join(folder, 'runs') }, context);
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

type Row = { arm: string; step: number } & Record<string, number>;
const metricsOf = async (arm: string) =>
  (await readJsonlAll<Row>(join(root, 'metrics.jsonl'))).filter((m) => m.arm === arm);
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe("a user's own task", () => {
  it('learns in the warm-up and in both arms', async () => {
    const warmup = (await metricsOf('warmup')).map((m) => m['nllPerToken']!);
    expect(warmup.at(-1)).toBeLessThan(0.5 * warmup[0]!);
    for (const arm of ['grpo', 'ra-rft']) {
      const rewards = (await metricsOf(arm)).map((m) => m['rewardMean']!);
      expect(mean(rewards.slice(-8)), arm).toBeGreaterThan(mean(rewards.slice(0, 4)) + 0.1);
    }
  });

  it('keeps sampler and trainer together: log-probabilities agree to 1e-4', async () => {
    for (const m of await metricsOf('ra-rft')) {
      if (m['trainedGroups']! > 0) expect(m['logprobGapMax']).toBeLessThan(1e-4);
      expect(m['traceShare']).toBe(1);
      expect(m['traceAnswerIsGoldShare']).toBe(0);
    }
  });

  it('rewards by the module: 1, 0.25 for any box, 0', async () => {
    const groups = await readJsonlAll<GroupRecord>(join(root, 'rollouts', 'ra-rft', '000025.jsonl'));
    const rewards = new Set(groups.flatMap((g) => g.rollouts.map((r) => r.reward)));
    for (const reward of rewards) expect([0, 0.25, 1]).toContain(reward);
    expect(rewards.size).toBeGreaterThan(1);
  });

  it('puts a trace of the corpus in the prompt, never one with the answer', async () => {
    const answers = new Map(
      (await readJsonlAll<{ id: string; answer: string }>(join(root, 'data', 'corpus.jsonl'))).map((t) => [
        t.id,
        t.answer,
      ]),
    );
    const tests = new Map(
      (await readJsonlAll<{ id: string; answer: string }>(join(root, 'data', 'test.jsonl'))).map((p) => [
        p.id,
        p.answer,
      ]),
    );
    const records = await readJsonlAll<EvalRecord>(join(root, 'eval', 'ra-rft', '000025.jsonl'));
    expect(records).toHaveLength(21);
    for (const { traceIds, problemId } of records) expect(answers.get(traceIds[0]!)).not.toBe(tests.get(problemId));
  });

  it('prints the table and writes summary and report', async () => {
    const summary = JSON.parse(await readFile(join(root, 'summary.json'), 'utf8')) as Summary;
    expect(summary.arms.map((a) => a.name)).toEqual(['grpo', 'ra-rft']);
    expect(summary.differences).toHaveLength(1);
    for (const word of ['ra-rft', 'bm25', 'learned', 'report.html', 'train-grpo']) expect(printed).toContain(word);
    expect(await readFile(join(root, 'report.html'), 'utf8')).toContain('ra-rft');
  });
});

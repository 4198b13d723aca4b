/** Runs with the policy behind an OpenAI-compatible server: labels by gain and by success, retrievers, arms without training. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { silent } from '../core/progress.js';
import { resolveConfig } from '../config/index.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { bigramBehind, SERVED, startPolicyServer, type Dialect } from '../engine/openai/testing/policy-server.js';
import { writeJsonl } from '../data/index.js';
import type { Label } from '../judge/index.js';
import type { EvalRecord } from '../eval/index.js';
import { openConfiguredEngine } from './engines.js';
import { planRun } from './plan.js';
import { evaluatePolicy } from './policy/policy-evaluation.js';
import { attempt } from './testing/tiny-run.js';
import { vocabulary, writeTinyTask } from './testing/tiny-task.js';

const arms = [
  { name: 'base', train: 'none', test: 'none' },
  { name: 'retrieval', train: 'none', test: 'bm25', policyOf: 'base' },
  { name: 'learned', train: 'none', test: 'learned', policyOf: 'base' },
];

async function task(dialect: Dialect = 'vllm', changes: Record<string, unknown> = {}) {
  const folder = await temporaryFolder();
  const server = await startPolicyServer({ behind: bigramBehind(vocabulary.length), dialect });
  onTestFinished(() => server.close());
  const engine = { kind: 'openai', url: server.baseUrl, model: SERVED };
  const file = await writeTinyTask(folder, { engine, arms, ...changes });
  return { folder, server, file, root: join(folder, 'run'), openEngine: openConfiguredEngine };
}

describe('a run on a server that trains nothing', () => {
  it(
    'labels by gain, trains the retriever here, and evaluates the policy as it is with what it finds',
    { timeout: 120_000 },
    async () => {
      const { root, server, ...options } = await task();
      await attempt(root, { ...options, set: ['rl.steps=0', 'eval.contexts=2', 'eval.greedy=true'] });
      const labels = await readJsonlAll<Label>(join(root, 'labels.jsonl'));
      expect(labels.some((label) => 'relevant' in label && label.relevant)).toBe(true);
      expect(server.asked.some(({ prompt_logprobs }) => prompt_logprobs === 0)).toBe(true);
      const summary = JSON.parse(await readFile(join(root, 'summary.json'), 'utf8')) as { arms: { name: string }[] };
      expect(summary.arms.map(({ name }) => name)).toEqual(['base', 'retrieval', 'learned']);
      const records = await readJsonlAll<EvalRecord>(join(root, 'eval', 'learned', '000000.jsonl'));
      expect(records.every(({ traceIds, samples }) => traceIds.length === 1 && samples.length === 2)).toBe(true);
      expect(await readdir(root)).not.toContain('policy');

      // Started again it asks for nothing but what the server can.
      const before = server.asked.length;
      await attempt(root, { ...options, set: ['rl.steps=0', 'eval.contexts=2', 'eval.greedy=true'] });
      expect(server.asked.length - before).toBeLessThanOrEqual(1);
    },
  );

  it('refuses arms that train, also in a dry run, with the key and the kinds that can', async () => {
    const { root, file, server, openEngine } = await task();
    const refused = { code: 'config', where: 'rl.steps', expected: expect.stringContaining('local, tinker') as string };
    await expect(attempt(root, { file, openEngine })).rejects.toMatchObject(refused);
    await expect(planRun(resolveConfig({ file }), root)).rejects.toMatchObject(refused);
    expect(server.seen).toHaveLength(0);
    // Up to the labels nothing is trained, whatever the arms are.
    await attempt(root, { file, openEngine, until: 'labels' });
  });

  it('refuses labels by gain before any work where the server cannot score, and makes them by success', async () => {
    const { root, server, ...options } = await task('llama.cpp', {
      labels: { maxQueries: 6, maxCandidates: 4, samples: 2 },
    });
    const refused = { code: 'engine', where: 'labels.measure', hint: expect.stringContaining('success') as string };
    await expect(attempt(root, { ...options, until: 'labels' })).rejects.toMatchObject(refused);
    expect(server.asked).toHaveLength(2);
    await attempt(root, { ...options, until: 'labels', set: ['labels.measure=success', 'labels.minGain=0'] });
    expect(server.asked.length).toBeGreaterThan(40);
  });

  it('needs no weights on this machine, unless a retriever reads them', async () => {
    const { folder, root, ...options } = await task();
    await rm(join(folder, 'model', 'model.safetensors'));
    const refused = {
      code: 'model',
      message: expect.stringContaining('retrievers.learned reads the weights') as string,
    };
    await expect(attempt(root, { ...options, set: ['rl.steps=0'] })).rejects.toMatchObject(refused);
    await attempt(join(folder, 'other'), { ...options, until: 'labels' });
  });
});

it('one policy is evaluated outside of a run, and gone on with', async () => {
  const { folder, file, server } = await task();
  const config = resolveConfig({ file });
  await writeJsonl(join(folder, 'tests.jsonl'), [
    { question: 'zib 1 2 apples .', answer: '3' },
    { question: 'gop 2 3 pears .', answer: '6' },
  ]);
  const sets = [{ name: 'tests', path: join(folder, 'tests.jsonl'), preset: undefined }];
  const request = { config, policy: 'local' as const, sets, traces: undefined, limit: undefined, progress: silent };
  const out = join(folder, 'out');
  const { scores, settings } = await evaluatePolicy({ ...request, out });
  expect(settings.policy).toMatchObject({ served: SERVED });
  expect(scores).toHaveLength(1);
  const before = server.asked.length;
  expect((await evaluatePolicy({ ...request, out })).scores).toEqual(scores);
  expect(server.asked.length - before).toBe(1);
});

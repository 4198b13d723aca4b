import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { planRun, planText } from './plan.js';
import { writeTinyTask } from './testing/tiny-task.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-plan-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('planRun', () => {
  it('counts by hand', async () => {
    const plan = await planRun(resolveConfig({ file: await writeTinyTask(folder) }), folder);
    expect(plan).toMatchObject({
      // 70 lines, 30 % for testing; 40 traces, of which 2 are test problems; 30 queries with 12 candidates each.
      trainProblems: 49,
      testProblems: { test: 21 },
      traces: 38,
      labelledProblems: 30,
      labelledPairs: 360,
      trainedArms: 3,
      samplesPerStep: 24,
      maxResponseTokensPerStep: 144,
      // Three trained arms at steps 0, 2 and 4, the borrowed policy at 0 and 4.
      evaluations: 11,
      evaluationSamples: 11 * 21 * 2,
    });
    expect(plan.promptTokens.with).toBeGreaterThan(plan.promptTokens.without);
    expect(planText(plan).join('\n')).toContain('360 pairs');
  });

  it('labels nothing where no arm retrieves with the learned retriever', async () => {
    const file = await writeTinyTask(folder, { arms: [{ name: 'grpo' }] });
    expect(await planRun(resolveConfig({ file }), folder)).toMatchObject({
      labelledPairs: 0,
      trainedArms: 1,
      evaluations: 3,
    });
  });

  it('says what the warm-up shows, of which sources', async () => {
    const warmup = { steps: 6, batchSize: 8, contextShare: 0.6, traces: { random: 1, bm25: 3, learned: 0 } };
    const plan = await planRun(resolveConfig({ file: await writeTinyTask(folder, { warmup }) }), folder);
    expect(planText(plan)).toContainEqual(
      'warm-up      6 steps of 8 solutions, 60 % with traces, 25 % random, 75 % bm25',
    );
    const alone = await writeTinyTask(folder, { warmup: { ...warmup, contextShare: 0 } });
    const planAlone = await planRun(resolveConfig({ file: alone }), folder);
    expect(planText(planAlone)).toContainEqual('warm-up      6 steps of 8 solutions, without traces');
  });

  it('counts the drafts that retrievers read beside questions', async () => {
    const file = await writeTinyTask(folder, { retriever: { query: 'question+attempt', steps: 3 } });
    const config = resolveConfig({ file });
    const plan = await planRun(config, folder);
    expect(plan.drafts).toBe(49 + 21);
    expect(planText(plan)).toContainEqual(expect.stringMatching(/^drafts +70 responses/));
    expect(planText(plan, 'labels')).toEqual(planText(plan).slice(0, 3));
    expect((await planRun(resolveConfig({ file: await writeTinyTask(folder) }), folder)).drafts).toBe(0);
    const none = await writeTinyTask(folder, { retriever: { query: 'question+attempt' }, arms: [{ name: 'grpo' }] });
    expect((await planRun(resolveConfig({ file: none }), folder)).drafts).toBe(0);
  });

  it('up to the labels: counts the pairs whatever the arms use, and speaks of nothing later', async () => {
    const file = await writeTinyTask(folder, { arms: [{ name: 'grpo' }] });
    const plan = await planRun(resolveConfig({ file }), folder, 'labels');
    expect(plan).toMatchObject({ labelledProblems: 30, labelledPairs: 360 });
    const lines = planText(plan, 'labels');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['data', 'labels']);
    expect(planText(plan)).toEqual([...lines, ...planText(plan).slice(2)]);
    expect(planText(plan)).toHaveLength(7);
  });
});

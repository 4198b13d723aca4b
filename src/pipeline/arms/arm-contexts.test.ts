import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { RunFolder } from '../../runs/run-folder.js';
import { sameAnswer, writeJsonl, type Problem, type Trace } from '../../data/index.js';
import type { EvalRecord } from '../../eval/index.js';
import type { GroupRecord, StepMetrics } from '../../rl/index.js';
import { runPipeline } from '../pipeline.js';
import { planRun, planText } from '../plan.js';
import type { RetrievedRecord } from '../retrieve/retrieved-file.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

const arms = [
  { name: 'several', train: 'bm25', test: 'bm25', contexts: { traces: 3, spread: 2 } },
  { name: 'annealed', train: 'random', test: 'none', contexts: { annealSteps: 3, drop: 0.2 } },
  { name: 'fixed', train: 'fixed', test: 'fixed', contexts: { demonstrations: 2 } },
  { name: 'hint', train: 'hint', test: 'none', contexts: { hintShares: [0.8, 0.5], onlyAfterAllWrong: true } },
];

let folder: string;
let root: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-contexts-'));
  root = join(folder, 'run');
  const rl = {
    steps: 4,
    promptsPerStep: 6,
    groupSize: 4,
    maxGroupsPerUpdate: 4,
    learningRate: 0.02,
    generation: { maxTokens: 6 },
    curriculum: 'easy-first',
    curriculumSamples: 2,
    checkpointEverySteps: 2,
  };
  const file = await writeTinyTask(folder, { arms, rl });
  // Solutions of several lines, of which hints can be made.
  const path = join(folder, 'problems.jsonl');
  const lines = await readJsonlAll<{ ask: string; work: string }>(path);
  await rm(path);
  const told = lines.map((line, i) => ({ ...line, work: i % 7 === 0 ? line.work : `pears . apples .\n${line.work}` }));
  await writeJsonl(path, told);
  const config = resolveConfig({ file });
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  await runPipeline(config, run, { openEngine: openFakeEngine });
  await run.close();
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

const records = async (arm: string) =>
  (
    await Promise.all(
      [1, 2, 3, 4].map((n) => readJsonlAll<GroupRecord>(join(root, 'rollouts', arm, `00000${n}.jsonl`))),
    )
  ).flat();
const evaluated = (arm: string) => readJsonlAll<EvalRecord>(join(root, 'eval', arm, '000004.jsonl'));
const items = async <T extends { id: string }>(name: string) =>
  new Map((await readJsonlAll<T>(join(root, 'data', `${name}.jsonl`))).map((item) => [item.id, item]));
const warnings = async () =>
  (await readJsonlAll<{ kind: string; code?: string; text?: string }>(join(root, 'events.jsonl'))).filter(
    ({ kind }) => kind === 'warning',
  );

describe('arms with contexts', () => {
  it('show several traces in several prompts, best last, of those that were retrieved', async () => {
    const hits = new Map(
      (await readJsonlAll<RetrievedRecord>(join(root, 'retrieved', 'bm25.jsonl'))).map((record) => [
        record.problemId,
        record.hits.map(({ traceId }) => traceId),
      ]),
    );
    const shown = await records('several');
    for (const [i, { problemId, traceIds }] of shown.entries()) {
      const own = hits.get(problemId)!;
      expect(own.length).toBe(6);
      const part = own.filter((_, at) => at % 2 === i % 2);
      // Two traces where three would be too long; whole ones, from the worst.
      expect([part.slice(0, 3), part.slice(0, 2)].map((ids) => ids.toReversed())).toContainEqual(traceIds);
    }
    for (const { problemId, traceIds } of await evaluated('several')) {
      expect(traceIds.length).toBeGreaterThan(1);
      expect(traceIds.at(-1)).toBe(hits.get(problemId)![0]);
    }
    expect((await metrics('several')).map(({ tracesMean }) => tracesMean! > 1)).toEqual([true, true, true, true]);
  });

  it('anneal to prompts alone, and are tested so', async () => {
    const last = (await records('annealed')).filter(({ step }) => step === 4);
    expect(last.every(({ traceIds }) => traceIds.length === 0)).toBe(true);
    expect((await evaluated('annealed')).every(({ traceIds }) => traceIds.length === 0)).toBe(true);
  });

  it('show the same demonstrations to all but those that one would leak to', async () => {
    const [train, test, corpus] = await Promise.all([
      items<Problem>('train'),
      items<Problem>('test'),
      items<Trace>('corpus'),
    ]);
    const shown = [...(await records('fixed')), ...(await evaluated('fixed'))];
    const counts = new Map<string, number>();
    for (const { problemId, traceIds } of shown) {
      expect(traceIds).toHaveLength(2);
      const problem = train.get(problemId) ?? test.get(problemId)!;
      for (const id of traceIds) {
        expect(sameAnswer(problem, corpus.get(id)!)).toBe(false);
        counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    const most = [...counts.values()].toSorted((a, b) => b - a).slice(0, 2);
    for (const count of most) expect(count).toBeGreaterThan(0.6 * shown.length);
  });

  it('show hints to problems that were all wrong, never the answer, and count those without', async () => {
    const train = await items<Problem>('train');
    const hinted = (await records('hint')).filter(({ hint }) => hint !== undefined);
    expect(hinted.length).toBeGreaterThan(0);
    for (const { hint, problemId, traceIds } of hinted) {
      expect(train.get(problemId)!.solution!.startsWith(hint!)).toBe(true);
      expect(hint).not.toContain(train.get(problemId)!.answer);
      expect(traceIds).toEqual([]);
    }
    const rows = await metrics('hint');
    expect(rows.some(({ hintShare = 0 }) => hintShare > 0)).toBe(true);
    expect(rows.some(({ rescuedShare = 0 }) => rescuedShare > 0)).toBe(true);
    const said = (await warnings()).find(({ code }) => code === 'no-hint-0.8');
    expect(said?.text).toMatch(/training problems get no hint of 0.8 of their solution: .*\d+ /);
  });

  it('draw the easiest problems first, by a measurement that all arms share', async () => {
    const measured = await readJsonlAll<EvalRecord>(join(root, 'difficulty.jsonl'));
    expect(measured).toHaveLength((await items('train')).size);
    for (const { samples } of measured) expect(samples).toHaveLength(2);
    const orders = await Promise.all(
      ['fixed', 'annealed'].map(async (arm) => (await records(arm)).map(({ problemId }) => problemId)),
    );
    expect(orders[0]).toEqual(orders[1]);
    const success = new Map(
      measured.map(({ problemId, samples }) => [
        (JSON.parse(problemId) as [string])[0],
        samples.filter(({ reward }) => reward === 1).length / samples.length,
      ]),
    );
    const ranks = orders[0]!.map((id) => success.get(id)!);
    const learnable = [...success.values()].filter((share) => share > 0 && share < 1).length;
    expect(ranks.slice(0, learnable).every((share) => share > 0 && share < 1)).toBe(true);
  });
});

async function metrics(arm: string) {
  return (await readJsonlAll<StepMetrics & { arm: string }>(join(root, 'metrics.jsonl'))).filter((m) => m.arm === arm);
}

it('the plan knows how long prompts with several traces, hints and demonstrations are', async () => {
  const file = join(folder, 'config.yaml');
  const lengths = async (one: unknown, ...set: string[]) =>
    (await planRun(resolveConfig({ file, set: [`arms=${JSON.stringify([one])}`, ...set] }), root)).lengths;
  const one = (await lengths({ ...arms[0], contexts: {} })).longest.withTrace;
  expect((await lengths({ ...arms[0], contexts: { traces: 2 } })).longest.withTrace).toBeGreaterThan(one);
  const many = await lengths({ ...arms[0], contexts: { traces: 5 } });
  expect(many.longest.withTrace).toBeLessThanOrEqual(64);
  expect(many.overlong).toMatchObject([
    { what: 'training prompts with the 5 longest traces allowed', instead: 'they show fewer traces' },
    { what: 'test prompts with the 5 longest traces allowed' },
  ]);
  const plan = await planRun(
    resolveConfig({ file, set: [`arms=${JSON.stringify([{ ...arms[0], contexts: { traces: 5 } }])}`] }),
    root,
  );
  expect(planText(plan).at(-1)).toMatch(
    /TOO LONG .* with the 5 longest traces allowed.*they show fewer traces \(with traces as the corpus has them in turn: \d+\)$/,
  );
  expect(plan.difficultySamples).toBe(2 * plan.trainProblems);
  expect(planText(plan).join('\n')).toMatch(/difficulty +\d+ responses/);
  const hint = await lengths(arms[3], 'prompt.maxPromptTokens=10');
  expect(hint.overlong).toMatchObject([{ what: 'training prompts with a hint' }]);
  expect(hint.overlong[0]).not.toHaveProperty('instead');
  expect(await readFile(join(root, 'config.yaml'), 'utf8')).toContain('hintShares');
});

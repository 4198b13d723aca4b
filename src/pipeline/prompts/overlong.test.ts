import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { RunFolder } from '../../runs/run-folder.js';
import type { Problem, Trace } from '../../data/index.js';
import type { EvalRecord } from '../../eval/index.js';
import { refuseOverlong } from './overlong.js';
import { runPipeline, type LastStage } from '../pipeline.js';
import { planRun, planText } from '../plan.js';
import type { RetrievedRecord } from '../retrieve/retrieved-file.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

let folder: string;
let file: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-overlong-'));
  file = await writeTinyTask(folder);
  root = join(folder, 'run');
});
afterEach(() => rm(folder, { recursive: true }));

const numbers = (n: number) => Array.from({ length: n }, (_, i) => String(i % 10)).join(' ');
const line = (kind: string, ask: string, work: string) => `${JSON.stringify({ ask, gold: 3, work, meta: { kind } })}\n`;
/** 70 numbers do not fit 64 tokens. */
const addLongProblem = () =>
  appendFile(join(folder, 'problems.jsonl'), line('zib', `zib ${numbers(70)} .`, 'zib : \\boxed{3}'));
/** With 44 numbers it has just room before a problem of five words, with 45 before none. */
const addLongTrace = (n: number) =>
  appendFile(join(folder, 'corpus.jsonl'), line('gop', `gop ${n % 10} 3 5 .`, `gop ${numbers(n)} \\boxed{3}`));

async function run(set: string[] = [], until?: LastStage) {
  const config = resolveConfig({ file, set });
  const opened = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  try {
    return await runPipeline(config, opened, { openEngine: openFakeEngine, ...(until && { until }) });
  } finally {
    await opened.close();
  }
}
const skip = 'prompt.overlong=skip';
const started = async () =>
  (await readJsonlAll<{ kind: string; stage?: string }>(join(root, 'events.jsonl')))
    .filter(({ kind }) => kind === 'stage-started')
    .map(({ stage }) => stage);

describe('prompt.overlong: error', () => {
  it('counts in the plan and stops before any work, naming the problem and the remedy', async () => {
    await addLongProblem();
    const config = resolveConfig({ file });
    const plan = await planRun(config, root);
    expect(plan.lengths.overlong).toMatchObject([{ count: 1, worst: { tokens: 76 } }]);
    expect(planText(plan).at(-1)).toMatch(/TOO LONG .*1 of \d+ (?:test|training) prompts: up to 76 tokens/);
    await expect(run()).rejects.toMatchObject({
      code: 'context-length',
      where: expect.stringMatching(/^problem /) as string,
      expected: expect.stringContaining('64') as string,
      hint: expect.stringContaining('prompt.overlong: skip') as string,
    });
    expect(await started()).toEqual(['data']);
  });

  it('sees a trace that some problem could be shown, also the model window, but not where no arm shows any', async () => {
    await addLongTrace(45);
    const overlong = async (set: string[] = []) => (await planRun(resolveConfig({ file, set }), root)).lengths.overlong;
    const found = await overlong();
    expect(found.map(({ what }) => what)).toEqual([
      'training prompts with the longest trace allowed',
      'test prompts with the longest trace allowed',
    ]);
    expect(await overlong(['prompt.maxPromptTokens=100'])).toEqual([]);
    const [window] = await overlong(['prompt.maxPromptTokens=100', 'generation.maxTokens=80']);
    expect(window?.limit).toBe("at most 48 tokens: the model's window of 128 less 80 for the response");
    expect(await overlong(['arms=[{name: grpo}]'])).toEqual([]);
  });

  it('says of several traces a prompt how many prompts the usual ones make too long, beside the longest', async () => {
    await addLongTrace(30);
    const arms = 'arms=[{name: ra-rft, train: bm25, test: bm25, contexts: {traces: 2}}]';
    const { lengths } = await planRun(resolveConfig({ file, set: [arms, 'prompt.maxPromptTokens=50'] }), root);
    const found = lengths.overlong.find(({ what }) => what === 'training prompts with the 2 longest traces allowed')!;
    expect(found.count).toBeGreaterThan(0.8 * found.of); // one with its answer is not shown the long trace
    expect(found.usual).toBeLessThan(found.of / 5);
    const all = await planRun(resolveConfig({ file, set: [arms, 'prompt.maxPromptTokens=20'] }), root);
    const bounds = all.lengths.overlong.filter(({ what }) => what.includes('2 longest'));
    expect(bounds.map(({ of, usual }) => usual === of)).toEqual([true, true]);
  });

  it('sees label pairs and warm-up examples that do not fit the window with their solution', async () => {
    const long = line('zib', 'zib 1 1 pears .', `zib ${numbers(115)} \\boxed{3}`);
    await appendFile(join(folder, 'problems.jsonl'), long);
    const set = ['labels.maxQueries=100', 'data.testShare=0.02', 'warmup.steps=1', 'prompt.maxPromptTokens=128'];
    const { lengths } = await planRun(resolveConfig({ file, set }), root);
    expect(lengths.overlong.map(({ what, count }) => [what, count])).toEqual([
      ['label pairs', 12],
      ['warm-up examples', 1],
    ]);
    expect(() => refuseOverlong(lengths)).toThrow(/^1 of \d+ warm-up examples is too long/); // pairs only get no label
    const skipping = await planRun(resolveConfig({ file, set: [...set, skip] }), root);
    expect(skipping.lengths.overlong).toEqual([]);
    expect(skipping.labelledPairs).toBe(lengths.overlong[0]!.of - 12);
  });
});

describe('prompt.overlong: skip', () => {
  it('leaves out what is too long, lists it, and counts it in plan and summary', async () => {
    await addLongProblem();
    await addLongTrace(60);
    await addLongTrace(44);
    for (const kind of ['zib', 'gop'])
      await appendFile(join(folder, 'problems.jsonl'), line(kind, `${kind} 5 5 5 5 pears .`, `${kind} : \\boxed{3}`));
    const plan = await planRun(resolveConfig({ file, set: [skip] }), root);
    expect(plan).toMatchObject({ skippedOverlong: 2, lengths: { overlong: [] } });
    expect(planText(plan)[0]).toContain('2 too long and left out');
    const summary = await run([skip]);
    const leftOut = await readJsonlAll<{ where: string; kind?: string }>(join(root, 'data', 'left-out.jsonl'));
    const tooLong = leftOut.filter(({ kind }) => kind !== undefined);
    expect(tooLong.map(({ kind }) => kind)).toEqual([expect.stringMatching(/ problem$/), 'trace']);
    const counts = summary!.tooLong!;
    expect(counts['training problems']! + counts['test problems']!).toBe(1);
    expect(counts['traces']).toBe(1);
    // The trace of 44 numbers fits all problems but the two longer ones, and is shown to neither.
    expect(counts['pairs of a problem and a trace']).toBe(2);
    const problems = [...(await readProblems('train')), ...(await readProblems('test'))];
    expect(problems.some(({ question }) => question.length > 100)).toBe(false);
    const longer = problems.filter(({ question }) => question.includes('5 5 5'));
    expect(longer).toHaveLength(2);
    const corpus = await readJsonlAll<Trace>(join(root, 'data', 'corpus.jsonl'));
    const long = corpus.find(({ trace }) => trace.length > 80)!;
    for (const retriever of ['random', 'bm25', 'learned']) {
      const hits = await readJsonlAll<RetrievedRecord>(join(root, 'retrieved', `${retriever}.jsonl`));
      const shownTo = hits.filter((record) => record.hits.some(({ traceId }) => traceId === long.id));
      for (const { id } of longer) expect(shownTo.map(({ problemId }) => problemId)).not.toContain(id);
    }
    const evaluated = await readJsonlAll<EvalRecord>(join(root, 'eval', 'ra-rft', '000004.jsonl'));
    expect(evaluated.filter(({ failed }) => failed !== undefined)).toEqual([]);
  });
});

it('prompt.overlong: skip does not leave out everything', async () => {
  const config = resolveConfig({ file, set: [skip, 'prompt.maxPromptTokens=5'] });
  await expect(planRun(config, root)).rejects.toMatchObject({
    code: 'context-length',
    message: expect.stringContaining('all 49 training problems are too long') as string,
  });
});

const readProblems = (set: string) => readJsonlAll<Problem>(join(root, 'data', `${set}.jsonl`));

describe('a run that goes on with other limits', () => {
  it('runs nothing again where they leave the same out, and keeps them', async () => {
    await run();
    const metrics = await readFile(join(root, 'metrics.jsonl'), 'utf8');
    const before = (await started()).length;
    await run(['prompt.maxPromptTokens=70']);
    expect((await started()).slice(before)).toEqual([]);
    await run(['prompt.maxPromptTokens=70', skip]);
    const again = (await started()).slice(before);
    expect(again.filter((stage) => !/^data$|^retrieved-/.test(stage!))).toEqual([]);
    expect(await readFile(join(root, 'metrics.jsonl'), 'utf8')).toBe(metrics);
    expect(await readFile(join(root, 'config.yaml'), 'utf8')).toContain('overlong: skip');
  });

  it('and other keys that no result depends on, runs nothing again either, and resamples the intervals', async () => {
    const first = await run();
    const before = (await started()).length;
    const again = await run([
      'rl.checkpointEverySteps=1',
      'engine.threads=1',
      'eval.bootstrapSamples=5000',
      'name=other',
      'corpus.maxLineMegabytes=9',
    ]);
    expect((await started()).slice(before)).toEqual([]);
    expect(again!.arms.map(({ average }) => average)).toEqual(first!.arms.map(({ average }) => average));
    expect(again!.arms.map(({ ci95 }) => ci95)).not.toEqual(first!.arms.map(({ ci95 }) => ci95));
    await expect(run(['eval.everySteps=1'])).rejects.toMatchObject({ code: 'run-folder' });
  });

  it('names the finished stages that would run again where they do not', async () => {
    await addLongProblem();
    await run(['prompt.maxPromptTokens=128', 'generation.maxTokens=7'], 'labels');
    await expect(run(['prompt.maxPromptTokens=64', 'generation.maxTokens=7', skip], 'labels')).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringMatching(/: labels; the data would have other (?:training|test) problems/) as string,
    });
    expect(existsSync(join(root, 'labels.jsonl'))).toBe(true);
  });
});

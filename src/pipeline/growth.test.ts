/** A run folder goes on with another configuration, and ends as one that was started whole. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.js';
import { hashFile } from '../core/hash-file.js';
import { readJsonlAll } from '../core/jsonl.js';
import { RunFolder } from '../runs/run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { runPipeline } from './pipeline.js';
import { planRun, planText } from './plan.js';
import type { OpenEngine } from './session.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';

const plain = '{name: plain, train: none, test: none}';
const taught = '{name: taught, train: learned, test: learned}';
const borrowed = '{name: borrowed, train: none, test: random, policyOf: plain}';
const arms = (...list: string[]) => `arms=[${list.join(', ')}]`;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = await writeTinyTask(folder, { arms: [{ name: 'plain', train: 'none', test: 'none' }] });
});

/** Runs to the end; returns the stages that ran. */
async function run(set: string[] = [], options: { again?: boolean; name?: string; openEngine?: OpenEngine } = {}) {
  const { name = 'run', again = false, openEngine = openFakeEngine } = options;
  const config = resolveConfig({ file, set });
  const opened = await RunFolder.open(join(folder, name), { values: config, yaml: configToYaml(config) });
  const before = (await events(name)).length;
  try {
    await runPipeline(config, opened, { openEngine, again });
  } finally {
    await opened.close();
  }
  const ran = (await events(name)).slice(before).filter(({ kind }) => kind === 'stage-finished');
  return ran.map(({ stage }) => stage);
}

const events = (name: string) => readJsonlAll<{ kind: string; stage: string }>(join(folder, name, 'events.jsonl'));
const text = (path: string) => readFile(join(folder, path), 'utf8');
const summaryOf = async (name: string) => ({
  ...(JSON.parse(await text(`${name}/summary.json`)) as object),
  seconds: {},
});

/** Everything of the second run is in the first, byte for byte. */
async function expectSame(grown: string, whole: string, files: string[]): Promise<void> {
  for (const path of ['metrics.jsonl', ...files])
    expect(await hashFile(join(folder, grown, path)), path).toBe(await hashFile(join(folder, whole, path)));
  expect(await summaryOf(grown)).toEqual(await summaryOf(whole));
}

/** An engine whose process dies at the given update. */
function dyingAt(update: number): OpenEngine {
  return (...settings) => {
    const engine = openFakeEngine(...settings);
    const open = engine.open.bind(engine);
    let updates = 0;
    engine.open = async (...of) => {
      const policy = await open(...of);
      const step = policy.optimStep.bind(policy);
      policy.optimStep = (options) => (++updates === update ? Promise.reject(new Error('killed')) : step(options));
      return policy;
    };
    return engine;
  };
}

describe('goes on at once', () => {
  it('with arms more and fewer: the others stay, and all is as in a run that was started whole', async () => {
    await run([arms(plain)]);
    const ran = await run([arms(taught, plain, borrowed)]);
    expect(ran).toEqual(expect.arrayContaining(['labels', 'retriever-learned', 'train-taught', 'eval-borrowed']));
    expect(ran).not.toContain('train-plain');
    await run([arms(taught, plain, borrowed)], { name: 'whole' });
    await expectSame('run', 'whole', ['eval/taught/000004.jsonl', 'eval/borrowed/000004.jsonl', 'labels.jsonl']);

    expect((await run([arms(plain)])).filter((stage) => !stage.startsWith('retrieved'))).toEqual([]);
    const { arms: left } = (await summaryOf('run')) as unknown as { arms: { name: string }[] };
    expect(left.map(({ name }) => name)).toEqual(['plain']);
    expect(await text('run/eval/taught/000004.jsonl')).toBe(await text('whole/eval/taught/000004.jsonl'));
    expect((await run([arms(taught, plain, borrowed)])).filter((stage) => !stage.startsWith('retrieved'))).toEqual([]);
    await expectSame('run', 'whole', []);
  });

  it('with more steps: as one that never stopped at fewer, also when killed on the way', async () => {
    await run([arms(plain, borrowed)]);
    const more = [arms(plain, borrowed), 'rl.steps=8'];
    await expect(run(more, { openEngine: dyingAt(3) })).rejects.toThrow('killed');
    expect(await run(more)).toEqual(['train-plain', 'eval-borrowed']);
    await run(more, { name: 'whole' });
    const weights = 'policy/plain/step-000008/fake.json';
    await expectSame('run', 'whole', [weights, 'rollouts/plain/000006.jsonl', 'eval/plain/000008.jsonl']);
    expect(await text('run/eval/plain/000004.jsonl')).toBe(await text('whole/eval/plain/000004.jsonl'));
    expect(await run(more)).toEqual([]);
  });

  it('with other keys of stages that have not run, and other paths to the same data', async () => {
    await run([arms(plain)]);
    await mkdir(join(folder, 'elsewhere'));
    await rename(join(folder, 'problems.jsonl'), join(folder, 'elsewhere', 'moved.jsonl'));
    const moved = `data.problems.path=${join(folder, 'elsewhere', 'moved.jsonl')}`;
    expect(await run([arms(plain), moved, 'labels.topPositives=2', 'engine.threads=1'])).toEqual([]);
    expect(await text('run/config.yaml')).toContain('moved.jsonl');
    const [changed] = (await events('run')).filter(({ kind }) => kind === 'config-changed');
    expect(changed).toMatchObject({ keys: ['engine.threads', 'data.problems.path', 'labels.topPositives'] });
  });
});

describe('refuses before any work, naming stages and keys', () => {
  it('a changed key of labels, unless they may run again; then all follows from it', async () => {
    const both = arms(plain, taught);
    await run([both]);
    const kept = await text('run/config.yaml');
    const changed = [both, 'labels.topPositives=1'];
    await expect(run(changed)).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringMatching(
        /labels, retriever-learned, retrieved-learned, train-taught; labels\.topPositives: 3 there, 1 now/,
      ) as string,
      hint: expect.stringContaining('--again') as string,
    });
    expect(await text('run/config.yaml')).toBe(kept);
    await writeFile(join(folder, 'run', 'policy', 'taught', 'notes.txt'), 'mine');
    // Killed on the way, it need not be allowed a second time.
    await expect(run(changed, { again: true, openEngine: dyingAt(2) })).rejects.toThrow('killed');
    expect(await run(changed)).toContain('train-taught');
    await run(changed, { name: 'whole' });
    await expectSame('run', 'whole', ['labels.jsonl', 'eval/taught/000004.jsonl']);
    expect(await text('run/policy/taught/notes.txt')).toBe('mine');
    expect(await run(changed)).toEqual([]);
  });

  it('fewer steps, another learning rate, other data: only what depends on them', async () => {
    await run([arms(plain, taught)]);
    const fewer = [arms(plain, taught), 'rl.steps=2'];
    await expect(run(fewer)).rejects.toThrow(/train-plain, train-taught; rl\.steps: 4 there, 2 now/);
    await expect(run([arms(plain, taught), 'rl.learningRate=0.01'])).rejects.toThrow(
      /: train-plain, train-taught; rl\.learningRate/,
    );
    await expect(run([arms(plain, taught), 'data.maxTest=5'])).rejects.toThrow(
      /labels.*train-plain.*test problems than before \(data\.maxTest: 0 there, 5 now\)/,
    );
    await run(fewer, { again: true });
    await run(fewer, { name: 'whole' });
    await expectSame('run', 'whole', ['policy/plain/step-000002/fake.json']);
  });

  it('a training that has begun with other settings', async () => {
    await expect(run([arms(plain)], { openEngine: dyingAt(4) })).rejects.toThrow('killed');
    await expect(run([arms(plain), 'rl.learningRate=0.01'])).rejects.toThrow(/: train-plain; rl\.learningRate/);
    await run([arms(plain), 'rl.learningRate=0.01'], { again: true });
    await run([arms(plain), 'rl.learningRate=0.01'], { name: 'whole' });
    await expectSame('run', 'whole', []);
  });
});

describe('how policies are evaluated', () => {
  it('changes with --again, without training any of them again', async () => {
    await run([arms(plain, borrowed)]);
    const weights = await hashFile(join(folder, 'run', 'policy', 'plain', 'step-000004', 'fake.json'));
    const metrics = await text('run/metrics.jsonl');
    const started = (await events('run')).filter(({ kind }) => kind === 'step').length;
    const changed = [arms(plain, borrowed), 'eval.generation.maxTokens=5', 'eval.k=3'];
    await expect(run(changed)).rejects.toThrow(
      /: train-plain \(its evaluations alone\), eval-borrowed; eval\.k: 2 there, 3 now; eval\.generation\.maxTokens: 6 there, 5 now/,
    );
    expect(await run(changed, { again: true })).toEqual(['train-plain', 'eval-borrowed']);
    expect((await events('run')).filter(({ kind }) => kind === 'step').length).toBe(started);
    expect(await text('run/metrics.jsonl')).toBe(metrics);
    expect(await hashFile(join(folder, 'run', 'policy', 'plain', 'step-000004', 'fake.json'))).toBe(weights);
    await run(changed, { name: 'whole' });
    await expectSame('run', 'whole', [
      'eval/plain/000000.jsonl',
      'eval/plain/000004.jsonl',
      'eval/borrowed/000004.jsonl',
    ]);
    expect(await run(changed)).toEqual([]);
    // The training goes on from it, and what is evaluated then is evaluated alike.
    const more = [...changed, 'rl.steps=8'];
    expect(await run(more)).toEqual(['train-plain', 'eval-borrowed']);
    await run(more, { name: 'longer' });
    await expectSame('run', 'longer', ['policy/plain/step-000008/fake.json', 'eval/plain/000008.jsonl']);
  });

  it('changes for a training that was killed: it goes on, its evaluations begin anew', async () => {
    await expect(run([arms(plain)], { openEngine: dyingAt(4) })).rejects.toThrow('killed');
    const changed = [arms(plain), 'eval.generation.temperature=0.5'];
    await expect(run(changed)).rejects.toThrow(
      /: train-plain \(its evaluations alone\); eval\.generation\.temperature/,
    );
    await run(changed, { again: true });
    await run(changed, { name: 'whole' });
    await expectSame('run', 'whole', ['eval/plain/000000.jsonl', 'eval/plain/000004.jsonl']);
  });
});

describe('a generation setting', () => {
  it('of rollouts alone makes trainings run again, one of label answers alone no stage that has none', async () => {
    await run([arms(plain, taught)]);
    await expect(run([arms(plain, taught), 'rl.generation.maxTokens=5'])).rejects.toThrow(
      /: train-plain, train-taught; rl\.generation\.maxTokens: 6 there, 5 now/,
    );
    expect(await run([arms(plain, taught), 'labels.generation.maxTokens=5'])).toEqual([]);
    const same = ['generation.maxTokens=5', 'rl.generation.maxTokens=6', 'eval.generation.maxTokens=6'];
    expect(await run([arms(plain, taught), ...same])).toEqual([]);
  });
});

describe('markers of an older version', () => {
  /** Takes the settings from the marker of a stage, and lets it be made from something else. */
  async function age(stage: string, changes: object): Promise<void> {
    const path = join(folder, 'run', 'stages', `${stage}.json`);
    const { settings: _new, ...marker } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await writeFile(path, JSON.stringify({ ...marker, ...changes }));
  }

  it('are refused where the stage would run again, naming all that would, unless it may', async () => {
    await run([arms(plain, taught)]);
    const labels = await text('run/labels.jsonl');
    await age('labels', { inputs: 'other' });
    await expect(run([arms(plain, taught)])).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringMatching(
        /labels, retriever-learned, retrieved-learned, train-taught; an older version/,
      ) as string,
      hint: expect.stringContaining('--again') as string,
    });
    expect(await text('run/labels.jsonl')).toBe(labels);
    const again = await run([arms(plain, taught)], { again: true });
    expect(again).toContain('labels');
    expect(again).not.toContain('train-plain');
    expect(await run([arms(plain, taught)])).toEqual([]);
  });

  it('are taken where the stage is as it would be made now, and for the data, which is compared itself', async () => {
    await run([arms(taught)]);
    for (const stage of ['labels', 'retriever-learned', 'train-taught']) await age(stage, {});
    await age('data', { inputs: 'other' });
    expect(await run([arms(taught)])).toEqual(['data']);
  });
});

describe('what a plan says of a run folder', () => {
  const planOf = (set: string[]) => planRun(resolveConfig({ file, set }), join(folder, 'run'), 'eval', { kept: true });
  const look = async (set: string[]) =>
    (await planOf(set)).again.map(({ stages, why }) => `${stages.join(', ')}: ${why}`);
  const finished = async (set: string[]) => (await planOf(set)).finished;
  const searches = ['retrieved-bm25', 'retrieved-random'];
  const labelled = ['labels', 'retriever-learned', 'retrieved-learned'];
  const stages = ['data', ...labelled, ...searches, 'train-plain', 'train-taught'];

  it('says what the run would refuse, and touches nothing', async () => {
    expect(await look([arms(plain)])).toEqual([]);
    await run([arms(plain, taught)]);
    const kept = await text('run/config.yaml');
    expect(await look([arms(plain, taught), 'rl.steps=8'])).toEqual([]);
    expect(await look([arms(plain, taught), 'labels.topPositives=1'])).toEqual([
      'labels, retriever-learned, retrieved-learned, train-taught: labels.topPositives: 3 there, 1 now',
    ]);
    expect(await look([arms(plain), 'eval.k=3'])).toEqual([
      'train-plain (its evaluations alone): eval.k: 2 there, 3 now',
    ]);
    expect(await finished([arms(plain, taught, '{name: new, train: none, test: none}')])).toEqual(stages);
    expect(await finished([arms(plain, taught), 'rl.steps=8'])).toEqual(stages.slice(0, -2));
    expect(await finished([arms(plain, taught), 'labels.topPositives=1'])).toEqual([
      'data',
      ...searches,
      'train-plain',
    ]);
    expect(await finished([arms(plain, taught), 'data.maxTest=5'])).toEqual(['data']);
    const [data] = await look([arms(plain, taught), 'data.maxTest=5']);
    expect(data).toMatch(/labels.*train-plain.*other test problems than before \(data\.maxTest: 0 there, 5 now\)/);
    expect(await text('run/config.yaml')).toBe(kept);
  });

  it('says how far trainings are that would go on', async () => {
    const set = [arms(plain, taught), 'warmup.steps=5'];
    const begun = async (more: string[] = []) => (await planOf([...set, ...more])).begun;
    expect(await begun()).toEqual({});
    await expect(run(set, { openEngine: dyingAt(4) })).rejects.toThrow('killed');
    expect(await begun()).toEqual({ warmup: 2 });
    await expect(run(set, { openEngine: dyingAt(4) })).rejects.toThrow('killed'); // the warm-up has three left
    const plan = await planOf(set);
    expect(plan.begun).toEqual({ 'train-plain': 2 });
    expect(planText(plan)).toContain('begun        train-plain at step 2');
    await run(set);
    expect(await begun()).toEqual({});
    expect(await begun(['rl.steps=8'])).toEqual({ 'train-plain': 4, 'train-taught': 4 });
    expect(await begun(['labels.topPositives=1', 'rl.steps=8'])).toEqual({ 'train-plain': 4 });
  });
});

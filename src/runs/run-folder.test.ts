import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { readJsonlAll } from '../core/jsonl.js';
import { configDifferences, readRunConfig, RunFolder } from './run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';

const config = { name: 'demo', seed: 1, rl: { steps: 80, stop: ['}'], system: null } };

async function open(root: string, values: unknown = config): Promise<RunFolder> {
  const run = await RunFolder.open(root, { values, yaml: stringify(values) });
  onTestFinished(() => run.close().catch(() => {}));
  return run;
}

async function freshRoot(): Promise<string> {
  return join(await temporaryFolder(), 'runs', 'demo');
}

describe('RunFolder.open', () => {
  it('writes the configuration first and goes on with an equal one', async () => {
    const root = await freshRoot();
    await (await open(root)).close();
    expect(await readRunConfig(root)).toEqual(config);
    const again = await open(root, { ...config, rl: { system: null, stop: ['}'], steps: 80 } });
    await again.close();
    expect(await readdir(root)).toEqual(['config.yaml', 'events.jsonl']);
  });

  it('keeps another configuration once it is accepted, and says what changed', async () => {
    const root = await freshRoot();
    await (await open(root)).close();
    const changed = { ...config, rl: { ...config.rl, steps: 90 } };
    const run = await open(root, changed);
    expect(run.kept).toEqual(config);
    expect(await readRunConfig(root)).toEqual(config);
    await run.acceptConfig();
    await run.close();
    expect(await readRunConfig(root)).toEqual(changed);
    expect(await readJsonlAll(run.paths.events)).toMatchObject([
      { kind: 'config-changed', keys: ['rl.steps'], changes: [{ key: 'rl.steps', from: 80, to: 90 }] },
    ]);
    const same = await open(root, changed);
    await same.acceptConfig();
    await same.close();
    expect(await readJsonlAll(run.paths.events)).toHaveLength(1);
  });

  it('refuses a second process, or the same twice', async () => {
    const root = await freshRoot();
    const run = await open(root);
    await expect(open(root)).rejects.toMatchObject({ code: 'run-folder' });
    await run.close();
    await (await open(root)).close();
  });

  it('refuses a folder with files of another kind', async () => {
    const root = await freshRoot();
    await mkdir(root, { recursive: true });
    await writeFile(join(root, 'thesis.tex'), '');
    await expect(open(root)).rejects.toMatchObject({ code: 'run-folder', where: root });
    expect(await readdir(root)).toEqual(['thesis.tex']);
  });

  it('clears what a crash left half written, and a damaged config.yaml is an error', async () => {
    const root = await freshRoot();
    await (await open(root)).close();
    await mkdir(join(root, 'policy', 'step-000010.tmp-1-0-0'), { recursive: true });
    await (await open(root)).close();
    expect(await readdir(join(root, 'policy'))).toEqual([]);
    await writeFile(join(root, 'config.yaml'), 'a: [');
    await expect(open(root)).rejects.toMatchObject({ code: 'run-folder', where: join(root, 'config.yaml') });
  });

  it('says where there is no run to read', async () => {
    await expect(readRunConfig('/no/such/run')).rejects.toMatchObject({ code: 'run-folder', where: '/no/such/run' });
  });
});

describe('stages', () => {
  it('run once for the same inputs, again for others', async () => {
    const run = await open(await freshRoot());
    let runs = 0;
    const work = () => Promise.resolve(void runs++);
    expect(await run.stage('labels', { a: 1, b: 2 }, work)).toBe(true);
    expect(await run.stage('labels', { b: 2, a: 1 }, work)).toBe(false);
    expect(await run.stage('labels', { a: 1, b: 3 }, work)).toBe(true);
    expect(runs).toBe(2);
    expect(await run.stageMarker('retriever')).toBeUndefined();
  });

  it('that were allowed to run again and come out the same are done, and need to be allowed anew', async () => {
    const run = await open(await freshRoot());
    const inputs = { settings: { seed: 1 } };
    await run.stage('labels', inputs, () => Promise.resolve());
    const marker = await run.stageMarker('labels');
    await run.allowAgain(['labels', 'not-there']);
    expect(await run.stageMarker('labels')).toEqual({ ...marker, mayRunAgain: true });
    expect(await run.stage('labels', inputs, () => Promise.resolve())).toBe(false);
    expect(await run.stageMarker('labels')).toEqual(marker);
  });

  it('run again where a file that they leave is gone', async () => {
    const root = await freshRoot();
    const run = await open(root);
    const file = join(root, 'labels.jsonl');
    const work = () => writeFile(file, 'labels');
    expect(await run.stage('labels', { a: 1 }, work, [file, root])).toBe(true);
    expect(await run.stage('labels', { a: 1 }, work, [file, root])).toBe(false);
    await rm(file);
    expect(await run.stage('labels', { a: 1 }, work, [file, root])).toBe(true);
    expect(await readFile(file, 'utf8')).toBe('labels');
  });

  it('run again when they failed, and a later attempt skips what was done', async () => {
    const root = await freshRoot();
    const first = await open(root);
    await first.stage('data', {}, () => Promise.resolve());
    await expect(first.stage('labels', {}, () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    await first.close();
    const second = await open(root);
    const ran: string[] = [];
    for (const name of ['data', 'labels']) await second.stage(name, {}, () => Promise.resolve(void ran.push(name)));
    expect(ran).toEqual(['labels']);
    expect(Object.keys(await second.stageSeconds())).toEqual(['data', 'labels']);
    await second.close();
    const kinds = (await readJsonlAll<{ kind: string; time: string }>(second.paths.events)).map((e) => e.kind);
    expect(kinds).toEqual([
      'stage-started',
      'stage-finished',
      'stage-started',
      'stage-skipped',
      'stage-started',
      'stage-finished',
    ]);
  });

  it('have the time of all their attempts, and a killed process is noted to have stopped when it was last heard of', async () => {
    const root = await freshRoot();
    const first = await open(root);
    await expect(first.stage('labels', {}, () => Promise.reject(new Error('killed')))).rejects.toThrow('killed');
    await first.close();
    const [begun] = await readJsonlAll<{ time: string }>(first.paths.events);
    const heard = new Date(Date.parse(begun?.time ?? '') + 5000).toISOString();
    await writeFile(first.paths.progress, JSON.stringify({ time: heard, tasks: [] }));
    const second = await open(root);
    await second.stage('labels', {}, () => Promise.resolve());
    const { labels } = await second.stageSeconds();
    expect(labels).toBeGreaterThanOrEqual(5);
    expect(labels).toBeLessThan(6);
    expect(await readJsonlAll(second.paths.events)).toMatchObject([
      { kind: 'stage-started' },
      { kind: 'stopped', time: heard },
      { kind: 'stage-started' },
      { kind: 'stage-finished', seconds: labels },
    ]);
    expect(await readdir(root)).not.toContain('progress.json');
  });

  it('have no seconds before any has ended', async () => {
    expect(await (await open(await freshRoot())).stageSeconds()).toEqual({});
  });
});

describe('metrics', () => {
  it('are cut back to a step of one arm only, also what a crash tore', async () => {
    const run = await open(await freshRoot());
    for (const arm of ['grpo', 'ra-rft'])
      for (const step of [1, 2, 3]) await run.metrics({ arm, step, rewardMean: step / 4 });
    await appendFile(run.paths.metrics, '{"arm":"ra-r');
    await run.cutMetrics('ra-rft', 1);
    await run.metrics({ arm: 'ra-rft', step: 2, rewardMean: 0.5 });
    await run.close();
    const rows = (await readFile(run.paths.metrics, 'utf8')).trimEnd().split('\n');
    expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual([
      { arm: 'grpo', step: 1, rewardMean: 0.25 },
      { arm: 'grpo', step: 2, rewardMean: 0.5 },
      { arm: 'grpo', step: 3, rewardMean: 0.75 },
      { arm: 'ra-rft', step: 1, rewardMean: 0.25 },
      { arm: 'ra-rft', step: 2, rewardMean: 0.5 },
    ]);
  });

  it('hold no wall-clock time, events do', async () => {
    const run = await open(await freshRoot());
    await expect(run.metrics({ arm: 'a', step: 1, loss: NaN })).rejects.toMatchObject({
      code: 'not-finite',
      message: 'loss is NaN',
      where: 'metrics of a, step 1',
    });
    await run.metrics({ arm: 'a', step: 1 });
    await run.event('note', { text: 'x' });
    await run.close();
    expect(await readFile(run.paths.metrics, 'utf8')).toBe('{"arm":"a","step":1}\n');
    expect(await readJsonlAll(run.paths.events)).toMatchObject([
      { kind: 'note', text: 'x', time: expect.stringMatching(/^\d{4}-/) as string },
    ]);
  });
});

describe('orderMetrics', () => {
  it('gives the bytes of a run that made its rows in that order; arms that are not named go last', async () => {
    const run = await open(await freshRoot());
    for (const arm of ['gone', 'b', 'a']) for (const step of [1, 2]) await run.metrics({ arm, step });
    await run.orderMetrics(['a', 'b']);
    await run.metrics({ arm: 'c', step: 1 });
    await run.close();
    const rows = await readJsonlAll<{ arm: string; step: number }>(run.paths.metrics);
    expect(rows.map(({ arm, step }) => `${arm}${step}`)).toEqual(['a1', 'a2', 'b1', 'b2', 'gone1', 'gone2', 'c1']);
  });
});

describe('configDifferences', () => {
  it('names dotted keys; lists are compared whole; null and missing are equal', () => {
    const a = { seed: 1, rl: { steps: 1, stop: ['a'] }, gone: 3, none: null };
    const b = { seed: 1, rl: { steps: 2, stop: ['b'] }, added: { x: 1 } };
    expect(configDifferences(a, b).map((d) => d.key)).toEqual(['rl.steps', 'rl.stop', 'gone', 'added']);
    expect(configDifferences(a, structuredClone(a))).toEqual([]);
  });
});

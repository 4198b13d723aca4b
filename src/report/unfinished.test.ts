import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeJsonAtomic } from '../core/files.js';
import { takeLock } from '../core/run-lock.js';
import { exists } from '../core/missing.js';
import { readRunData, type KeptSummary } from './run-data.js';
import { writeSampleRun } from './testing/sample-run.js';
import { comparedStep } from './unfinished.js';
import { writeReport } from './write.js';

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-unfinished-'));
  root = join(folder, 'half');
  await writeSampleRun(root);
  await rm(join(root, 'summary.json'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the report of a run that has not ended', () => {
  test('says so, and compares the arms at the newest step that all have', async () => {
    await rm(join(root, 'eval', 'ra-rft', '000040.jsonl'));
    await rm(join(root, 'eval', 'grpo-retrieval-at-test'), { recursive: true });
    await writeJsonAtomic(join(root, 'stages', 'data.json'), {
      stage: 'data',
      inputs: 'x',
      seconds: 1,
      finished: '2026',
    });
    await writeFile(
      join(root, 'config.yaml'),
      'arms: [{ name: ra-rft }, { name: grpo }, { name: grpo-retrieval-at-test, policyOf: grpo }, { name: bm25-trace }]\n' +
        'rl: { steps: 120 }\neval: { k: 4 }\n',
    );
    const { markdown, html, unfinished } = await writeReport(root);
    expect(unfinished).toContain('has not come to its end. Finished stages: data. Steps reached: grpo 100 of 120');
    expect(unfinished).toContain(
      'evaluations at step 20; without one, and so in no comparison: grpo-retrieval-at-test, bm25-trace.',
    );
    expect(unfinished).toContain('Arms that have not run yet: grpo-retrieval-at-test, bm25-trace.');
    const text = await readFile(markdown, 'utf8');
    expect(text).toContain('has not come to its end');
    expect(text).toContain('# Run half (not finished)');
    expect(text).toContain('| ra-rft | begun | 100 of 120 | 0, 20 |');
    expect(text).toMatch(/\| bm25-trace \| not run yet \| +\|/);
    const page = await readFile(html, 'utf8');
    for (const said of ['has not come to its end', '<title>Run half (not finished)</title>', 'not run yet'])
      expect(page).toContain(said);
    const { summary } = await readRunData(root);
    expect(summary.arms.map(({ name }) => name)).toEqual([
      'ra-rft',
      'ra-rft',
      'grpo',
      'grpo',
      'random-trace',
      'random-trace',
    ]);
    expect(summary.differences).not.toEqual([]);
  });

  test('leaves an evaluation that is still being sampled out of all figures, and names it', async () => {
    await writeFile(
      join(root, 'config.yaml'),
      'arms: [{ name: grpo, train: none, test: none }, { name: ra-rft, train: learned }]\n',
    );
    const file = join(root, 'eval', 'ra-rft', '000040.jsonl');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, `${lines.slice(0, 7).join('\n')}\n`);
    const { markdown, unfinished } = await writeReport(root);
    expect(unfinished).toContain('evaluations at step 20;');
    const text = await readFile(markdown, 'utf8');
    expect(text).toContain('| step 40: 7 of 40 problems |');
    expect(text).not.toMatch(/\| ra-rft \| seen \|.*\(40\)/);
  });

  test('of two arms that are done and one that has only begun, the end is compared', async () => {
    await writeFile(
      join(root, 'config.yaml'),
      'arms: [{ name: grpo, train: none, test: none }, { name: ra-rft, train: learned }, { name: random-trace }]\n',
    );
    for (const file of ['000020.jsonl', '000040.jsonl']) await rm(join(root, 'eval', 'random-trace', file));
    const { summary, unfinished } = await readRunData(root);
    expect(unfinished?.comparedAt).toBe(40);
    expect(summary.arms.map(({ name }) => name)).not.toContain('random-trace');
    const text = await readFile((await writeReport(root)).markdown, 'utf8');
    expect(text).toContain('| random-trace | evaluated at step 0 only |');
  });

  test('summary.json says so too, is taken for no end, and stays away while the run is at work', async () => {
    const lock = await takeLock(join(root, 'run.lock'));
    await writeReport(root);
    expect(await exists(join(root, 'summary.json'))).toBe(false);
    await lock.release();
    await writeReport(root);
    const written = JSON.parse(await readFile(join(root, 'summary.json'), 'utf8')) as KeptSummary;
    expect(written.unfinished).toMatchObject({ comparedAt: 40 });
    expect(written.arms).not.toEqual([]);
    expect((await writeReport(root)).unfinished).toContain('has not come to its end');
  });

  test('reads files that are being written to', async () => {
    await appendFile(join(root, 'eval', 'grpo', '000040.jsonl'), '{"key":"x","probl');
    await appendFile(join(root, 'metrics.jsonl'), '{"arm":"gr');
    expect((await writeReport(root)).unfinished).toContain('step 40');
    await appendFile(join(root, 'metrics.jsonl'), '\n');
    await expect(writeReport(root)).rejects.toMatchObject({ code: 'data' }); // a whole line that is no JSON is damage
  });

  test('has something to say right after the start', async () => {
    const fresh = join(folder, 'fresh');
    await mkdir(fresh);
    await writeFile(join(fresh, 'config.yaml'), 'seed: 3\n');
    const { markdown, unfinished } = await writeReport(fresh);
    expect(unfinished).toContain('No stage is finished. There are no evaluations to compare yet.');
    expect(await readFile(markdown, 'utf8')).toContain('## Configuration');
  });
});

describe('the report of a run that grew after its end', () => {
  beforeEach(() => writeSampleRun(root));

  test.each([
    ['an arm', 'arms: [{ name: grpo }, { name: ra-rft }, { name: oracle-trace }]\n', '| oracle-trace | not run yet |'],
    [
      'steps',
      'arms: [{ name: grpo }, { name: ra-rft }]\nrl: { steps: 160 }\n',
      '| ra-rft | begun | 100 of 160 | 0, 20, 40 |',
    ],
  ])('%s more: it is no end any more', async (_what, config, row) => {
    expect((await writeReport(root)).unfinished).toBeUndefined();
    const before = (await readRunData(root)).summary;
    await writeFile(join(root, 'config.yaml'), config);
    const { markdown, unfinished } = await writeReport(root);
    expect(unfinished).toContain('has not come to its end');
    expect(await readFile(markdown, 'utf8')).toContain(row);
    const after = (await readRunData(root)).summary;
    expect(after.retrievers).toEqual(expect.arrayContaining(before.retrievers));
    const averages = ({ arms }: typeof before) =>
      new Map(arms.map(({ name, split, average }) => [`${name}/${split}`, average]));
    expect(averages(after)).toEqual(averages(before));
  });

  test('an arm that is let run again is none either', async () => {
    await writeFile(join(root, 'config.yaml'), 'arms: [{ name: grpo }, { name: ra-rft }]\n');
    const marker = { stage: 'train-ra-rft', inputs: 'x', seconds: 1, finished: '2026', mayRunAgain: true };
    await writeJsonAtomic(join(root, 'stages', 'train-ra-rft.json'), marker);
    expect((await writeReport(root)).unfinished).toContain('Arms that run again: ra-rft.');
  });
});

describe('comparedStep', () => {
  const at = (arm: string, ...steps: number[]) => steps.map((step) => ({ arm, step, records: [] }));

  test('is the newest that both compared arms have, else the newest that most arms have', () => {
    const all = [...at('a', 0, 20, 40), ...at('b', 0, 20), ...at('c', 0)];
    expect(comparedStep(all, ['a', 'b'])).toBe(20);
    expect(comparedStep(all, ['a', 'not there'])).toBe(0);
    expect(comparedStep(at('a', 0, 20), ['a', 'b'])).toBe(20);
    expect(comparedStep([], ['a', 'b'])).toBeUndefined();
  });
});

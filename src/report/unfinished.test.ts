import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { writeJsonAtomic } from '../core/files.js';
import { readRunData } from './run-data.js';
import { writeSampleRun } from './testing/sample-run.js';
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
      'arms: [{ name: ra-rft }, { name: grpo }]\nrl: { steps: 120 }\neval: { k: 4 }\n',
    );
    const { markdown, html, unfinished } = await writeReport(root);
    expect(unfinished).toContain('has not come to its end. Finished stages: data. Steps reached: grpo 100 of 120');
    expect(unfinished).toContain('evaluations at step 20,');
    const text = await readFile(markdown, 'utf8');
    expect(text).toContain('has not come to its end');
    expect(await readFile(html, 'utf8')).toContain('has not come to its end');
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

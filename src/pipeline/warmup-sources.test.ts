/** Where the warm-up's traces come from: retrievers that search at once, and those that labels and a policy must have made first. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import type { MetricsRow } from '../runs/metrics-row.js';
import type { RetrievedRecord } from './retrieve/retrieved-file.js';
import { attempt } from './testing/tiny-run.js';
import { writeTinyTask } from './testing/tiny-task.js';

const plain = { name: 'plain', train: 'none', test: 'none' };
const byBm25 = 'warmup.traces={random: 0.3, bm25: 0.5}';

let folder: string;
let file: string;
let root: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = await writeTinyTask(folder, { arms: [plain], warmup: { steps: 4, learningRate: 0.02 } });
  root = join(folder, 'run');
});
const hash = async (stage: string) =>
  (JSON.parse(await readFile(join(root, 'stages', `${stage}.json`), 'utf8')) as { inputs: string }).inputs;

it('BM25 searches the training problems before any policy is there; edited, it teaches another one', async () => {
  const options = { file, set: [byBm25, 'warmup.topTraces=3'], until: 'labels' as const };
  expect(await attempt(root, options)).toEqual(['data', 'warmup-traces-bm25', 'warmup', 'labels']);
  const path = join(root, 'retrieved', 'warmup', 'bm25.jsonl');
  const found = await readJsonlAll<RetrievedRecord>(path);
  expect(new Set(found.map(({ hits }) => hits.length))).toEqual(new Set([3]));
  expect(found.every(({ set }) => set === 'train')).toBe(true);
  expect(await attempt(root, options)).toEqual([]);

  const shown = found.map((record) => ({ ...record, hits: record.hits.slice(0, 1) }));
  await writeFile(path, shown.map((record) => `${JSON.stringify(record)}\n`).join(''));
  expect(await attempt(root, options)).toEqual(['warmup', 'labels']);
}, 120_000);

it('a warm-up with other settings runs again where that is allowed, and leaves what a fresh run does', async () => {
  await attempt(root, { file });
  await expect(attempt(root, { file, set: [byBm25] })).rejects.toMatchObject({ code: 'run-folder' });
  expect(await attempt(root, { file, set: [byBm25], again: true })).toContain('train-plain');
  const fresh = join(folder, 'fresh');
  await attempt(fresh, { file, set: [byBm25] });
  const metrics = (of: string) => readFile(join(of, 'metrics.jsonl'), 'utf8');
  expect(await metrics(root)).toBe(await metrics(fresh));
}, 120_000);

it('a trained retriever teaches the policy that the arms start from, after another one has labelled', async () => {
  const learned = 'warmup.traces={bm25: 1, learned: 1}';
  const ran = await attempt(root, { file, set: [learned] });
  const order = [
    'warmup-traces-bm25',
    'warmup',
    'labels',
    'retriever-learned',
    'retrieved-learned',
    'warmup-start',
    'train-plain',
  ];
  expect(ran.filter((stage) => order.includes(stage))).toEqual(order);
  const hits = await readJsonlAll<RetrievedRecord>(join(root, 'retrieved', 'learned.jsonl'));
  expect(hits.some(({ set }) => set === 'train')).toBe(true);
  const rows = await readJsonlAll<MetricsRow>(join(root, 'metrics.jsonl'));
  expect([...new Set(rows.map(({ arm }) => arm))]).toEqual(['warmup', 'retriever', 'warmup-start', 'plain']);
  const [first, start] = [await hash('warmup'), await hash('warmup-start')];

  // The first warm-up has the sources that are left, so it stays where the late ones change; the arms do not.
  await expect(attempt(root, { file, set: ['warmup.traces={bm25: 1}'] })).rejects.toMatchObject({
    message: expect.stringMatching(/again.*: train-plain; warmup/) as string,
  });
  const mostly = 'warmup.traces={bm25: 1, learned: 3}';
  const again = await attempt(root, { file, set: [mostly], again: true });
  expect(again).toEqual(['warmup-start', 'train-plain']);
  expect(await hash('warmup')).toBe(first);
  expect(await hash('warmup-start')).not.toBe(start);
}, 240_000);

it('a warm-up without traces asks no source for any', async () => {
  const set = ['warmup.traces={bm25: 1, learned: 1}', 'warmup.contextShare=0'];
  const ran = await attempt(root, { file, set });
  expect(ran).toContain('warmup');
  for (const stage of ['warmup-traces-bm25', 'labels', 'warmup-start']) expect(ran).not.toContain(stage);
  // Which sources these would be makes no difference.
  expect(await attempt(root, { file, set: ['warmup.traces={bm25: 3}', 'warmup.contextShare=0'] })).toEqual([]);
}, 120_000);

it('an oracle among the sources needs the truth of every training problem', async () => {
  const lines = (await readFile(join(folder, 'problems.jsonl'), 'utf8')).trimEnd().split('\n');
  const bare = (line: string) => JSON.stringify({ ...(JSON.parse(line) as object), meta: {} });
  const without = lines.map((line, at) => (at % 2 === 0 ? bare(line) : line));
  await writeFile(join(folder, 'problems.jsonl'), `${without.join('\n')}\n`);
  const set = ['warmup.traces={oracle: 1}'];
  await expect(attempt(root, { file, set, until: 'labels' })).rejects.toMatchObject({
    code: 'data',
    message: expect.stringContaining('the warm-up takes traces of the oracle') as string,
  });
});

it('the model as it comes may measure; the warm-up then serves the arms alone', async () => {
  const set = [
    'labels.policy=model',
    byBm25,
    `arms=${JSON.stringify([{ name: 'taught', train: 'learned', test: 'learned' }])}`,
  ];
  const ran = await attempt(root, { file, set });
  const order = [
    'data',
    'labels',
    'retriever-learned',
    'retrieved-learned',
    'warmup-traces-bm25',
    'warmup',
    'train-taught',
  ];
  expect(ran.filter((stage) => order.includes(stage))).toEqual(order);
  // Other sources of the warm-up are no reason to measure again.
  const again = await attempt(root, { file, set: [...set, 'warmup.traces={random: 1}'], again: true });
  expect(again).toEqual(['warmup', 'train-taught']);
  const late = await attempt(join(folder, 'late'), { file, set: [...set, 'warmup.traces={learned: 1}'] });
  expect(late).toContain('warmup-start');
  expect(late).not.toContain('warmup');
}, 120_000);

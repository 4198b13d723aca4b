import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { RunFolder } from '../core/run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import type { ChosenPair, Label } from '../judge/index.js';
import { runPipeline } from './pipeline.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';

/** Labels of a tiny run, and the pairs that were chosen. */
async function label(root: string, set: string[]): Promise<{ labels: Label[]; chosen: ChosenPair[] }> {
  const file = await writeTinyTask(join(root, '..'));
  const config = resolveConfig({ file, set });
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  try {
    await runPipeline(config, run, { until: 'labels', openEngine: openFakeEngine });
  } finally {
    await run.close();
  }
  const chosen = await readJsonlAll<ChosenPair>(join(root, 'label-pairs.jsonl')).catch(() => []);
  return { labels: await readJsonlAll<Label>(join(root, 'labels.jsonl')), chosen };
}

const pairOf = ({ problemId, traceId }: { problemId: string; traceId: string }) => `${problemId}/${traceId}`;

describe('labels within a budget', () => {
  const budget = ['labels.maxCandidates=40', 'labels.selection.pairs=budget', 'labels.selection.share=0.2'];
  const rounds = ['labels.selection.rounds=1', 'labels.selection.quickSteps=3'];

  it.each(['truth', 'utility'])(
    'judge %s: a fifth of the pairs, each with the reason it was chosen for',
    async (judge) => {
      const folder = await temporaryFolder();
      const all = await label(join(folder, 'all'), [`labels.judge=${judge}`, 'labels.maxCandidates=40']);
      expect(all.chosen).toEqual([]);
      const some = await label(join(folder, 'some'), [`labels.judge=${judge}`, ...budget, ...rounds]);
      expect(some.labels).toHaveLength(Math.floor(all.labels.length / 5));
      expect(new Set(some.labels.map(pairOf))).toEqual(new Set(some.chosen.map(pairOf)));
      expect(new Set(some.chosen.map((c) => c.reason))).toEqual(new Set(['first', 'confident', 'uncertain', 'random']));
    },
  );

  it('a stopped stage goes on with the pairs that were chosen', async () => {
    const root = join(await temporaryFolder(), 'run');
    const set = ['labels.judge=truth', ...budget, ...rounds];
    const whole = await label(root, set);
    const path = join(root, 'label-pairs.jsonl');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, text.length / 2));
    await writeFile(join(root, 'stages', 'labels.json'), '{}');
    expect(await label(root, set)).toEqual(whole);
  });
});

describe('exclude lists', () => {
  it('keep a pair out of the labels', async () => {
    const folder = await temporaryFolder();
    const judge = 'labels.judge=truth';
    const free = await label(join(folder, 'free'), [judge, 'labels.maxCandidates=40']);
    const { problemId, traceId } = free.labels[0]!;
    const lists = join(folder, 'exclude.jsonl');
    await writeFile(lists, `${JSON.stringify({ problemId, traceIds: [traceId] })}\n`);
    const guarded = await label(join(folder, 'guarded'), [
      judge,
      'labels.maxCandidates=40',
      `data.excludeLists=${lists}`,
    ]);
    const kept = free.labels.map(pairOf).filter((pair) => pair !== `${problemId}/${traceId}`);
    expect(guarded.labels.map(pairOf)).toEqual(kept);
  });
});

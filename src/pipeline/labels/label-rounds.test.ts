import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { RunFolder } from '../../runs/run-folder.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { Label, PairScore } from '../../judge/index.js';
import { runPipeline } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';

async function label(root: string, set: string[], changes: Record<string, unknown> = {}): Promise<Label[]> {
  const file = await writeTinyTask(join(root, '..'), changes);
  const config = resolveConfig({ file, set });
  const run = await RunFolder.open(root, { values: config, yaml: configToYaml(config) });
  try {
    await runPipeline(config, run, { until: 'labels', openEngine: openFakeEngine });
  } finally {
    await run.close();
  }
  return readJsonlAll<Label>(join(root, 'labels.jsonl'));
}

interface RoundEvent {
  kind: string;
  pairs: number;
  proposed: number;
  random: number;
  positivesProposed: number;
  positivesRandom: number;
}
const roundsOf = async (root: string) =>
  (await readJsonlAll<RoundEvent>(join(root, 'events.jsonl'))).filter(({ kind }) => kind === 'label-round');
const pairOf = ({ problemId, traceId }: { problemId: string; traceId: string }) => `${problemId}/${traceId}`;
const rounds = ['labels.maxCandidates=6', 'labels.proposalsPerRound=3', 'labels.randomPerRound=2'];

describe.each([['utility'], ['truth'], ['success']])('labels in rounds by %s', (judge) => {
  const set = judge === 'success' ? ['labels.measure=success', 'labels.samples=2'] : [`labels.judge=${judge}`];
  const changes = judge === 'success' ? { reward: './any-box.mjs' } : {};

  it('measure what the retriever proposes and a random slice, each pair once, and say what came of it', async () => {
    const folder = await temporaryFolder();
    const reward = `export default (problem, response) => (response.includes('boxed') ? 1 : 0);\n`;
    await writeFile(join(folder, 'any-box.mjs'), reward);
    const first = await label(join(folder, 'one'), [...set, ...rounds], changes);
    const root = join(folder, 'three');
    const all = await label(root, [...set, ...rounds, 'labels.rounds=3'], changes);
    const queries = new Set(all.map(({ problemId }) => problemId)).size;
    expect(new Set(all.map(pairOf)).size).toBe(all.length);
    expect(all.map(pairOf)).toEqual(expect.arrayContaining(first.map(pairOf)));
    const events = await roundsOf(root);
    expect(events).toHaveLength(2);
    expect(events.reduce((sum, { pairs }) => sum + pairs, 0)).toBe(all.length - first.length);
    for (const { pairs, proposed, random } of events) {
      expect(proposed + random).toBe(pairs);
      expect(proposed).toBe(3 * queries);
      expect(random).toBe(2 * queries);
    }
    if (judge === 'truth') {
      const relevant = all.filter((one) => 'relevant' in one && one.relevant).length;
      const before = first.filter((one) => 'relevant' in one && one.relevant).length;
      const found = events.reduce((sum, one) => sum + one.positivesProposed + one.positivesRandom, 0);
      expect(found).toBe(relevant - before);
    }
  });
});

describe('labels in rounds', () => {
  it('go on after a stop with what was measured and proposed, to the same bytes', async () => {
    const set = [...rounds, 'labels.rounds=3'];
    const folder = await temporaryFolder();
    const root = join(folder, 'run');
    const whole = await label(root, set);
    const [scoresFile, roundsFile] = [join(root, 'label-scores.jsonl'), join(root, 'label-rounds.jsonl')];
    const texts = await Promise.all([scoresFile, roundsFile].map((file) => readFile(file, 'utf8')));
    const scored = await readJsonlAll<PairScore>(scoresFile);
    expect(new Set(scored.map(({ key }) => key)).size).toBe(whole.length);
    // Stopped in the second round: its proposals are there, and those of the third are torn.
    await writeFile(scoresFile, texts[0]!.slice(0, texts[0]!.length * 0.7));
    await writeFile(roundsFile, texts[1]!.slice(0, texts[1]!.length * 0.7));
    await writeFile(join(root, 'stages', 'labels.json'), '{}');
    expect(await label(root, set)).toEqual(whole);
    expect(await Promise.all([scoresFile, roundsFile].map((file) => readFile(file, 'utf8')))).toEqual(texts);
  });

  it('tell of candidates like the solution in the first, which further rounds go on from', async () => {
    const root = join(await temporaryFolder(), 'run');
    const set = ['labels.judge=truth', 'labels.likeSolution=3', 'labels.maxCandidates=8', 'labels.rounds=2'];
    const labels = await label(root, [...rounds, ...set]);
    const [first, second] = await roundsOf(root);
    const queries = new Set(labels.map(({ problemId }) => problemId)).size;
    expect(first).toMatchObject({ pairs: 8 * queries, proposed: 3 * queries, random: 5 * queries });
    expect(first!.positivesProposed / first!.proposed).toBeGreaterThan(first!.positivesRandom / first!.random);
    expect(second).toMatchObject({ proposed: 3 * queries });
    expect(new Set(labels.map(pairOf)).size).toBe(labels.length);
  });

  it('are one by default, and refused beside a budget', async () => {
    const root = join(await temporaryFolder(), 'run');
    await label(root, ['labels.judge=truth']);
    expect(await roundsOf(root)).toEqual([]);
    const set = ['labels.judge=truth', 'labels.selection.pairs=budget', 'labels.rounds=2'];
    expect(() => resolveConfig({ set })).toThrow(
      expect.objectContaining({ message: expect.stringContaining('labels.rounds is 2') as string }) as Error,
    );
  });
});

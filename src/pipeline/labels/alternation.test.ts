/** Labels and warm-up in turns: each policy on the surest labels of the one before, resumable, and a run may grow into it. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../core/jsonl.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { Summary } from '../../eval/index.js';
import type { Label, PairScore } from '../../judge/index.js';
import type { MetricsRow } from '../../runs/metrics-row.js';
import { attempt, stageByStage, stageEvents } from '../testing/tiny-run.js';
import { writeTinyTask } from '../testing/tiny-task.js';

const turns = 'labels.alternation.times=1';
const arms = [
  { name: 'plain', train: 'none', test: 'none' },
  { name: 'taught', train: 'learned', test: 'learned' },
];
const changes = { arms, warmup: { steps: 4, learningRate: 0.02 } };

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = await writeTinyTask(folder, changes);
});
const at = (name: string, ...path: string[]) => join(folder, name, ...path);
const text = (name: string, ...path: string[]) => readFile(at(name, ...path), 'utf8');
const summary = async (name: string) => ({ ...(JSON.parse(await text(name, 'summary.json')) as Summary), seconds: {} });
const pairs = (labels: readonly Label[]) => labels.map(({ problemId, traceId }) => `${problemId} ${traceId}`);

describe('labels in turns', () => {
  it('are measured anew on the same pairs by a policy that the labels before have taught', async () => {
    const ran = await attempt(at('run'), { file, set: [turns], until: 'retriever' });
    expect(ran.slice(0, 6)).toEqual(['data', 'warmup', 'labels-1', 'warmup-2', 'labels', 'retriever-learned']);
    const [first, last] = [
      await readJsonlAll<Label>(at('run', 'labels-1.jsonl')),
      await readJsonlAll<Label>(at('run', 'labels.jsonl')),
    ];
    expect(pairs(last)).toEqual(pairs(first));
    expect(last).not.toEqual(first);
    const scores = await readJsonlAll<PairScore>(at('run', 'labels-2', 'label-scores.jsonl'));
    expect(scores).toHaveLength(last.length);
    const rows = await readJsonlAll<MetricsRow>(at('run', 'metrics.jsonl'));
    const taught = rows.filter(({ arm }) => arm === 'warmup-2');
    expect(taught.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
    expect(existsSync(at('run', 'policy', 'warmup-2', 'final'))).toBe(true);
  }, 120_000);

  it('show right, wrong and no traces by their shares', async () => {
    const share = async (name: string, ...set: string[]) => {
      await attempt(at(name), { file, set: [turns, ...set], until: 'labels' });
      const rows = await readJsonlAll<MetricsRow>(at(name, 'metrics.jsonl'));
      const shares = rows.flatMap(({ arm, traceShare }) => (arm === 'warmup-2' ? Number(traceShare) : []));
      return shares.reduce((a, b) => a + b, 0) / shares.length;
    };
    expect(await share('all', 'labels.alternation.right=0.5', 'labels.alternation.wrong=0.5')).toBe(1);
    const some = await share('some', 'labels.alternation.right=0.3', 'labels.alternation.wrong=0.1');
    expect(some).toBeGreaterThan(0.2);
    expect(some).toBeLessThan(0.6);
  }, 120_000);

  it('are counted by success as well', async () => {
    await writeFile(
      join(folder, 'any-box.mjs'),
      `export default (problem, response) => (response.includes('boxed') ? 1 : 0);\n`,
    );
    file = await writeTinyTask(folder, { ...changes, reward: './any-box.mjs' });
    const set = [turns, 'labels.measure=success', 'labels.samples=2', 'labels.maxQueries=12', 'labels.maxCandidates=6'];
    await attempt(at('run'), { file, set, until: 'labels' });
    const [first, second] = [at('run', 'label-samples.jsonl'), at('run', 'labels-2', 'label-samples.jsonl')];
    expect(await readJsonlAll(second)).toHaveLength((await readJsonlAll(first)).length);
  }, 120_000);

  it('propose candidates anew in every turn, where labels have rounds', async () => {
    const set = [turns, 'labels.rounds=2', 'labels.maxCandidates=6', 'labels.proposalsPerRound=3'];
    await attempt(at('run'), { file, set, until: 'labels' });
    for (const measured of ['label-rounds.jsonl', 'labels-2/label-rounds.jsonl'])
      expect(await readJsonlAll(at('run', measured)), measured).toHaveLength(1);
  }, 120_000);

  it('say in summary and report what every round measured, beside the truth', async () => {
    await attempt(at('run'), { file, set: [turns] });
    const { labels } = await summary('run');
    expect(labels?.map(({ round, policy }) => [round, policy])).toEqual([
      [1, 'warmup'],
      [2, 'warmup-2'],
    ]);
    const [first, second] = labels!;
    expect(first?.untaught).toBeUndefined();
    expect(second?.untaught?.queries).toBe(first!.all.queries - Math.ceil(0.5 * first!.all.queriesWithPositive));
    expect(second?.all.bestPossible).toBe(first?.all.bestPossible);
    expect(second?.all.auc).not.toBe(first?.all.auc);
  }, 120_000);
});

describe('a run with turns', () => {
  const set = [turns, 'warmup.traces={bm25: 0.5, learned: 0.5}', `arms=${JSON.stringify(arms.slice(1))}`];

  it('goes on after a kill between any two stages, and leaves the same bytes', async () => {
    await attempt(at('whole'), { file, set });
    await stageByStage(at('killed'), { file, set });
    expect(await stageEvents(at('killed'))).toEqual(await stageEvents(at('whole')));
    for (const name of ['metrics.jsonl', 'labels-1.jsonl', 'labels.jsonl', 'policy/warmup-start/final/fake.json'])
      expect(await text('killed', name), name).toBe(await text('whole', name));
    expect(await summary('killed')).toEqual(await summary('whole'));
    expect(await attempt(at('killed'), { file, set })).toEqual([]);
    // Told once, however often the run went on.
    const events = await readJsonlAll<{ kind: string }>(at('killed', 'events.jsonl'));
    const told = (kind: string) => events.filter((event) => event.kind === kind);
    expect(told('label-turn')).toMatchObject([{ round: 1 }, { round: 2, policy: 'warmup-2' }]);
    for (const kind of ['contexts', 'prompts']) expect(told(kind), kind).toHaveLength(1);
  }, 400_000);

  it('grows from one without: the first warm-up and its scores stay, arms without traces too', async () => {
    await attempt(at('run'), { file });
    await expect(attempt(at('run'), { file, set: [turns] })).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringMatching(
        /: labels, retriever-learned, .*train-taught; labels\.alternation: null there/,
      ) as string,
    });
    const scores = await text('run', 'label-scores.jsonl');
    const ran = await attempt(at('run'), { file, set: [turns], again: true });
    expect(ran).toEqual(expect.arrayContaining(['labels-1', 'warmup-2', 'labels', 'train-taught']));
    for (const stays of ['data', 'warmup', 'train-plain']) expect(ran).not.toContain(stays);
    expect(await text('run', 'label-scores.jsonl')).toBe(scores);
    await attempt(at('whole'), { file, set: [turns] });
    for (const name of ['metrics.jsonl', 'labels-1.jsonl', 'labels.jsonl'])
      expect(await text('run', name), name).toBe(await text('whole', name));
    expect(await summary('run')).toEqual(await summary('whole'));

    const back = await attempt(at('run'), { file, again: true });
    expect(back).toContain('labels');
    await attempt(at('without'), { file });
    expect(await text('run', 'labels.jsonl')).toBe(await text('without', 'labels.jsonl'));
  }, 120_000);

  it('is made anew from labels of the first round that somebody has edited', async () => {
    const options = { file, set: [turns], until: 'labels' as const };
    await attempt(at('run'), options);
    const lines = (await text('run', 'labels-1.jsonl')).trimEnd().split('\n');
    await writeFile(at('run', 'labels-1.jsonl'), `${lines.slice(0, lines.length / 2).join('\n')}\n`);
    expect(await attempt(at('run'), options)).toEqual(['warmup-2', 'labels']);
  }, 120_000);
});

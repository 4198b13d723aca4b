/** Training problems are searched for by encoders that have seen no label of theirs: in whole tiny runs. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { Problem, Trace } from '../../data/index.js';
import type { Summary } from '../../eval/index.js';
import { readLabels } from '../../judge/index.js';
import { diversify, EncoderRetriever, foldQueries, searchAllowed } from '../../retriever/index.js';
import { readStageMarkers, RunFolder } from '../../runs/run-folder.js';
import { guardOf } from '../data/data-sets.js';
import { labelledQueries } from '../labels/labelled-queries.js';
import { runPipeline } from '../pipeline.js';
import { planRun, planText } from '../plan.js';
import { attempt, stageByStage } from '../testing/tiny-run.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';
import type { RetrievedRecord } from './retrieved-file.js';

const arms = (name: string) => `arms=[{name: a, train: ${name}, test: ${name}}]`;
const three = 'retriever.crossFit=3';

let folder: string;
let file: string;
let root: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = await writeTinyTask(folder);
  root = join(folder, 'run');
});

const at = (...parts: string[]) => join(root, ...parts);
const lines = <T>(...parts: string[]) => readJsonlAll<T>(at(...parts));
const text = (of: string, ...parts: string[]) => readFile(join(of, ...parts), 'utf8');
const retrieve = (set: string[], to = root) => attempt(to, { file, set, until: 'retriever' });

async function dataOf() {
  const [train, test] = [await lines<Problem>('data', 'train.jsonl'), await lines<Problem>('data', 'test.jsonl')];
  const corpus = await lines<Trace>('data', 'corpus.jsonl');
  const excludeLists = new Map<string, ReadonlySet<string>>();
  return { train, test, corpus, excludeLists, guard: guardOf({ train, test, excludeLists }), fingerprint: '' };
}

describe('a cross-fitted encoder', () => {
  it.each([
    ['nearest', []],
    ['varied', ['retrievers.learned.diversity=vectors', 'retrievers.learned.lambda=0.3']],
  ])(
    'searches for each problem with the one that has not seen its labels, for others with the whole one: %s',
    async (_, differ) => {
      const set = [arms('learned'), three, ...differ];
      const diversity = differ.length > 0 ? { lambda: 0.3 } : undefined;
      const ran = await retrieve(set);
      const folds = [1, 2, 3].map((fold) => `retriever-learned.fold-${fold}`);
      expect(ran.filter((stage) => stage.startsWith('retriever-'))).toEqual(['retriever-learned', ...folds]);
      const data = await dataOf();
      const config = resolveConfig({ file, set });
      const parts = labelledQueries(config, data, await readLabels(at('labels.jsonl')));
      const { parts_F, foldOf } = foldQueries(parts, 3, config.seed);
      // What each was trained on has no query of the problems that it searches for, nor of their texts.
      const events = await lines<{ kind: string; fold?: number; train: number }>('events.jsonl');
      const trained = events.filter(({ kind, fold }) => kind === 'retriever-data' && fold !== undefined);
      expect(trained.map(({ fold, train }) => [fold, train])).toEqual(
        parts_F.map(({ train }, i) => [i + 1, train.length]),
      );
      for (const [fold, { train, validation }] of parts_F.entries())
        for (const { query } of [...train, ...validation]) expect(foldOf(query)).not.toBe(fold);

      const open = (name: string) => EncoderRetriever.open(at('retriever', name), at('index', name), data.corpus);
      const encoders = [await open('learned')];
      for (const fold of [1, 2, 3]) encoders.push(await open(join('learned.folds', String(fold))));
      expect(new Set(encoders.map(({ header }) => header.encoderHash)).size).toBe(4);
      const found = new Map(
        (await lines<RetrievedRecord>('retrieved', 'learned.jsonl')).map((one) => [one.problemId, one]),
      );
      const used = new Set<number>();
      for (const problem of [...data.train, ...data.test]) {
        const isTest = data.test.includes(problem);
        const fold = isTest ? undefined : foldOf(problem);
        used.add(fold ?? -1);
        const may = isTest ? data.guard.mayShow.bind(data.guard) : data.guard.mayTeach.bind(data.guard);
        const encoder = encoders[fold === undefined ? 0 : fold + 1]!;
        const hits_Q = await searchAllowed(encoder, [problem], diversity ? 50 : 5, may);
        const [hits] = diversity ? await diversify(encoder, [problem], hits_Q, 5, diversity) : hits_Q;
        expect(found.get(problem.id)?.hits.map(({ traceId }) => traceId)).toEqual(hits!.map(({ trace }) => trace.id));
      }
      expect(used).toEqual(new Set([-1, 0, 1, 2]));
      for (const encoder of encoders) await encoder.dispose();
      // Those of the folds are not among the encoders that others may take.
      const names = (await readdir(at('retriever'))).filter((name) =>
        existsSync(at('retriever', name, 'retriever.json')),
      );
      expect(names.filter((name) => name.startsWith('learned'))).toEqual(['learned']);
    },
    240_000,
  );

  it('is the same for the test, and off leaves nothing behind', async () => {
    await retrieve([arms('learned')]);
    expect(existsSync(at('retriever', 'learned.folds'))).toBe(false);
    const crossed = join(folder, 'crossed');
    await retrieve([arms('learned'), three], crossed);
    const encoder = ['retriever', 'learned', 'model.safetensors'];
    expect(await text(crossed, ...encoder)).toBe(await text(root, ...encoder));
    const judged = ['retrieved', 'labelled-test', 'learned.jsonl'];
    expect(await text(crossed, ...judged)).toBe(await text(root, ...judged));
    const hits = async (of: string, set: string) =>
      (await readJsonlAll<RetrievedRecord>(join(of, 'retrieved', 'learned.jsonl'))).filter((one) => one.set === set);
    expect(await hits(crossed, 'test')).toEqual(await hits(root, 'test'));
    expect(await hits(crossed, 'train')).not.toEqual(await hits(root, 'train'));
    // What the one encoder finds for the training problems, to compare with.
    const without = await readJsonlAll<RetrievedRecord>(
      join(crossed, 'retrieved', 'without-cross-fit', 'learned.jsonl'),
    );
    expect(without.map((one) => one.hits[0])).toEqual((await hits(root, 'train')).map((one) => one.hits[0]));
  }, 240_000);
});

describe('a run with folds', () => {
  it('killed after every stage equals one that was never killed', async () => {
    const options = { file, set: [arms('learned'), three, 'warmup.traces={learned: 1}', 'warmup.steps=3'] };
    await attempt(root, options);
    const killed = join(folder, 'killed');
    await stageByStage(killed, options);
    for (const name of ['metrics.jsonl', 'retrieved/learned.jsonl', 'retriever/learned.folds/2/model.safetensors'])
      expect(await text(killed, name)).toBe(await text(root, name));
    const rows = await lines<{ arm: string }>('metrics.jsonl');
    const names = [...new Set(rows.map(({ arm }) => arm))];
    expect(names.filter((name) => name.startsWith('retriever'))).toEqual([
      'retriever',
      ...[1, 2, 3].map((fold) => `retriever/learned.fold-${fold}`),
    ]);
    const { trainingTraces } = JSON.parse(await text(root, 'summary.json')) as Summary;
    expect(trainingTraces).toMatchObject([
      { name: 'learned', crossFit: 3, n: { train: expect.any(Number) as number } },
    ]);
    expect(Object.keys(trainingTraces![0]!.right)).toEqual(['train', 'withoutCrossFit', 'test']);
    const events = await lines<{ kind: string; retrievers: unknown }>('events.jsonl');
    expect(events.filter(({ kind }) => kind === 'training-traces').map((one) => one.retrievers)).toEqual([
      trainingTraces,
    ]);
  }, 400_000);

  it('goes on within the training of a fold, and ends with the same bytes', async () => {
    const set = [arms('learned'), three];
    await retrieve(set);
    const killed = join(folder, 'killed');
    const config = resolveConfig({ file, set });
    const run = await RunFolder.open(killed, { values: config, yaml: configToYaml(config) });
    const metrics = run.metrics.bind(run);
    run.metrics = (...rows) => {
      if (rows.some(({ arm, step }) => arm === 'retriever/learned.fold-2' && step > 7)) throw new Error('killed');
      return metrics(...rows);
    };
    const attempted = runPipeline(config, run, { openEngine: openFakeEngine, until: 'retriever' });
    await expect(attempted).rejects.toThrow('killed');
    await run.close();
    const { begun } = await planRun(config, killed, 'retriever', { kept: true });
    expect(begun).toEqual({ 'retriever-learned.fold-2': 6 });
    const ran = await retrieve(set, killed);
    expect(ran[0]).toBe('retriever-learned.fold-2');
    const events = await readJsonlAll<{ kind: string; fold?: number; step: number }>(join(killed, 'events.jsonl'));
    expect(events.find(({ kind }) => kind === 'training-resumed')).toMatchObject({ fold: 2, step: 6 });
    for (const name of ['metrics.jsonl', 'retrieved/learned.jsonl', 'retriever/learned.folds/2/model.safetensors'])
      expect(await text(killed, name)).toBe(await text(root, name));
  }, 240_000);

  it('goes on with other folds where that is allowed; encoder and labels stay', async () => {
    await retrieve([arms('learned')]);
    await expect(retrieve([arms('learned'), three])).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringMatching(/retrieved-learned.*crossFit/s) as string,
    });
    const again = await attempt(root, { file, set: [arms('learned'), three], until: 'retriever', again: true });
    expect(again).not.toContain('labels');
    expect(again).not.toContain('retriever-learned');
    expect(again).toEqual(expect.arrayContaining(['retriever-learned.fold-3', 'retrieved-learned']));
    expect(await retrieve([arms('learned'), three])).toEqual([]);
  }, 240_000);

  it('leaves the warm-up the encoder of all labels where that is asked for', async () => {
    const warm = ['warmup.traces={learned: 1}', 'warmup.steps=3'];
    const trusting = [...warm, three, 'warmup.crossFit=false'];
    await attempt(root, { file, set: [arms('learned'), ...trusting] });
    const plain = join(folder, 'plain');
    await attempt(plain, { file, set: [arms('learned'), ...warm] });
    // The examples that it shows are among what the stage is known by.
    const marker = async (of: string) =>
      (JSON.parse(await text(of, 'stages', 'warmup-start.json')) as { inputs: string }).inputs;
    expect(await marker(root)).toBe(await marker(plain));
    const hits = async (...of: string[]) =>
      (await readJsonlAll<RetrievedRecord>(join(...of))).filter(({ set }) => set === 'train');
    const whole = await hits(root, 'retrieved', 'without-cross-fit', 'learned.jsonl');
    expect(whole).toEqual(await hits(plain, 'retrieved', 'learned.jsonl'));
    expect(whole).not.toEqual(await hits(root, 'retrieved', 'learned.jsonl'));
    // Otherwise it is another warm-up, of another search.
    const other = [arms('learned'), ...warm, three];
    await expect(attempt(root, { file, set: other })).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringMatching(/retrieved-learned\.without-cross-fit; warmup: .*crossFit/) as string,
    });
    const again = await attempt(root, { file, set: other, again: true });
    expect(again).toEqual(['retrieved-learned.without-cross-fit', 'warmup-start', 'train-a']);
    // Folds that come later leave it as it is, and the run is whole.
    const later = await attempt(plain, { file, set: [arms('learned'), ...trusting], again: true });
    expect(later).toContain('train-a');
    expect(later).not.toContain('warmup-start');
    expect((await readStageMarkers(plain)).filter(({ mayRunAgain }) => mayRunAgain)).toEqual([]);
    const tested = ['arms=[{name: a, train: bm25, test: learned}]', ...trusting];
    const ran = await attempt(join(folder, 'tested'), { file, set: tested, until: 'retriever' });
    expect(ran).toContain('retriever-learned');
    expect(ran.filter((stage) => stage.includes('fold'))).toEqual([]);
  }, 400_000);

  it('uses them behind a rerank, and none where training shows no trace of a trained encoder', async () => {
    const two = 'retrievers.two={kind: rerank, then: learned, candidates: 6}';
    expect(await retrieve([two, arms('two'), three])).toContain('retriever-learned.fold-1');
    const tested = await retrieve(['arms=[{name: a, train: bm25, test: learned}]', three], join(folder, 'tested'));
    expect(tested.filter((stage) => stage.includes('fold'))).toEqual([]);
  }, 240_000);

  it('is counted in the plan, and refused where labels are too few', async () => {
    const config = (...set: string[]) => resolveConfig({ file, set: [arms('learned'), ...set] });
    expect(planText(await planRun(config(three), root)).join('\n')).toContain('3 more encoders');
    expect(planText(await planRun(config(), root)).join('\n')).not.toContain('more encoders');
    await expect(retrieve([arms('learned'), 'retriever.crossFit=100'])).rejects.toMatchObject({
      code: 'data',
      message: expect.stringContaining('100 folds') as string,
    });
  }, 240_000);
});

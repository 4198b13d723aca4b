/** The promise of data/types.ts on the embedded world's data: nothing that trains or labels ever meets a trace of unseen rules. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { silent } from '../core/progress.js';
import { Rng } from '../core/rng.js';
import { RunFolder } from '../runs/run-folder.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { isUnseen, writeJsonl } from '../data/index.js';
import { judgeByTruth, type Label } from '../judge/index.js';
import {
  Bm25Retriever,
  createEncoder,
  draws,
  EncoderRetriever,
  makeBatch,
  OracleRetriever,
  RandomRetriever,
  SPEC_DEFAULTS,
  writeRetriever,
  type TraceRetriever,
} from '../retriever/index.js';
import { numericVerifier } from '../verify/index.js';
import { guardOf, type DataSets } from './data/data-sets.js';
import { makeData } from './data/make-data.js';
import { choosePairs } from './labels/label-stage.js';
import { labelledQueries } from './labels/labelled-queries.js';
import { runPipeline } from './pipeline.js';
import { searchInto, type RetrievedRecord } from './retrieve/retrieved-file.js';
import { openPrompts, type Prompts } from './session.js';
import { openFakeEngine, writeTinyTask } from './testing/tiny-task.js';
import { usableLabels } from './labels/usable-labels.js';
import { randomTraces } from './arms/warmup-contexts.js';

const config = resolveConfig({ preset: 'demo' });
const base = fileURLToPath(new URL('../../assets/base', import.meta.url));
const rng = Rng.fromSeed(1);
let data: DataSets;
let lengths: Prompts['lengths'];
let unseen: Set<string>;
beforeAll(async () => {
  const made = await makeData(config, numericVerifier, rng);
  ({ lengths } = await openPrompts(config));
  data = { ...made, guard: guardOf(made), fingerprint: '' };
  unseen = new Set(data.corpus.filter(isUnseen).map(({ id }) => id));
});

describe('the demo', () => {
  it('judges no pair with a trace of unseen rules', () => {
    const { queries } = choosePairs({ config, rng, lengths }, data);
    const candidates = queries.flatMap((query) => query.candidates);
    expect(unseen.size).toBeGreaterThan(50);
    expect(candidates.length).toBeGreaterThan(10_000);
    expect(candidates.filter(({ id }) => unseen.has(id))).toEqual([]);
  });

  it('warms no policy up on one', () => {
    const tracesOf = randomTraces(data, () => true);
    const shown = data.train.flatMap((problem, i) => tracesOf(problem, rng.fork(`context/${i}`), 2));
    expect(shown.length).toBe(2 * data.train.length);
    expect(shown.filter(({ id }) => unseen.has(id))).toEqual([]);
  });

  it('makes none a positive or a negative of the retriever, even where a labels file says so', () => {
    const labels = judgeByTruth(choosePairs({ config, rng, lengths }, data).queries);
    const forged = data.train.flatMap(({ id }): Label[] =>
      [...unseen]
        .slice(0, 2)
        .map((traceId) => ({ problemId: id, traceId, judge: 'person', key: `${id}${traceId}`, relevant: true })),
    );
    const judged = { problems: data.train, traces: data.corpus, guard: data.guard };
    const { labels: usable, leftOut } = usableLabels([...labels, ...forged], judged);
    expect(usable).toEqual(labels);
    expect([...leftOut]).toEqual([['the trace is of strategies that training never shows', forged.length]]);
    const { train, validation, test } = labelledQueries(config, data, [...labels, ...forged]);
    const positives = [...train, ...validation, ...test].flatMap((query) => query.positives);
    expect(positives.filter(({ id }) => unseen.has(id))).toEqual([]);
    const stream = draws(train, 48, rng);
    const batches = Array.from({ length: 50 }, () => makeBatch(stream.next().value, { inBatchPositives: 'mask' }));
    const drawn = batches.flatMap(({ documents }) => documents);
    expect(drawn.filter(({ id }) => unseen.has(id))).toEqual([]);
  });

  it('finds none for a training problem with any retriever, and finds them at the test', async () => {
    const folder = await temporaryFolder();
    const encoder = await createEncoder(base, {}, 1);
    await writeRetriever(join(folder, 'retriever'), { encoder, spec: SPEC_DEFAULTS }, base);
    const retrievers: TraceRetriever[] = [
      await EncoderRetriever.open(join(folder, 'retriever'), join(folder, 'index'), data.corpus, { threads: 1 }),
      new Bm25Retriever(data.corpus),
      new RandomRetriever(data.corpus, 1),
      new OracleRetriever(data.corpus, 1),
    ];
    for (const retriever of retrievers) {
      const file = join(folder, `${retriever.name}.jsonl`);
      const target = { file, inputs: 'inputs', guard: data.guard, progress: silent };
      await searchInto(target, retriever, { train: data.train, test: data.test });
      await retriever.dispose();
      const records = await readJsonlAll<RetrievedRecord>(file);
      const found = (set: string) =>
        records.filter((r) => r.set === set).flatMap(({ hits }) => hits.filter(({ traceId }) => unseen.has(traceId)));
      expect(found('train'), retriever.name).toEqual([]);
      expect(found('test').length, retriever.name).toBeGreaterThan(50);
    }
  });
});

describe('a run on files with traces and problems of the unseen split', () => {
  it('shows none in any training prompt of any arm, and shows them at the test', async () => {
    const folder = await temporaryFolder();
    const contexts = ['learned', 'bm25', 'random', 'oracle'] as const;
    const arms = contexts.map((name) => ({ name, train: name, test: name }));
    const file = await writeTinyTask(folder, { arms });
    const mark = async (name: string, unseenLine: (i: number) => boolean) => {
      const lines = await readJsonlAll<object>(join(folder, name));
      await writeJsonl(
        join(folder, name),
        lines.map((line, i) => ({ ...line, split: unseenLine(i) ? 'unseen' : 'seen' })),
      );
    };
    await mark('corpus.jsonl', (i) => i % 2 === 0);
    await mark('problems.jsonl', (i) => i % 5 === 0);
    const settings = resolveConfig({ file });
    const root = join(folder, 'run');
    const run = await RunFolder.open(root, { values: settings, yaml: configToYaml(settings) });
    try {
      await runPipeline(settings, run, { openEngine: openFakeEngine });
    } finally {
      await run.close();
    }
    const corpus = await readJsonlAll<{ id: string; split: string }>(run.paths.corpus);
    const hidden = new Set(corpus.filter(isUnseen).map(({ id }) => id));
    const train = await readJsonlAll<{ split: string }>(run.paths.problems('train'));
    expect(train.filter(isUnseen)).toEqual([]);
    expect(await readFile(run.paths.leftOut, 'utf8')).toContain('is of the unseen split');
    expect((await readJsonlAll<Label>(run.paths.labels)).filter(({ traceId }) => hidden.has(traceId))).toEqual([]);
    for (const { name } of arms) {
      const traceIds = async (folderOf: string, files: string[]) => {
        const lines = await Promise.all(files.map((one) => readJsonlAll<{ traceIds: string[] }>(join(folderOf, one))));
        return lines.flat().map(({ traceIds }) => traceIds[0] ?? 'none');
      };
      const rollouts = join(root, 'rollouts', name);
      const trained = await traceIds(rollouts, await readdir(rollouts));
      expect(trained.length, name).toBe(4 * 6);
      expect(
        trained.filter((id) => hidden.has(id) || id === 'none'),
        name,
      ).toEqual([]);
      const tested = await traceIds(join(root, 'eval', name), ['000004.jsonl']);
      expect(tested.filter((id) => hidden.has(id)).length, name).toBeGreaterThan(0);
    }
    // A hit that a person adds to the file is held against the same rule.
    const random = run.paths.retrieved('random');
    const [first, ...rest] = await readJsonlAll<RetrievedRecord>(random);
    const forged = { ...first!, hits: [{ traceId: [...hidden][0]!, score: 1 }] };
    await writeFile(random, [forged, ...rest].map((line) => `${JSON.stringify(line)}\n`).join(''));
    const again = await RunFolder.open(root, { values: settings, yaml: configToYaml(settings) });
    try {
      await expect(runPipeline(settings, again, { openEngine: openFakeEngine })).rejects.toMatchObject({
        code: 'data',
        where: `${random}:1`,
      });
    } finally {
      await again.close();
    }
  });
});

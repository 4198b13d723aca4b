/** Every retriever of a run, before and after training, on queries that chose nothing: Table 3 of the paper. Reads the run, writes nothing into it. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig, type Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { silent, type Progress } from '../../core/progress.js';
import { Rng } from '../../core/rng.js';
import { defaultSplit, readExcludeLists, type Problem, type Trace } from '../../data/index.js';
import { RANKS, retrievalScore, type RetrievalScore } from '../../eval/index.js';
import { readLabels } from '../../judge/index.js';
import { Tokenizer } from '../../models/index.js';
import {
  EncoderRetriever,
  gradeRanking,
  relevanceFromTruth,
  searchAllowed,
  writeRetriever,
  type TraceRetriever,
} from '../../retriever/index.js';
import { runPaths, type RunPaths } from '../../runs/run-paths.js';
import { guardOf, type DataSets } from '../data/data-sets.js';
import { labelledQueries, type LabelledQueries } from '../labels/labelled-queries.js';
import { labelGuard } from '../labels/label-stage.js';
import { usableLabels } from '../labels/usable-labels.js';
import { modelFolderOf } from '../session.js';
import { withAttempts } from './attempts-stage.js';
import { tellCut } from './cut-texts.js';
import { encodersBehind, type RetrieverName } from './contexts.js';
import { encoderPlanOf, untrainedEncoder } from './encoder-training.js';
import { indexServerOf, openNamed } from './open-named.js';
import { labelledTestSplit } from './retrieval-grades.js';

export interface RetrieverRow {
  /** Name in the map; `NAME, untrained` is an encoder before its training. */
  name: string;
  split: string;
  score: RetrievalScore;
}

export interface RunGrades {
  rows: RetrieverRow[];
  /** Retrievers of the map that could not be graded, and why. */
  leftOut: { name: string; why: string }[];
}

/** Hits that are looked at: ranks below count nothing in MRR. */
export const DEPTH = 100;

/** Throws `run-folder` where the folder has no data, or nothing in it can grade. */
export async function gradeRun(root: string, { progress = silent }: { progress?: Progress } = {}): Promise<RunGrades> {
  const paths = runPaths(root);
  const config = resolveConfig({ file: paths.config });
  const data = await withAttempts(await readData(paths), root);
  const queries = await readQueries(paths, config, data);
  const scratch = await mkdtemp(join(tmpdir(), 'ra-rft-grades-'));
  const grader = { config, data, queries, progress };
  const rows: RetrieverRow[] = [];
  const leftOut: RunGrades['leftOut'] = [];
  try {
    for (const [name, entry] of Object.entries(config.retrievers)) {
      const missing = encodersBehind(config, name).find(
        (of) => !existsSync(join(paths.retriever(of), 'retriever.json')),
      );
      const unasked = entry.kind === 'embeddings' && !existsSync(paths.retrieved(name));
      if (missing !== undefined || unasked) {
        const why = unasked
          ? 'no search of this run has asked its server'
          : `the run has not made the encoder ${missing}`;
        leftOut.push({ name, why });
        continue;
      }
      if (entry.kind === 'encoder' && entry.trained) {
        const folder = join(scratch, name);
        const opening = openUntrained(config, paths, name, folder, data.corpus);
        rows.push(...(await gradeOne(`${name}, untrained`, opening, grader)));
      }
      const openEncoder = (of: RetrieverName) =>
        EncoderRetriever.open(paths.retriever(of), paths.index(of), data.corpus, {
          progress,
          server: indexServerOf(config, of),
        });
      const opening = openNamed(name, { config, corpus: data.corpus, openEncoder, root, progress });
      rows.push(...(await gradeOne(name, opening, grader)));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  if (rows.length === 0) {
    throw new RaRftError({
      code: 'run-folder',
      message: 'nothing in the run can grade a retriever',
      where: root,
      expected: 'labelled queries that are kept apart (retriever.testShare), or test problems with a truth',
    });
  }
  return { rows, leftOut };
}

interface Grader {
  config: Config;
  data: DataSets;
  queries: LabelledQueries | undefined;
  progress: Progress;
}

/** A row for each set of queries that can grade; the retriever is disposed of. */
async function gradeOne(name: string, opening: Promise<TraceRetriever>, grader: Grader): Promise<RetrieverRow[]> {
  const { config, data, queries, progress } = grader;
  const retriever = await opening;
  try {
    progress.line(`grading ${name}`);
    const row = (split: string, values: Parameters<typeof retrievalScore>[0]): RetrieverRow[] => {
      const rng = Rng.fromSeed(config.seed).fork('retriever-grades').fork(split);
      const score = retrievalScore(values, { resamples: config.eval.bootstrapSamples, rng });
      return score ? [{ name, split, score }] : [];
    };
    const rows = queries ? row(labelledTestSplit, await byLabels(retriever, queries, data.corpus)) : [];
    const graded = data.test.filter(({ truth }) => truth !== undefined);
    for (const split of new Set(graded.map((problem) => problem.split ?? defaultSplit))) {
      const problems = graded.filter((problem) => (problem.split ?? defaultSplit) === split);
      rows.push(...row(split, await byTruth(retriever, problems, data)));
    }
    tellCut(name, retriever, progress);
    return rows;
  } finally {
    await retriever.dispose();
  }
}

/** The labelled queries of the test part, among the traces that were judged for them. */
async function byLabels(retriever: TraceRetriever, { test, judged }: LabelledQueries, corpus: readonly Trace[]) {
  const queries = test.map(({ query }) => query);
  const onlyIds_Q = queries.map(({ id }) => judged.get(id) ?? new Set<string>());
  const hits_Q = await retriever.search(queries, { k: DEPTH, onlyIds_Q });
  const positives = new Map(test.map((one) => [one.query.id, new Set(one.positives.map(({ id }) => id))]));
  return gradeRanking(queries, hits_Q, ({ id }, trace) => (positives.get(id)?.has(trace.id) ? 1 : 0), {
    ks: RANKS,
    candidates: ({ id }) => corpus.filter((trace) => judged.get(id)?.has(trace.id)),
  });
}

async function byTruth(retriever: TraceRetriever, problems: readonly Problem[], { corpus, guard }: DataSets) {
  const hits_Q = await searchAllowed(retriever, problems, DEPTH, guard.mayShow.bind(guard));
  const candidates = (query: { id: string }) => {
    const problem = problems.find(({ id }) => id === query.id)!;
    return corpus.filter((trace) => guard.mayShow(problem, trace));
  };
  return gradeRanking(problems, hits_Q, relevanceFromTruth, { ks: RANKS, candidates });
}

async function readData(paths: RunPaths): Promise<DataSets> {
  for (const file of [paths.config, paths.problems('train'), paths.problems('test'), paths.corpus]) {
    if (existsSync(file)) continue;
    const expected = 'a run folder with config.yaml and data/';
    throw new RaRftError({ code: 'run-folder', message: `there is no ${file}`, where: file, expected });
  }
  const train = await readJsonlAll<Problem>(paths.problems('train'));
  const test = await readJsonlAll<Problem>(paths.problems('test'));
  const corpus = await readJsonlAll<Trace>(paths.corpus);
  const excludeLists = existsSync(paths.excludeLists) ? await readExcludeLists(paths.excludeLists) : new Map();
  return { train, test, corpus, excludeLists, guard: guardOf({ train, test, excludeLists }), fingerprint: '' };
}

async function readQueries(paths: RunPaths, config: Config, data: DataSets): Promise<LabelledQueries | undefined> {
  if (!existsSync(paths.labels)) return undefined;
  const facts = { problems: data.train, traces: data.corpus, guard: labelGuard(config, data) };
  const { labels } = usableLabels(await readLabels(paths.labels), facts);
  const queries = labelledQueries(config, data, labels);
  return queries.test.length > 0 ? queries : undefined;
}

/** An encoder as it stood before its training: it follows from the model and the seed. */
async function openUntrained(
  config: Config,
  paths: RunPaths,
  name: RetrieverName,
  folder: string,
  corpus: readonly Trace[],
): Promise<TraceRetriever> {
  const entry = config.retrievers[name]!;
  if (entry.kind !== 'encoder') throw new RaRftError({ code: 'internal', message: `${name} is no encoder` });
  const warm = join(paths.policies('warmup'), 'final');
  const warmed = config.labels.policy === 'warmup' && existsSync(warm);
  const isWhole = warmed && existsSync(join(warm, 'config.json'));
  const model = isWhole ? warm : modelFolderOf(config);
  const base = { folder: model, ...(warmed && !isWhole && { adapter: warm }) };
  const tokenizer = await Tokenizer.load(model);
  const made = await untrainedEncoder(encoderPlanOf(config, entry, { ...base, tokenizer }));
  await writeRetriever(join(folder, 'encoder'), made, made.tokenizerFrom ?? modelFolderOf(config));
  return EncoderRetriever.open(join(folder, 'encoder'), join(folder, 'index'), corpus);
}

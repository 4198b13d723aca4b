/** Every retriever of a run, before and after training, on queries that chose nothing: Table 3 of the paper. Reads the run, writes nothing into it. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { silent, type Progress } from '../../core/progress.js';
import { Rng } from '../../core/rng.js';
import { defaultSplit, type Problem, type Trace } from '../../data/index.js';
import { RANKS, retrievalScore, type RetrievalScore } from '../../eval/index.js';
import { readLabels } from '../../judge/index.js';
import { gradeRanking, relevanceFromTruth, searchAllowed, type TraceRetriever } from '../../retriever/index.js';
import { runPaths, type RunPaths } from '../../runs/run-paths.js';
import type { DataSets } from '../data/data-sets.js';
import { labelledQueries, type LabelledQueries } from '../labels/labelled-queries.js';
import { labelGuard } from '../labels/label-stage.js';
import { usableLabels } from '../labels/usable-labels.js';
import { tellCut } from './cut-texts.js';
import { labelledTestSplit } from './retrieval-grades.js';
import { readRunRetrievers } from './run-retrievers.js';

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
  const { config, data, retrievers, leftOut } = await readRunRetrievers(root, { progress });
  const queries = await readQueries(runPaths(root), config, data);
  const scratch = await mkdtemp(join(tmpdir(), 'ra-rft-grades-'));
  const grader = { config, data, queries, progress };
  const rows: RetrieverRow[] = [];
  try {
    for (const { name, open } of retrievers)
      rows.push(...(await gradeOne(name, open(await mkdtemp(join(scratch, 'one-'))), grader)));
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

async function readQueries(paths: RunPaths, config: Config, data: DataSets): Promise<LabelledQueries | undefined> {
  if (!existsSync(paths.labels)) return undefined;
  const facts = { problems: data.train, traces: data.corpus, guard: labelGuard(config, data) };
  const { labels } = usableLabels(await readLabels(paths.labels), facts);
  const queries = labelledQueries(config, data, labels);
  return queries.test.length > 0 ? queries : undefined;
}

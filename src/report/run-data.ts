/** Everything a report is made of, read from the files of a run folder. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { readJsonlAll, readJsonlSoFar } from '../core/jsonl.js';
import { runPaths } from '../runs/run-paths.js';
import { readStageSeconds, type MetricsRow } from '../runs/run-folder.js';
import { warningsAmong, type RunWarning } from '../runs/warnings.js';
import type { Problem, Trace } from '../data/index.js';
import { traceFacts, type EvalRecord, type Summary } from '../eval/index.js';
import type { Label } from '../judge/index.js';
import type { Evaluation } from './evaluation.js';
import { armsOf, summaryOfUnfinished, type RunState } from './unfinished.js';

/** Hits of a problem, best first. */
export type Hits = readonly { traceId: string; score: number }[];

export interface RunData {
  name: string;
  /** config.yaml as it stands. */
  configText: string;
  summary: Summary;
  /** How far a run has come that has no summary yet; undefined for one that has ended. */
  unfinished?: RunState;
  /** Arms in the order of the summary, steps ascending. */
  evaluations: Evaluation[];
  metrics: MetricsRow[];
  labels: Label[];
  train: Problem[];
  test: Problem[];
  corpus: Trace[];
  /** Retriever -> problem id -> hits. */
  retrieved: ReadonlyMap<string, ReadonlyMap<string, Hits>>;
  /** What the run warned of. */
  warnings: RunWarning[];
}

/**
 * Reads a run folder. Parts that a run does not have (labels, retrieved traces) are empty; one without a summary yet gets that
 * of its newest evaluations. Throws `run-folder` where the folder is no run.
 */
export async function readRunData(root: string): Promise<RunData> {
  const paths = runPaths(root);
  const configText = await readIfThere(paths.config);
  if (configText === undefined) throw noRun(root, 'there is no run in this folder', 'a folder made by `ra-rft run`');
  const summaryText = await readIfThere(paths.summary);
  const kept = summaryText === undefined ? undefined : (JSON.parse(summaryText) as Summary);
  const arms = kept
    ? [...new Set(kept.arms.map((a) => a.name))]
    : armsOf(configText, await namesIn(join(root, 'eval')));
  const evaluations = await readEvaluations(root, arms);
  const metrics = await readLines<MetricsRow>(paths.metrics);
  const seconds = await readStageSeconds(root);
  const test = await readLines<Problem>(paths.problems('test'));
  const corpus = await readLines<Trace>(paths.corpus);
  const { summary, unfinished } = kept
    ? { summary: kept, unfinished: undefined }
    : summaryOfUnfinished({ configText, evaluations, metrics, seconds, facts: traceFacts(test, corpus) });
  return {
    name: basename(resolve(root)),
    configText,
    summary,
    ...(unfinished && { unfinished }),
    evaluations,
    metrics,
    labels: await readLines<Label>(paths.labels),
    train: await readLines<Problem>(paths.problems('train')),
    test,
    corpus,
    retrieved: await readRetrieved(root),
    warnings: warningsAmong(await readLines<{ kind: string }>(paths.events)),
  };
}

async function readEvaluations(root: string, arms: readonly string[]): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const arm of arms) {
    const folder = join(root, 'eval', arm);
    for (const file of (await namesIn(folder)).filter((name) => /^\d+\.jsonl$/.test(name)).toSorted()) {
      const records = await readJsonlSoFar<EvalRecord>(join(folder, file));
      evaluations.push({ arm, step: Number.parseInt(file, 10), records });
    }
  }
  return evaluations;
}

async function readRetrieved(root: string): Promise<Map<string, Map<string, Hits>>> {
  const folder = join(root, 'retrieved');
  const retrieved = new Map<string, Map<string, Hits>>();
  for (const file of (await namesIn(folder)).filter((name) => name.endsWith('.jsonl')).toSorted()) {
    const records = await readJsonlAll<{ problemId: string; hits: Hits }>(join(folder, file));
    retrieved.set(basename(file, '.jsonl'), new Map(records.map((r) => [r.problemId, r.hits])));
  }
  return retrieved;
}

async function readLines<T>(path: string): Promise<T[]> {
  return (await readIfThere(path)) === undefined ? [] : readJsonlSoFar<T>(path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ifMissing(undefined));
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(ifMissing([]));
}

function ifMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}

function noRun(where: string, message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'run-folder', message, where, expected });
}

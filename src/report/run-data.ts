/** Everything a report is made of, read from the files of a run folder. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { readJsonlAll, readJsonlSoFar } from '../core/jsonl.js';
import { runPaths } from '../runs/run-paths.js';
import { exists } from '../core/missing.js';
import { readStageMarkers } from '../runs/run-folder.js';
import type { MetricsRow } from '../runs/metrics-row.js';
import { warningsAmong, type RunWarning } from '../runs/warnings.js';
import { readExcludeLists, TraceGuard, type Problem, type Trace } from '../data/index.js';
import {
  evaluatedProblems,
  summaryDraws,
  traceFacts,
  type DrawsOf,
  type EvalRecord,
  type Summary,
} from '../eval/index.js';
import type { Label } from '../judge/index.js';
import type { Evaluation } from './evaluation.js';
import { gradedRetrievers, type Hits, type RunTraces } from './first-traces.js';
import { keptConfig, type KeptConfig } from './kept-config.js';
import { hasEnded, runState, type PartEvaluation, type RunState, type StateInputs } from './run-state.js';
import { countRolloutTokens, type StepEvent } from './rollout-tokens.js';
import { readTrainingExample, type TrainingExample } from './training-example.js';
import { armsOf, summaryOfUnfinished } from './unfinished.js';

export interface RunData extends RunTraces {
  name: string;
  /** config.yaml as it stands, and what of it is used. */
  configText: string;
  config: KeptConfig;
  summary: Summary;
  /** summary.json as it was found. */
  kept: KeptSummary | undefined;
  /** The draws behind the summary's intervals. */
  drawsOf: DrawsOf;
  /** How far a run has come that has not ended, or that grew since; undefined for one that has ended. */
  unfinished?: RunState;
  /** Whole evaluations: arms in the order of the summary, steps ascending. */
  evaluations: Evaluation[];
  /** With each of the best traces alone. */
  oneByOne: Evaluation[];
  metrics: MetricsRow[];
  labels: Label[];
  train: Problem[];
  /** Training steps as they were timed, in the order of the attempts. */
  steps: StepEvent[];
  /** Tokens of the training rollouts of each arm; none where they are too many to be counted for a report. */
  rolloutTokens: ReadonlyMap<string, number>;
  /** A prompt of the training, where rollouts of the compared arm are there. */
  trainingExample: TrainingExample | undefined;
  /** What the run warned of. */
  warnings: RunWarning[];
}

/**
 * Reads a run folder. Parts that a run does not have (labels, retrieved traces) are empty; one that has not ended, or grew since,
 * gets a summary of its newest evaluations. Throws `run-folder` where the folder is no run.
 */
export async function readRunData(root: string): Promise<RunData> {
  const paths = runPaths(root);
  const configText = await readIfThere(paths.config);
  if (configText === undefined) throw noRun(root, 'there is no run in this folder', 'a folder made by `ra-rft run`');
  const config = keptConfig(configText);
  const kept = await readSummary(root);
  const test = await readLines<Problem>(paths.problems('test'));
  const train = await readLines<Problem>(paths.problems('train'));
  const corpus = await readLines<Trace>(paths.corpus);
  const told = (kept?.arms ?? []).map((arm) => arm.name);
  const arms = [...new Set([...told, ...armsOf(config, await namesIn(join(root, 'eval')))])];
  const all = await readEvaluations(root, arms, /^(\d+)\.jsonl$/);
  const wanted = (step: number) =>
    evaluatedProblems(test, step, { eval: config.eval, rl: { steps: config.rl.steps ?? step } }).length;
  const { whole, parts } = partedByWhole(all, wanted);
  const metrics = await readLines<MetricsRow>(paths.metrics);
  const events = await readLines<StepEvent & { stage?: string }>(paths.events);
  const markers = await readStageMarkers(root);
  const state: StateInputs = {
    config,
    stages: markers.map(({ stage }) => stage),
    again: markers.filter(({ mayRunAgain }) => mayRunAgain === true).map(({ stage }) => stage),
    begun: begunStages(events),
    evaluations: whole,
    parts,
    metrics,
  };
  const draws = summaryDraws(
    test,
    whole.map(({ records }) => records),
    config,
  );
  const guard = await readGuard(root, [...train, ...test]);
  const retrieved = await readRetrieved(root);
  const oneByOne = await readEvaluations(root, arms, /^contexts-(\d+)\.jsonl$/);
  const ended = kept !== undefined && kept.unfinished === undefined && hasEnded(kept, state);
  const rest = {
    name: basename(resolve(root)),
    configText,
    config,
    kept,
    drawsOf: draws.drawsOf,
    oneByOne,
    metrics,
    labels: await readLines<Label>(paths.labels),
    train,
    test,
    corpus,
    guard,
    retrieved,
    steps: events.filter(({ kind }) => kind === 'step'),
    rolloutTokens: await countRolloutTokens(root),
    trainingExample: await readTrainingExample(root, config),
    warnings: warningsAmong(events),
  };
  if (ended) return { ...rest, summary: kept, evaluations: whole.filter(({ arm }) => told.includes(arm)) };
  const { summary, comparedAt } = summaryOfUnfinished({
    config,
    evaluations: whole,
    greedy: partedByWhole(await readEvaluations(root, arms, /^greedy-(\d+)\.jsonl$/), wanted).whole,
    oneByOne: partedByWhole(oneByOne, (step) => config.eval.contexts * wanted(step)).whole,
    retrievers: gradedRetrievers({ test, corpus, guard, retrieved }),
    draws,
    seconds: Object.fromEntries(markers.map(({ stage, seconds }) => [stage, seconds])),
    facts: traceFacts(test, corpus),
    before: kept,
  });
  return { ...rest, summary, unfinished: runState(state, comparedAt), evaluations: whole };
}

/** A summary as it stands on disk: of a run that has not ended, a report has written how far it was then. */
export type KeptSummary = Summary & { unfinished?: RunState };

export async function readSummary(root: string): Promise<KeptSummary | undefined> {
  const text = await readIfThere(runPaths(root).summary);
  return text === undefined ? undefined : (JSON.parse(text) as KeptSummary);
}

/** Stages that began and have not ended since. */
function begunStages(events: readonly { kind: string; stage?: string }[]): string[] {
  const open = new Set<string>();
  for (const { kind, stage } of events) {
    if (stage === undefined) continue;
    if (kind === 'stage-started') open.add(stage);
    else if (kind === 'stage-finished' || kind === 'stage-skipped') open.delete(stage);
  }
  return [...open];
}

/** Evaluations that hold all problems that are `wanted` at their step, and those that are still being sampled. */
function partedByWhole(
  evaluations: readonly Evaluation[],
  wanted: (step: number) => number,
): { whole: Evaluation[]; parts: PartEvaluation[] } {
  const isWhole = ({ step, records }: Evaluation) => records.length >= wanted(step);
  return {
    whole: evaluations.filter(isWhole),
    parts: evaluations
      .filter((one) => !isWhole(one))
      .map(({ arm, step, records }) => ({ arm, step, problems: records.length, of: wanted(step) })),
  };
}

/** The run's own rule of which trace may meet which problem. */
async function readGuard(root: string, problems: readonly Problem[]): Promise<TraceGuard> {
  const { excludeLists } = runPaths(root);
  const lists = (await exists(excludeLists)) ? await readExcludeLists(excludeLists) : new Map();
  return new TraceGuard(problems, { lists });
}

/** Evaluations in files of this form, whose step is its group; arms in their order, steps ascending. */
async function readEvaluations(root: string, arms: readonly string[], form: RegExp): Promise<Evaluation[]> {
  const evaluations: Evaluation[] = [];
  for (const arm of arms) {
    const folder = join(root, 'eval', arm);
    for (const file of (await namesIn(folder)).toSorted()) {
      const step = form.exec(file)?.[1];
      if (step === undefined) continue;
      const records = await readJsonlSoFar<EvalRecord>(join(folder, file));
      evaluations.push({ arm, step: Number(step), records });
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

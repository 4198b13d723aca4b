/** What one seed's run folder holds for the tables: averages of every finished arm, and the first hits of every retriever. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArmConfig, Config } from '../config/index.js';
import { ignoreMissing } from '../core/missing.js';
import { readJsonlAll } from '../core/jsonl.js';
import { readStageSeconds } from '../runs/run-folder.js';
import { runPaths } from '../runs/run-paths.js';
import type { Problem, Trace } from '../data/index.js';
import { averageAtK, firstHitsOf, isWhole, type EvalRecord, type Summary } from '../eval/index.js';
import { armStage, type RetrievedRecord } from '../pipeline/index.js';

/** One evaluation: for each split, each problem's average; undefined where not all its k samples were judged. */
export type Averages = ReadonlyMap<string, ReadonlyMap<string, number | undefined>>;

/** A finished arm: its evaluations by step. */
export interface ArmMeasures {
  name: string;
  evaluations: ReadonlyMap<number, Averages>;
}

export interface SeedMeasures {
  seed: number;
  arms: readonly ArmMeasures[];
  /** Retriever -> split -> problem -> 1 where its first hit has the problem's truth. Problems without any such trace are not in it. */
  firstHits: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, number>>>;
  /** The best traces one by one, where the run has come to its end and was asked for them. */
  oneByOne: NonNullable<Summary['oneByOne']>;
}

/** Arms of a run that have been evaluated to the end. */
export async function finishedArms(root: string, arms: readonly ArmConfig[]): Promise<ArmConfig[]> {
  const stages = await readStageSeconds(root);
  return arms.filter((arm) => Object.hasOwn(stages, armStage(arm)));
}

/** Reads run folders; keeps what it has read of finished arms, which do not change. */
export class MeasureReader {
  private readonly arms = new Map<string, ArmMeasures>();

  async read(root: string, config: Config): Promise<SeedMeasures> {
    const arms: ArmMeasures[] = [];
    for (const { name } of await finishedArms(root, config.arms)) {
      const kept = this.arms.get(join(root, name)) ?? (await readArm(root, name, config));
      this.arms.set(join(root, name), kept);
      arms.push(kept);
    }
    return { seed: config.seed, arms, firstHits: await readFirstHits(root), oneByOne: await readOneByOne(root) };
  }
}

async function readArm(root: string, name: string, { eval: { k }, rl: { steps } }: Config): Promise<ArmMeasures> {
  const evaluations = new Map<number, Averages>();
  for (let step = 0; step <= steps; step++) {
    const path = runPaths(root).evaluation(name, step);
    if (existsSync(path)) evaluations.set(step, averagesOf(await readJsonlAll<EvalRecord>(path), k));
  }
  return { name, evaluations };
}

/** Pure. */
export function averagesOf(records: readonly EvalRecord[], k: number): Averages {
  const splits = new Map<string, Map<string, number | undefined>>();
  for (const record of records) {
    const own = splits.get(record.split) ?? new Map<string, number | undefined>();
    splits.set(record.split, own);
    own.set(record.problemId, isWhole(record, k) ? averageAtK(record.samples) : undefined);
  }
  return splits;
}

async function readOneByOne(root: string): Promise<SeedMeasures['oneByOne']> {
  const text = await readFile(runPaths(root).summary, 'utf8').catch(ignoreMissing);
  return text === undefined ? [] : ((JSON.parse(text) as Summary).oneByOne ?? []);
}

async function readFirstHits(root: string): Promise<SeedMeasures['firstHits']> {
  const paths = runPaths(root);
  const files = ((await readdir(join(root, 'retrieved')).catch(ignoreMissing)) ?? []).filter((name) =>
    name.endsWith('.jsonl'),
  );
  const found = new Map<string, ReadonlyMap<string, ReadonlyMap<string, number>>>();
  if (files.length === 0) return found;
  const test = await readJsonlAll<Problem>(paths.problems('test'));
  const corpus = await readJsonlAll<Trace>(paths.corpus);
  for (const file of files.toSorted()) {
    const name = file.slice(0, -'.jsonl'.length);
    const records = await readJsonlAll<RetrievedRecord>(paths.retrieved(name));
    const firsts = new Map(
      records.filter(({ set }) => set === 'test').map(({ problemId, hits }) => [problemId, hits[0]?.traceId]),
    );
    found.set(name, firstHitsOf(test, corpus, firsts));
  }
  return found;
}

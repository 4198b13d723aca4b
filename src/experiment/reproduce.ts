/**
 * All tables and figures of the paper as one piece of work: a run for each seed, with all arms that the tables need, and the tables made
 * anew whenever an arm is done. It may be killed anywhere and started again, or be given a budget of time.
 */
import type { ArmConfig } from '../config/index.js';
import { errorFacts } from '../core/errors.js';
import { removeLeftoversOf } from '../core/files.js';
import { exists } from '../core/missing.js';
import { labelled, silent, type Progress } from '../core/progress.js';
import { readStageSeconds } from '../runs/run-folder.js';
import { forEachParallel } from '../core/slots.js';
import { durationText } from '../core/terminal-progress.js';
import { armStage, openRun, runPipeline, type ArmDecision, type OpenEngine } from '../pipeline/index.js';
import { contextsOf, neededArms, type Selection } from './matrix.js';
import { finishedArms } from './measures.js';
import type { ExperimentResults } from './results.js';
import { refuseOwnKeys, seedRuns, type SeedRun } from './seed-runs.js';
import { secondsLeft } from './time-left.js';
import { tableFiles, TableWriter, type TableSource } from './write.js';

export interface ReproduceOptions extends TableSource {
  selection: Selection;
  seeds: number;
  /** Seeds that run at the same time. Default: 1. */
  jobs?: number;
  /** No arm is begun later than this; the one that runs is finished. Default: no end. */
  budgetMs?: number;
  progress?: Progress;
  /** Told which seed and arm come next and how long the whole still takes. Default: a line of the progress. */
  onPosition?: (text: string) => void;
  /** Another engine than the local one. */
  openEngine?: OpenEngine;
  /** Clock in milliseconds: for the budget only. */
  now?: () => number;
}

/** An arm whose training diverged: its seed has no figures of it, and rows say how many seeds are behind them. */
export interface Failure {
  seed: number;
  arm: string;
  error: unknown;
}

export interface ReproduceOutcome {
  /** Of all arms that are done. */
  results: ExperimentResults;
  /** Arms of all asked-for seeds, and how many of them are done. */
  arms: number;
  done: number;
  failures: Failure[];
}

/** Runs what is missing, as far as the budget allows, and writes the tables. */
export async function reproduce(options: ReproduceOptions): Promise<ReproduceOutcome> {
  const {
    root,
    selection,
    seeds,
    base,
    jobs = 1,
    budgetMs = Infinity,
    progress = silent,
    now = () => performance.now(),
    onPosition = (text) => progress.line(text),
  } = options;
  refuseOwnKeys(base.set ?? []);
  const asked = neededArms(selection);
  // A table of which this version can run nothing needs no run.
  const runs = asked.length === 0 ? [] : await seedRuns(root, base, { seeds, asked, contexts: contextsOf(selection) });
  if (await exists(root)) for (const file of Object.values(tableFiles(root))) await removeLeftoversOf(file);
  const tables = new TableWriter(options);
  const begin = now();
  const spent = () => now() - begin >= budgetMs;
  const failures: Failure[] = [];
  let results = await tables.write();
  let stopped = false;
  const oneSeed = async (run: SeedRun): Promise<void> => {
    let done: number | undefined;
    let current: ArmConfig | undefined;
    const beforeArm = async (arm: ArmConfig): Promise<ArmDecision> => {
      current = undefined;
      const finished = await finishedArms(run.root, run.config.arms);
      if (done !== undefined && finished.length > done) results = await tables.write();
      done = finished.length;
      if (finished.some(({ name }) => name === arm.name)) return 'run'; // costs nothing
      const failed = failures.filter(({ seed }) => seed === run.seed).map((failure) => failure.arm);
      if (failed.includes(arm.name) || failed.includes(arm.policyOf ?? '')) return 'skip';
      if (stopped || spent()) return 'stop';
      onPosition(await positionText(runs, run, arm, jobs));
      current = arm;
      return 'run';
    };
    // An arm that diverges does so every time; the others are no worse for it. Each round leaves one more out.
    for (let again = true; again;) {
      const named = jobs > 1 ? labelled(progress, `seed ${run.seed} `) : progress;
      again = await runSeed(run, { ...options, progress: named }, beforeArm).then(
        () => false,
        (error: unknown) => {
          if (current === undefined || errorFacts(error).code !== 'not-finite') throw error;
          failures.push({ seed: run.seed, arm: current.name, error });
          return true;
        },
      );
    }
    results = await tables.write();
  };
  await forEachParallel(runs, jobs, async (run) => {
    if (stopped || spent()) return;
    // What one seed fails of may be the others' fault as well: they end at their next arm, and lose nothing.
    await oneSeed(run).catch((error: unknown) => {
      stopped = true;
      throw error;
    });
  });
  return { results, failures, ...(await countArms(runs)) };
}

async function runSeed(
  { root, config }: SeedRun,
  { progress, openEngine }: Pick<ReproduceOptions, 'progress' | 'openEngine'>,
  beforeArm: (arm: ArmConfig) => Promise<ArmDecision>,
): Promise<void> {
  const run = await openRun(root, config);
  try {
    await runPipeline(config, run, { beforeArm, ...(progress && { progress }), ...(openEngine && { openEngine }) });
  } finally {
    await run.close();
  }
}

/** Which arm of which seed comes now, and how long the whole still takes. */
async function positionText(
  runs: readonly SeedRun[],
  { seed, config }: SeedRun,
  arm: ArmConfig,
  jobs: number,
): Promise<string> {
  const times = [];
  for (const run of runs) times.push({ arms: run.config.arms, seconds: await readStageSeconds(run.root) });
  const left = secondsLeft(times);
  const total = runs.reduce((sum, run) => sum + run.config.arms.length, 0);
  const before = times.reduce(
    (sum, { arms, seconds }) => sum + arms.filter((one) => Object.hasOwn(seconds, armStage(one))).length,
    0,
  );
  const time =
    left === undefined
      ? 'time left not known yet'
      : `about ${durationText((1000 * left) / Math.min(jobs, runs.length))} left`;
  return `seed ${seed} of ${runs.length}, arm ${arm.name} (${config.arms.length} a seed): ${before} of ${total} arms done, ${time}`;
}

async function countArms(runs: readonly SeedRun[]): Promise<{ arms: number; done: number }> {
  let [arms, done] = [0, 0];
  for (const { root, config } of runs) {
    arms += config.arms.length;
    done += (await finishedArms(root, config.arms)).length;
  }
  return { arms, done };
}

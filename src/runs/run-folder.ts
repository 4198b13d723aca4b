/**
 * The folder of a run: its configuration, its lock, its stage markers and its two logs. A stage that is done is skipped
 * when the same run starts again; events.jsonl may hold wall-clock times, metrics.jsonl never does.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { atPlace, RaRftError } from '../core/errors.js';
import { isLeftover, removeLeftovers, writeFileAtomic, writeJsonAtomic } from '../core/files.js';
import { assertFinite } from '../core/finite.js';
import { hashJson } from '../core/hash.js';
import { cutJsonl, JsonlWriter, readJsonlSoFar, sortJsonl } from '../core/jsonl.js';
import { takeLock, type Lock } from '../core/run-lock.js';
import type { MetricsRow } from './metrics-row.js';
import { takeProgressTime } from './progress-file.js';
import { runPaths, type RunPaths } from './run-paths.js';
import { secondsBefore } from './stage-time.js';
import { ignoreMissing } from '../core/missing.js';

/** What a stage marker holds. `inputs` is the hash of everything that the stage's result depends on. */
export interface StageMarker {
  stage: string;
  inputs: string;
  /** The part of the configuration among them. */
  settings?: unknown;
  /** Whether its files may be replaced where its inputs have changed: the user has said so. */
  mayRunAgain?: boolean;
  /** Wall-clock time of all attempts at it from these inputs, those that were stopped before its end too. */
  seconds: number;
  finished: string;
}

/** The configuration as plain data, and as the YAML text to keep. */
export interface RunConfigFile {
  values: unknown;
  yaml: string;
  /** Brings values kept by an older version up to date: keys that are new since then get their defaults. */
  complete?: (kept: unknown) => unknown;
}

/** All that the result of a stage depends on, as JSON; `settings` is the part of the configuration. */
export type StageInputs = Readonly<Record<string, unknown>> & { settings?: unknown };

/** What a run folder holds of its attempts before. */
export interface RunRecords {
  readonly root: string;
  readonly paths: RunPaths;
  /** The configuration of the attempts before; undefined in a new folder. */
  readonly kept: unknown;
  stageMarker(stage: string): Promise<StageMarker | undefined>;
  finishedStages(): Promise<string[]>;
}

/** The records of a run for what only reads; none of a folder that is not there. */
export async function readRunRecords(root: string, complete: (kept: unknown) => unknown): Promise<RunRecords> {
  const paths = runPaths(root);
  const old = await readConfig(paths.config);
  return {
    root,
    paths,
    kept: old === undefined ? undefined : complete(old),
    stageMarker: (stage) => readStageMarker(paths.stage(stage)),
    finishedStages: async () => Object.keys(await readStageSeconds(root)),
  };
}

export class RunFolder implements RunRecords {
  readonly root: string;
  readonly paths: RunPaths;
  /** The configuration of the attempts before this one; undefined in a new folder. */
  readonly kept: unknown;
  private readonly config: RunConfigFile;
  private readonly lock: Lock;
  private readonly events: JsonlWriter;
  private metricsWriter: JsonlWriter | undefined;
  private readonly held = new Map<string, { stages: readonly string[]; why: string }>();

  private constructor(root: string, lock: Lock, events: JsonlWriter, config: RunConfigFile, kept: unknown) {
    this.root = root;
    this.config = config;
    this.kept = kept;
    this.paths = runPaths(root);
    this.lock = lock;
    this.events = events;
  }

  /**
   * Makes the folder with its config.yaml, or goes on with one. Another configuration than it holds is kept when
   * {@link acceptConfig} is called. Throws `run-folder` where the folder belongs to another process or is no run.
   */
  static async open(root: string, config: RunConfigFile): Promise<RunFolder> {
    const paths = runPaths(root);
    await mkdir(root, { recursive: true });
    await refuseForeignFolder(root, paths);
    const lock = await takeLock(paths.lock);
    try {
      const old = await readConfig(paths.config);
      if (old === undefined) await writeFileAtomic(paths.config, config.yaml);
      await removeLeftovers(root);
      const kept = old === undefined ? undefined : (config.complete?.(old) ?? old);
      const events = await JsonlWriter.open(paths.events);
      const stopped = await takeProgressTime(paths.progress);
      if (stopped !== undefined) await events.append({ time: stopped, kind: 'stopped' });
      return new RunFolder(root, lock, events, config, kept);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** Keeps the configuration of this attempt: it holds from now on, also for an attempt that names only the folder. */
  async acceptConfig(): Promise<void> {
    const changed = this.kept === undefined ? [] : configDifferences(this.kept, this.config.values);
    if (changed.length === 0) return;
    await writeFileAtomic(this.paths.config, this.config.yaml);
    const changes = changed.map(({ key, a, b }) => ({ key, from: a ?? null, to: b ?? null }));
    await this.event('config-changed', { keys: changed.map(({ key }) => key), changes });
  }

  /** The finished marker of a stage, whatever its inputs; undefined where the stage has not ended. */
  stageMarker(stage: string): Promise<StageMarker | undefined> {
    return readStageMarker(this.paths.stage(stage));
  }

  /**
   * Runs a stage unless it is done with these inputs and all `files` that it leaves are there. The marker is written after
   * `work` has ended, so a killed stage runs again and finds what it wrote; `work` decides what of that it keeps. Returns
   * whether `work` ran. Throws `run-folder` for a stage that {@link hold} keeps from running again.
   */
  async stage(
    stage: string,
    inputs: StageInputs,
    work: () => Promise<void>,
    files: readonly string[] = [],
  ): Promise<boolean> {
    const hash = hashJson(inputs);
    const marker = await this.stageMarker(stage);
    if (marker?.inputs === hash && (await allThere(files))) {
      await this.settle(marker);
      await this.event('stage-skipped', { stage });
      return false;
    }
    const held = this.held.get(stage);
    if (held && marker?.inputs !== hash) throw wouldRunAgain(held.stages, held.why, this.root);
    const before = secondsBefore(await readJsonlSoFar(this.paths.events), stage, hash);
    const start = performance.now();
    await this.event('stage-started', { stage, inputs: hash });
    try {
      await work();
    } catch (error) {
      throw atPlace(`stage ${stage}`, error);
    }
    const seconds = Math.round(performance.now() - start + before * 1000) / 1000;
    const { settings } = inputs;
    const done: StageMarker = { stage, inputs: hash, settings, seconds, finished: new Date().toISOString() };
    await writeJsonAtomic(this.paths.stage(stage), done);
    await this.event('stage-finished', { stage, seconds });
    return true;
  }

  /** Keeps a finished stage from running again from other inputs in this attempt; `stages` are it and all that would follow. */
  hold(stage: string, stages: readonly string[], why: string): void {
    this.held.set(stage, { stages, why });
  }

  /** Notes that the user lets these finished stages run again, for this attempt and for those after it. */
  async allowAgain(stages: readonly string[]): Promise<void> {
    if (stages.length === 0) return;
    for (const stage of stages) {
      const marker = await this.stageMarker(stage);
      if (marker) await writeJsonAtomic(this.paths.stage(stage), { ...marker, mayRunAgain: true });
    }
    await this.event('may-run-again', { stages });
  }

  /** A stage that was allowed to run again and is what it would be: nothing of it is open any more. */
  private async settle({ mayRunAgain, ...marker }: StageMarker): Promise<void> {
    if (mayRunAgain === true) await writeJsonAtomic(this.paths.stage(marker.stage), marker);
  }

  /** Forgets that a stage has ended. */
  async forgetStage(stage: string): Promise<void> {
    await rm(this.paths.stage(stage), { force: true });
  }

  /** Names of the finished stages, in the order in which they ended. */
  async finishedStages(): Promise<string[]> {
    return Object.keys(await this.stageSeconds());
  }

  /** Seconds of every finished stage, in the order in which they ended. */
  stageSeconds(): Promise<Record<string, number>> {
    return readStageSeconds(this.root);
  }

  /** Appends to events.jsonl, with the wall-clock time. For people and for the web; no result is made from it. */
  async event(kind: string, facts: Record<string, unknown> = {}): Promise<void> {
    await this.events.append({ time: new Date().toISOString(), kind, ...facts });
  }

  /** As {@link event}, unless the newest of this kind says the same: what every attempt finds anew is written once. */
  async eventOnce(kind: string, facts: Record<string, unknown>): Promise<void> {
    const events = await readJsonlSoFar<{ time: string; kind: string }>(this.paths.events);
    const newest = events.findLast((event) => event.kind === kind);
    if (newest && hashJson({ ...newest, time: '' }) === hashJson({ time: '', kind, ...facts })) return;
    await this.event(kind, facts);
  }

  /** Appends rows to metrics.jsonl. Throws `not-finite` at a number that JSON would write as null. */
  async metrics(...rows: MetricsRow[]): Promise<void> {
    for (const { arm, step, ...values } of rows) {
      for (const [name, value] of Object.entries(values)) {
        if (typeof value === 'number') assertFinite([value], { what: name, where: `metrics of ${arm}, step ${step}` });
      }
    }
    this.metricsWriter ??= await JsonlWriter.open(this.paths.metrics);
    await this.metricsWriter.append(...rows);
  }

  /** Drops the rows of `arm` after `step`: the state a checkpoint of that step stands for. */
  async cutMetrics(arm: string, step: number): Promise<void> {
    await this.metricsWriter?.close();
    this.metricsWriter = undefined;
    await cutJsonl<MetricsRow>(this.paths.metrics, (row) => row.arm !== arm || row.step <= step);
  }

  /** Puts the rows of metrics.jsonl in the order of `arms`, whatever order they were made in; those of other arms go last. */
  async orderMetrics(arms: readonly string[]): Promise<void> {
    await this.metricsWriter?.close();
    this.metricsWriter = undefined;
    const place = ({ arm }: MetricsRow) => (arms.includes(arm) ? arms.indexOf(arm) : arms.length);
    await sortJsonl<MetricsRow>(this.paths.metrics, (a, b) => place(a) - place(b));
  }

  /** Closes the logs and gives the lock back. */
  async close(): Promise<void> {
    await this.events.close();
    await this.metricsWriter?.close();
    this.metricsWriter = undefined;
    await this.lock.release();
  }
}

/** The configuration kept in a run folder, for commands that only read. Throws `run-folder` where there is none. */
export async function readRunConfig(root: string): Promise<unknown> {
  const config = await readConfig(runPaths(root).config);
  if (config !== undefined) return config;
  throw new RaRftError({
    code: 'run-folder',
    message: `there is no run in ${root}`,
    where: root,
    expected: 'a folder with config.yaml, as `ra-rft run` makes it',
  });
}

/** Seconds of the finished stages of a run, in the order in which they ended; for commands that only read. */
export async function readStageSeconds(root: string): Promise<Record<string, number>> {
  return Object.fromEntries((await readStageMarkers(root)).map((m) => [m.stage, m.seconds]));
}

/** The markers of the finished stages of a run, in the order in which they ended; for commands that only read. */
export async function readStageMarkers(root: string): Promise<StageMarker[]> {
  const { stages } = runPaths(root);
  const names = (await readdir(stages).catch(ignoreMissing)) ?? [];
  const markers: StageMarker[] = [];
  for (const name of names.filter((file) => file.endsWith('.json'))) {
    const marker = await readStageMarker(join(stages, name));
    if (marker) markers.push(marker);
  }
  markers.sort((a, b) => (a.finished < b.finished ? -1 : a.finished > b.finished ? 1 : 0));
  return markers;
}

async function readStageMarker(path: string): Promise<StageMarker | undefined> {
  const text = await readFile(path, 'utf8').catch(ignoreMissing);
  return text === undefined ? undefined : (JSON.parse(text) as StageMarker);
}

/** A dotted key with both its values. */
export interface ConfigDifference {
  key: string;
  a: unknown;
  b: unknown;
}

/** Keys in which two configurations differ. Lists are compared as a whole. */
export function configDifferences(a: unknown, b: unknown, path = ''): ConfigDifference[] {
  if (!isSection(a) || !isSection(b)) return hashJson(a ?? null) === hashJson(b ?? null) ? [] : [{ key: path, a, b }];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => configDifferences(a[key], b[key], path === '' ? key : `${path}.${key}`));
}

/** The refusal to throw away what finished stages have made: which of them would run again, and why. */
export function wouldRunAgain(stages: readonly string[], why: string, root: string): RaRftError {
  return new RaRftError({
    code: 'run-folder',
    message: `these stages would run again and replace what they made: ${stages.join(', ')}; ${why}`,
    where: root,
    expected: 'what they were made from',
    hint: 'Go back to that, choose another folder with --name, or let them run again with --again.',
  });
}

/** Differences as a sentence for people; the first ones where there are many. */
export function differencesText(differences: readonly ConfigDifference[]): string {
  const shown = differences
    .slice(0, 8)
    .map((d) => `${d.key}: ${JSON.stringify(d.a ?? null)} there, ${JSON.stringify(d.b ?? null)} now`);
  const more = differences.length > shown.length ? `; and ${differences.length - shown.length} more` : '';
  return `${shown.join('; ')}${more}`;
}

/** A folder with other files and no config.yaml is somebody's, not ours to write into. */
async function refuseForeignFolder(root: string, paths: RunPaths): Promise<void> {
  const names = (await readdir(root)).filter((name) => !name.startsWith(basename(paths.lock)) && !isLeftover(name));
  const known = await stat(paths.config).then(
    () => true,
    () => false,
  );
  if (known || names.length === 0) return;
  throw new RaRftError({
    code: 'run-folder',
    message: `the folder holds files but no run (${names.slice(0, 3).join(', ')})`,
    where: root,
    expected: 'a folder that is new, empty or a run',
    hint: 'Choose another folder with --name.',
  });
}

async function readConfig(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  let cause: unknown;
  try {
    const values = parse(text) as unknown;
    if (isSection(values)) return values;
  } catch (error) {
    cause = error;
  }
  throw new RaRftError({
    code: 'run-folder',
    message: "the run's config.yaml cannot be read",
    where: file,
    expected: 'a configuration, as `ra-rft run` keeps it',
    hint: 'Mend the file, or choose another folder with --name.',
    cause,
  });
}

async function allThere(files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(files.map((file) => stat(file).catch(ignoreMissing)));
  return !found.includes(undefined);
}

function isSection(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

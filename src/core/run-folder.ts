/**
 * The folder of a run: its configuration, its lock, its stage markers and its two logs. A stage that is done is skipped
 * when the same run starts again; events.jsonl may hold wall-clock times, metrics.jsonl never does.
 */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { parse } from 'yaml';
import { RaRftError } from './errors.js';
import { removeLeftovers, writeFileAtomic, writeJsonAtomic } from './files.js';
import { hashJson } from './hash.js';
import { cutJsonl, JsonlWriter } from './jsonl.js';
import { takeLock, type Lock } from './run-lock.js';
import { runPaths, type RunPaths } from './run-paths.js';

/** A row of metrics.jsonl: numbers of one step of one arm (or of `warmup`, `retriever`). Same seed, same bytes. */
export interface MetricsRow {
  arm: string;
  step: number;
  [metric: string]: number | string | boolean | null | undefined;
}

/** What a stage marker holds. `inputs` is the hash of everything that the stage's result depends on. */
export interface StageMarker {
  stage: string;
  inputs: string;
  /** Wall-clock time of the attempt that finished it. */
  seconds: number;
  finished: string;
}

/** The configuration as plain data, and as the YAML text to keep. */
export interface RunConfigFile {
  values: unknown;
  /** Dotted keys that may differ when a run goes on: they say how work is done, not what comes out. */
  freeKeys?: readonly string[];
  yaml: string;
  /** Brings values kept by an older version up to date: keys that are new since then get their defaults. */
  complete?: (kept: unknown) => unknown;
}

export class RunFolder {
  readonly root: string;
  readonly paths: RunPaths;
  private readonly lock: Lock;
  private readonly events: JsonlWriter;
  private metricsWriter: JsonlWriter | undefined;

  private constructor(root: string, lock: Lock, events: JsonlWriter) {
    this.root = root;
    this.paths = runPaths(root);
    this.lock = lock;
    this.events = events;
  }

  /**
   * Makes the folder, or goes on with one of the same configuration. config.yaml is written before anything else.
   * Throws `run-folder` where it belongs to another configuration (naming the keys), to another process, or is no run.
   */
  static async open(root: string, config: RunConfigFile): Promise<RunFolder> {
    const paths = runPaths(root);
    await mkdir(root, { recursive: true });
    await refuseForeignFolder(root, paths);
    const lock = await takeLock(paths.lock);
    try {
      const old = await readConfig(paths.config);
      if (old === undefined) await writeFileAtomic(paths.config, config.yaml);
      else refuseOtherConfig(paths.config, config.complete?.(old) ?? old, config);
      await removeLeftovers(root);
      return new RunFolder(root, lock, await JsonlWriter.open(paths.events));
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** The finished marker of a stage, whatever its inputs; undefined where the stage has not ended. */
  async stageMarker(stage: string): Promise<StageMarker | undefined> {
    const text = await readFile(this.paths.stage(stage), 'utf8').catch(ignoreMissing);
    return text === undefined ? undefined : (JSON.parse(text) as StageMarker);
  }

  /**
   * Runs a stage unless it is done with these inputs and all `files` that it leaves are there. The marker is written after
   * `work` has ended, so a killed stage runs again and finds what it wrote; `work` decides what of that it keeps. Returns
   * whether `work` ran.
   */
  async stage(
    stage: string,
    inputs: unknown,
    work: () => Promise<void>,
    files: readonly string[] = [],
  ): Promise<boolean> {
    const hash = hashJson(inputs);
    const marker = await this.stageMarker(stage);
    if (marker?.inputs === hash && (await allThere(files))) {
      await this.event('stage-skipped', { stage });
      return false;
    }
    const start = performance.now();
    await this.event('stage-started', { stage, inputs: hash });
    await work();
    const seconds = Math.round(performance.now() - start) / 1000;
    const done: StageMarker = { stage, inputs: hash, seconds, finished: new Date().toISOString() };
    await writeJsonAtomic(this.paths.stage(stage), done);
    await this.event('stage-finished', { stage, seconds });
    return true;
  }

  /** Seconds of every finished stage, in the order in which they ended. */
  async stageSeconds(): Promise<Record<string, number>> {
    const names = await readdir(this.paths.stages).catch(ignoreMissing);
    const markers: StageMarker[] = [];
    for (const name of names ?? []) {
      const marker = name.endsWith('.json') ? await this.stageMarker(basename(name, '.json')) : undefined;
      if (marker) markers.push(marker);
    }
    markers.sort((a, b) => (a.finished < b.finished ? -1 : a.finished > b.finished ? 1 : 0));
    return Object.fromEntries(markers.map((m) => [m.stage, m.seconds]));
  }

  /** Appends to events.jsonl, with the wall-clock time. For people and for the web; no result is made from it. */
  async event(kind: string, facts: Record<string, unknown> = {}): Promise<void> {
    await this.events.append({ time: new Date().toISOString(), kind, ...facts });
  }

  /** Appends rows to metrics.jsonl. */
  async metrics(...rows: MetricsRow[]): Promise<void> {
    this.metricsWriter ??= await JsonlWriter.open(this.paths.metrics);
    await this.metricsWriter.append(...rows);
  }

  /** Drops the rows of `arm` after `step`: the state a checkpoint of that step stands for. */
  async cutMetrics(arm: string, step: number): Promise<void> {
    await this.metricsWriter?.close();
    this.metricsWriter = undefined;
    await cutJsonl<MetricsRow>(this.paths.metrics, (row) => row.arm !== arm || row.step <= step);
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

/** Keys in which two configurations differ, as dotted paths with both values. Lists are compared as a whole. */
export function configDifferences(a: unknown, b: unknown, path = ''): { key: string; a: unknown; b: unknown }[] {
  if (!isSection(a) || !isSection(b)) return hashJson(a ?? null) === hashJson(b ?? null) ? [] : [{ key: path, a, b }];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => configDifferences(a[key], b[key], path === '' ? key : `${path}.${key}`));
}

function refuseOtherConfig(file: string, old: unknown, { values, freeKeys = [] }: RunConfigFile): void {
  const differences = configDifferences(old, values).filter(({ key }) => !freeKeys.includes(key));
  if (differences.length === 0) return;
  const shown = differences
    .slice(0, 8)
    .map((d) => `${d.key}: ${JSON.stringify(d.a)} there, ${JSON.stringify(d.b)} now`);
  const more = differences.length > shown.length ? `; and ${differences.length - shown.length} more` : '';
  throw new RaRftError({
    code: 'run-folder',
    message: `the run folder belongs to another configuration (${shown.join('; ')}${more})`,
    where: file,
    expected: 'the configuration that the run was started with',
    hint: 'Choose another folder with --name, go back to the old values, or delete the folder if its results are not needed.',
  });
}

/** A folder with other files and no config.yaml is somebody's, not ours to write into. */
async function refuseForeignFolder(root: string, paths: RunPaths): Promise<void> {
  const names = (await readdir(root)).filter((name) => name !== basename(paths.lock) && !name.includes('.tmp-'));
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
  try {
    return parse(text) as unknown;
  } catch (cause) {
    throw new RaRftError({
      code: 'run-folder',
      message: "the run's config.yaml cannot be read",
      where: file,
      hint: 'Mend the file, or choose another folder with --name.',
      cause,
    });
  }
}

async function allThere(files: readonly string[]): Promise<boolean> {
  const found = await Promise.all(files.map((file) => stat(file).catch(ignoreMissing)));
  return !found.includes(undefined);
}

function isSection(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}

/** Options shared by the verbs that work on a run, and the configuration and folder they stand for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { configWarnings, resolveConfig, type Config, type ResolveOptions } from '../config/index.js';

export interface RunOptions {
  config?: string;
  set: string[];
  preset?: string;
  quick?: boolean;
  name?: string;
  seed?: string;
  /** Folder that holds the run folders. */
  runs: string;
  dryRun?: boolean;
  /** Lets finished stages run again. */
  again?: boolean;
  /** Serves the pages of the runs from the start of the run, and after its end until it is stopped. */
  open?: boolean;
}

export interface ResolvedRun {
  config: Config;
  /** The run folder, `<runs>/<name>`. */
  root: string;
  /** Where the values come from, in words. */
  origin: string;
  /** Keys that are set and have no effect, a sentence each. */
  warnings: string[];
}

/**
 * Which run is meant. Without --config, --preset and --quick a folder of that name goes on with the configuration it holds,
 * changed by --set and --seed; a new one takes the preset `demo`.
 */
export function resolveRun(options: RunOptions): ResolvedRun {
  const set = [...options.set];
  if (options.seed !== undefined) set.push(`seed=${options.seed}`);
  const preset = options.quick === true ? 'quick' : options.preset;
  if (options.config === undefined && preset === undefined && options.name !== undefined) {
    const kept = join(options.runs, options.name, 'config.yaml');
    // The folder may have been renamed since.
    const own = [...set, `name=${options.name}`];
    if (existsSync(kept)) return finish(options, { file: kept, set: own }, `the run folder's own ${kept}`);
  }
  if (options.name !== undefined) set.push(`name=${options.name}`);
  const base = preset ?? (options.config === undefined ? 'demo' : undefined);
  const origin = [base && `preset ${base}`, options.config, set.length > 0 && '--set'].filter(Boolean).join(', ');
  return finish(options, { preset: base, file: options.config, set }, origin);
}

/** The run folder alone, for verbs that only read: one that an older version has made may hold keys that are no longer known. */
export function runRoot(options: RunOptions): string {
  const { name, config, preset, quick, runs } = options;
  if (name !== undefined && config === undefined && preset === undefined && quick !== true) {
    const root = join(runs, name);
    if (existsSync(join(root, 'config.yaml'))) return root;
  }
  return resolveRun(options).root;
}

function finish(options: RunOptions, from: ResolveOptions, origin: string): ResolvedRun {
  const config = resolveConfig(from);
  return { config, root: join(options.runs, config.name), origin, warnings: configWarnings(from, config) };
}

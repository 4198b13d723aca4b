/** The run folders of an experiment: one a seed, all of one configuration but for their arms. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resultDifferences } from '../pipeline/index.js';
import { resolveConfig, type Config, type ResolveOptions } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { exists, ignoreMissing } from '../core/missing.js';
import { runPaths } from '../runs/run-paths.js';
import type { ArmName } from './arms.js';
import { grownArms } from './matrix.js';

/** One seed's run: its folder and its configuration. */
export interface SeedRun {
  seed: number;
  root: string;
  config: Config;
}

/** How many of the best traces are tried one by one, by the policies of which arms. */
export interface ContextsOneByOne {
  count: number;
  arms: readonly string[];
}

/** What all seeds share: preset, file and `key=value` texts of a configuration. */
export type BaseConfig = Pick<ResolveOptions, 'preset' | 'file' | 'set'>;

/** Keys that belong to a seed's run, or are the experiment's own. */
export const ownKeys = ['seed', 'name', 'arms'];

/** Throws `usage` where `--set` names what the experiment decides itself. */
export function refuseOwnKeys(set: readonly string[]): void {
  const wrong = set.find((text) => ownKeys.includes(text.split(/[.=]/)[0]?.trim() ?? ''));
  if (wrong === undefined) return;
  throw new RaRftError({
    code: 'usage',
    message: `--set ${wrong}: reproduce sets this key itself`,
    where: '--set',
    expected: 'any other key',
    hint: 'Choose arms with --table and --figure, seeds with --seeds.',
  });
}

/** The runs of seeds 1 to `seeds`, with the arms that their folders have and those that are asked for. */
export async function seedRuns(
  root: string,
  base: BaseConfig,
  { seeds, asked, contexts }: { seeds: number; asked: readonly ArmName[]; contexts: ContextsOneByOne | undefined },
): Promise<SeedRun[]> {
  const runs: SeedRun[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const name = `seed-${seed}`;
    const folder = join(root, name);
    const kept = await keptConfig(folder);
    const arms = grownArms(kept?.arms ?? [], asked);
    // What an earlier call asked for stays.
    const tried = contexts ?? { count: kept?.eval.contexts ?? 0, arms: kept?.eval.contextArms ?? [] };
    runs.push({ seed, root: folder, config: seedConfig(base, seed, arms, tried) });
  }
  return runs;
}

function seedConfig(
  { preset, file, set = [] }: BaseConfig,
  seed: number,
  arms: readonly object[],
  contexts: ContextsOneByOne,
): Config {
  // JSON is YAML.
  const own = [`seed=${seed}`, `name=seed-${seed}`, `arms=${JSON.stringify(arms)}`];
  own.push(`eval.contexts=${contexts.count}`, `eval.contextArms=${JSON.stringify(contexts.arms)}`);
  return resolveConfig({ preset, file, set: [...set, ...own] });
}

/**
 * All runs that the folder of an experiment holds, asked for or not: its tables are of all of them. Throws `run-folder` where one was made
 * with other settings than the first: their average would mean nothing.
 */
export async function keptRuns(root: string): Promise<SeedRun[]> {
  const names = ((await readdir(root).catch(ignoreMissing)) ?? []).filter((name) => /^seed-\d+$/.test(name));
  const runs: SeedRun[] = [];
  for (const name of names) {
    const folder = join(root, name);
    const config = await keptConfig(folder);
    if (config) runs.push({ seed: config.seed, root: folder, config });
  }
  runs.sort((a, b) => a.seed - b.seed);
  for (const run of runs.slice(1)) refuseOtherSettings(runs[0]!, run);
  return runs;
}

async function keptConfig(folder: string): Promise<Config | undefined> {
  const file = runPaths(folder).config;
  return (await exists(file)) ? resolveConfig({ file }) : undefined;
}

function refuseOtherSettings(first: SeedRun, other: SeedRun): void {
  const differing = resultDifferences(first.config, other.config).filter(({ key }) => !ownKeys.includes(key));
  if (differing.length === 0) return;
  const keys = differing.map(({ key, a, b }) => `${key}: ${JSON.stringify(a)} and ${JSON.stringify(b)}`);
  throw new RaRftError({
    code: 'run-folder',
    message: `seeds ${first.seed} and ${other.seed} were run with different settings (${keys.slice(0, 8).join('; ')})`,
    where: other.root,
    expected: 'the same settings for every seed',
    hint: 'Choose another --runs folder, or delete the folders of the seeds that are not needed.',
  });
}

/** Runs that are compared with each other: read, checked to be about the same problems, and those that differ in their seed alone put together. */
import { resolveConfig } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import type { Problem } from '../data/index.js';
import { resultDifferences } from '../pipeline/index.js';
import { readRunData, type RunData } from '../report/index.js';
import { configDifferences, readRunConfig, type ConfigDifference } from '../runs/run-folder.js';
import { runPaths } from '../runs/run-paths.js';
import { folderNames } from './compared-folders.js';
import { ownKeys } from './seed-runs.js';

export interface ComparedRun {
  /** Of its folder; the whole path where two folders have one name. */
  name: string;
  root: string;
  data: RunData;
}

/** One run, or several that differ in their seed alone. */
export interface RunGroup {
  name: string;
  runs: readonly ComparedRun[];
  /** Settings that decide results and are other than those of the first group. */
  differences: readonly ConfigDifference[];
}

/**
 * Reads the runs. Throws `run-folder` where there is none, `usage` where one is named twice, `data` where two were tested on other
 * problems: nothing of theirs could be paired.
 */
export async function readGroups(roots: readonly string[]): Promise<RunGroup[]> {
  const names = folderNames(roots, 'run');
  const runs: ComparedRun[] = [];
  for (const [i, root] of roots.entries()) runs.push({ name: names[i]!, root, data: await readRunData(root) });
  const tested = runs.map(({ name, root, data: { test } }): TestedRun => ({ name, root, test }));
  for (const run of tested.slice(1)) refuseOtherProblems(tested[0]!, run);
  const groups: (Omit<RunGroup, 'name'> & { runs: ComparedRun[] })[] = [];
  for (const run of runs) {
    const own = await groupOf(run, groups);
    if (own) own.runs.push(run);
    else {
      const first = groups[0]?.runs[0];
      groups.push({ runs: [run], differences: first ? await differencesOf(first.root, run.root) : [] });
    }
  }
  return groups.map(({ runs: own, differences }) => ({
    name: own.map(({ name }) => name).join(', '),
    runs: own,
    differences,
  }));
}

/** The group whose runs this one differs from in its seed alone. */
async function groupOf<T extends { runs: readonly ComparedRun[] }>(
  run: ComparedRun,
  groups: readonly T[],
): Promise<T | undefined> {
  for (const group of groups) {
    const seeds = group.runs.map(({ data }) => data.config.seed);
    if (seeds.includes(run.data.config.seed)) continue;
    if ((await differencesOf(group.runs[0]!.root, run.root)).length === 0) return group;
  }
  return undefined;
}

/** What decides results and is not the same, seeds and which arms there are left out. */
async function differencesOf(a: string, b: string): Promise<ConfigDifference[]> {
  const [first, second] = [resolved(a), resolved(b)];
  // Runs of older versions may hold what is no configuration any more: then all that differs is told.
  if (first && second) return resultDifferences(first, second).filter(({ key }) => !ownKeys.includes(key));
  const plain = configDifferences(await readRunConfig(a), await readRunConfig(b));
  return plain.filter(({ key }) => !ownKeys.includes(key.split('.')[0]!));
}

function resolved(root: string) {
  try {
    return resolveConfig({ file: runPaths(root).config });
  } catch (error) {
    if (error instanceof RaRftError) return undefined;
    throw error;
  }
}

/** A run with the problems that it is tested on. */
export interface TestedRun {
  name: string;
  root: string;
  test: readonly Problem[];
}

/** Throws `data`, and says which, where two runs were tested on other problems: nothing of theirs could be paired. */
export function refuseOtherProblems(a: TestedRun, b: TestedRun): void {
  const keysOf = ({ test }: TestedRun) =>
    new Map(test.map(({ id, question, answer, split }) => [id, hashJson({ question, answer, split })]));
  const [first, second] = [keysOf(a), keysOf(b)];
  const missing = (from: typeof first, of: typeof first) => [...of.keys()].filter((id) => !from.has(id));
  const [onlyA, onlyB] = [missing(second, first), missing(first, second)];
  const other = [...first].filter(([id, key]) => second.has(id) && second.get(id) !== key).map(([id]) => id);
  if (onlyA.length + onlyB.length + other.length === 0) return;
  const parts = [
    ...(onlyA.length > 0 ? [`${onlyA.length} of ${first.size} of ${a.name} are not in ${b.name}`] : []),
    ...(onlyB.length > 0 ? [`${onlyB.length} of ${second.size} of ${b.name} are not in ${a.name}`] : []),
    ...(other.length > 0 ? [`${other.length} have another question, answer or split under the same id`] : []),
  ];
  throw new RaRftError({
    code: 'data',
    message: `runs ${a.name} and ${b.name} were tested on other problems: ${parts.join(', ')}; the first: ${[...onlyA, ...onlyB, ...other][0]}`,
    where: runPaths(b.root).problems('test'),
    expected: `the test problems of ${runPaths(a.root).problems('test')}`,
    hint: 'Make a report of each by itself. Runs whose test problems are drawn from their data share them with the same data.splitSeed.',
  });
}

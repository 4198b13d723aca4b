/** The runs of a folder: who is at work in them, and how far they are. */
import { lstat, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { readJsonlSoFar } from '../../core/jsonl.js';
import { exists, ignoreMissing } from '../../core/missing.js';
import { lockOwner } from '../../core/run-lock.js';
import { nearestName } from '../../config/index.js';
import { keptConfig, readSummary } from '../../report/index.js';
import { readProgress, runPaths, warningsAmong } from '../../runs/index.js';
import type { RunEvent } from './run-stages.js';
import { statusOf } from './run-status.js';
import type { RunLine, RunList } from './schemas.js';

/** Runs lie in the folder itself, or a folder further down (those of `ra-rft reproduce`). */
const DEPTH = 2;

/** Names of the runs below a folder; a folder that is not there has none. */
export async function runNames(folder: string): Promise<string[]> {
  const below = async (name: string, depth: number): Promise<string[]> => {
    if (name !== '' && (await exists(runPaths(join(folder, name)).config))) return [name];
    if (depth === 0) return [];
    const entries = (await readdir(join(folder, name), { withFileTypes: true }).catch(ignoreMissing)) ?? [];
    const folders = entries.filter((one) => one.isDirectory() && isFolderName(one.name));
    const found = folders.map((one) => below(name === '' ? one.name : `${name}/${one.name}`, depth - 1));
    return (await Promise.all(found)).flat();
  };
  return (await below('', DEPTH)).toSorted();
}

/**
 * The folder of a run by the name that {@link runNames} gives it, and by nothing else: no path and no link leads out of the folder. Only
 * the folders that the name consists of are looked at. Throws `usage` where no run has the name.
 */
export async function runFolder(folder: string, name = ''): Promise<string> {
  if (await isRun(folder, name)) return join(folder, name);
  const nearest = nearestName(name, await runNames(folder));
  throw new RaRftError({
    code: 'usage',
    message: `there is no run ${JSON.stringify(name.slice(0, 100))}`,
    where: 'run',
    expected: 'a name of GET /v1/runs',
    ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
  });
}

/** Whether {@link runNames} would find the name: real folders all the way, of which the last alone is a run. */
async function isRun(folder: string, name: string): Promise<boolean> {
  const parts = name.split('/');
  if (parts.length > DEPTH || !parts.every(isFolderName)) return false;
  for (const [depth, part] of parts.entries()) {
    folder = join(folder, part);
    const isFolder = await lstat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const isLast = depth === parts.length - 1;
    if (!isFolder || (await exists(runPaths(folder).config)) !== isLast) return false;
  }
  return true;
}

/** One part of a path, and none that is hidden or leads elsewhere. */
function isFolderName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !name.includes('\0') && basename(name) === name;
}

export async function listRuns(folder: string): Promise<RunList> {
  const runs: RunLine[] = [];
  const unreadable: RunList['unreadable'] = [];
  for (const name of await runNames(folder)) {
    try {
      runs.push(await runLine(join(folder, name), name));
    } catch (error) {
      unreadable.push({ name, why: (error as Error).message });
    }
  }
  runs.sort((a, b) => ((a.changed ?? '') > (b.changed ?? '') ? -1 : 1));
  return { folder, runs, unreadable };
}

async function runLine(root: string, name: string): Promise<RunLine> {
  const paths = runPaths(root);
  const { arms } = keptConfig(await readFile(paths.config, 'utf8'));
  const events = (await exists(paths.events)) ? await readJsonlSoFar<RunEvent>(paths.events) : [];
  const owner = await lockOwner(paths.lock);
  const begun = events.findLast(({ kind }) => kind === 'stage-started')?.stage;
  return {
    name,
    status: statusOf({ owner, summary: await readSummary(root), events, arms }),
    ...(begun !== undefined && { stage: begun }),
    ...(events.length > 0 && { changed: events.at(-1)?.time }),
    arms: arms.map((arm) => arm.name),
    warnings: warningsAmong(events).length,
    tasks: owner ? await readProgress(paths.progress) : [],
  };
}

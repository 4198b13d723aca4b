/** Writes what a run has so far for a viewer that people have: TensorBoard, Trackio, Inspect. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nearestName } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { writeFolderAtomic } from '../../core/files.js';
import { readRunData, type RunData } from '../../report/index.js';
import { refuseFilled } from '../filled.js';
import { inspectLogs } from './inspect.js';
import { runLog, type LoggedArm } from './run-log.js';
import { tensorboardFiles } from './tensorboard.js';
import { writeTrackio } from './trackio.js';

export const viewers = ['tensorboard', 'trackio', 'inspect'] as const;
export type Viewer = (typeof viewers)[number];

export interface ViewerOptions {
  /** Folder to write; it must be new or empty. */
  out: string;
  /** Arms of the run, or what else left numbers; none: all. */
  arms: readonly string[];
  /** Of ra-rft. */
  version: string;
}

/** What was written. */
export interface ViewerExport {
  /** Paths in the folder. */
  files: string[];
  /** How far the run is, where it has not ended. */
  unfinished: boolean;
}

/**
 * Throws `run-folder` where there is no run, `usage` for an arm that left nothing, `io` where the folder holds anything, `data` where the
 * run has nothing to show yet.
 */
export async function exportViewer(
  root: string,
  viewer: Viewer,
  { out, arms, version }: ViewerOptions,
): Promise<ViewerExport> {
  await refuseFilled(out);
  const data = await readRunData(root);
  const log = chosen(runLog(data), arms);
  if (!log.some((arm) => (viewer === 'inspect' ? arm.evaluations : arm.steps).length > 0)) {
    throw new RaRftError({
      code: 'data',
      message: `the run has nothing for ${viewer} yet`,
      where: root,
      expected: viewer === 'inspect' ? 'an evaluation' : 'training steps or an evaluation',
    });
  }
  let files: string[] = [];
  await writeFolderAtomic(out, async (folder) => {
    files = await write[viewer](folder, log, { data, version });
  });
  return { files, unfinished: data.unfinished !== undefined };
}

type Write = (folder: string, log: readonly LoggedArm[], run: { data: RunData; version: string }) => Promise<string[]>;

/** Each writes its files and returns their paths in the folder. */
const write: Readonly<Record<Viewer, Write>> = {
  tensorboard: (folder, log, { data }) => writeFiles(folder, tensorboardFiles(log, { config: data.configText })),
  trackio: (folder, log, { data }) => writeTrackio(folder, log, { run: data.name, config: data.configText }),
  inspect: (folder, log, { data, version }) => {
    const logs = inspectLogs(log, { run: data.name, version, model: data.config.model });
    return writeFiles(
      folder,
      new Map([...logs].map(([path, own]) => [path, `${JSON.stringify(own, undefined, 1)}\n`])),
    );
  },
};

async function writeFiles(folder: string, files: ReadonlyMap<string, string | Uint8Array>): Promise<string[]> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return [...files.keys()];
}

function chosen(all: readonly LoggedArm[], names: readonly string[]): readonly LoggedArm[] {
  if (names.length === 0) return all;
  const known = all.map(({ name }) => name);
  return [...new Set(names)].map((name) => {
    const arm = all.find((one) => one.name === name);
    if (arm) return arm;
    const nearest = nearestName(name, known);
    throw new RaRftError({
      code: 'usage',
      message: `the run has nothing of an arm named ${name}`,
      where: '--arm',
      expected: known.join(', '),
      ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
    });
  });
}

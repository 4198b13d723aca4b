/** Data as a command line names it, as files of this machine. */
import { hubAccess } from '../config/index.js';
import { dataFiles, datasetAddress, fetchDataset, type HubSplit } from '../data/index.js';
import type { Progress } from '../core/progress.js';

export interface LocalFilesOptions {
  /** Folder for what is fetched from the Hub. */
  downloads: string;
  /** Taken of a data set of the Hub that has it. */
  split: HubSplit;
  progress: Progress;
}

/** Paths as they are, patterns as the files that match, data sets of the Hub (`hf://datasets/owner/name/folder`) as what was fetched of them. */
export async function localFiles(
  names: readonly string[],
  { downloads, split, progress }: LocalFilesOptions,
): Promise<string[]> {
  const paths: string[] = [];
  for (const name of names) {
    const address = datasetAddress(name);
    if (!address) {
      paths.push(...(await dataFiles(name)));
      continue;
    }
    let task: ReturnType<typeof progress.task> | undefined;
    const report = (done: number, total: number) => {
      task ??= progress.task(`download ${address.repo}`, total, 'bytes');
      task.update(done);
    };
    paths.push(...(await fetchDataset(address, { downloads, split, ...hubAccess(), report })));
    task?.end();
  }
  return [...new Set(paths)];
}

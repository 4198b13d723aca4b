/** Runs and their retrievers as the pages need them: opened when they are first asked for, a few kept, closed with the server. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ignoreMissing } from '../../core/missing.js';
import { pairKey, readLabels } from '../../judge/index.js';
import { readRunRetrievers, type RunRetriever } from '../../pipeline/index.js';
import type { TraceRetriever } from '../../retriever/index.js';
import { runPaths } from '../../runs/index.js';
import { runFolder } from './find-runs.js';
import { Kept } from './kept.js';
import type { SearchedRun } from './run-search.js';

const MOST_RUNS = 2;
const MOST_RETRIEVERS = 6;

interface OpenedRetriever {
  retriever: TraceRetriever;
  /** What had to be made for it. */
  scratch: string;
}

export class OpenRuns {
  private readonly folder: string;
  private readonly runs = new Kept<SearchedRun>(MOST_RUNS);
  private readonly retrievers = new Kept<OpenedRetriever>(MOST_RETRIEVERS, async ({ retriever, scratch }) => {
    await retriever.dispose();
    await rm(scratch, { recursive: true, force: true });
  });

  /** Over a folder of runs. */
  constructor(folder: string) {
    this.folder = folder;
  }

  /** The data, labels and retrievers of a run, read again when its files have changed. Throws `usage` where no run has the name. */
  async run(name: string): Promise<SearchedRun> {
    const root = await runFolder(this.folder, name);
    const key = `${root}\n${await stampOf(dataFiles(root))}`;
    return this.runs.use(
      key,
      async () => {
        const { labels: file } = runPaths(root);
        const labels = (await stat(file).catch(ignoreMissing)) ? await readLabels(file) : [];
        const read = await readRunRetrievers(root);
        return { ...read, labels: new Map(labels.map((label) => [pairKey(label), label])) };
      },
      (run) => run,
    );
  }

  /** Does `work` with a retriever of a run. */
  async withRetriever<T>(
    name: string,
    retriever: RunRetriever,
    work: (retriever: TraceRetriever) => Promise<T>,
  ): Promise<T> {
    const root = await runFolder(this.folder, name);
    const encoder = join(runPaths(root).retriever(retriever.name), 'retriever.json');
    const key = [root, retriever.name, await stampOf([...dataFiles(root), encoder])].join('\n');
    const open = async (signal: AbortSignal): Promise<OpenedRetriever> => {
      const scratch = await mkdtemp(join(tmpdir(), 'ra-rft-served-'));
      try {
        return { retriever: await retriever.open(scratch, signal), scratch };
      } catch (error) {
        await rm(scratch, { recursive: true, force: true });
        throw error;
      }
    };
    return this.retrievers.use(key, open, (opened) => work(opened.retriever));
  }

  async close(): Promise<void> {
    await this.retrievers.close();
    await this.runs.close();
  }
}

/** What of a run its pages are made of. */
export function dataFiles(root: string): string[] {
  const { config, problems, corpus, excludeLists, labels } = runPaths(root);
  return [config, problems('train'), problems('test'), corpus, excludeLists, labels];
}

/** Another text when any of the files has changed. */
export async function stampOf(files: readonly string[]): Promise<string> {
  const stats = await Promise.all(files.map((file) => stat(file).catch(ignoreMissing)));
  return stats.map((one) => (one ? `${one.mtimeMs} ${one.size}` : 'none')).join('; ');
}

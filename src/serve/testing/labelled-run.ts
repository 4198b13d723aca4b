/** A small real run with labels and retrievers, made once for the tests of a file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { readJsonlAll, writeJsonlAtomic } from '../../core/jsonl.js';
import { attempt } from '../../pipeline/testing/tiny-run.js';
import { writeTinyTask } from '../../pipeline/testing/tiny-task.js';

export interface LabelledRunOptions {
  /** Folder of the run. */
  name?: string;
  /** Changes the lines of problems and traces before the run, by their number. */
  change?: (line: Record<string, unknown>, number: number) => Record<string, unknown>;
  set?: readonly string[];
  /** Arms that are trained and tested, in place of those that only make retrievers. */
  arms?: readonly Record<string, unknown>[];
}

/** Some seconds where nothing else is at work. */
const LONGEST_MS = 300_000;

/** An encoder that was trained, one of single vectors that was not, BM25; labels by measured utility. `runs` is the folder that holds the run. */
export function labelledRun({ name = 'tiny', change, set = [], arms }: LabelledRunOptions = {}): {
  runs: () => string;
} {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-labelled-'));
    const task = join(folder, 'task');
    const tested = ['learned', 'single-vector-untrained', 'bm25'].map((test) => ({ name: `a-${test}`, test }));
    const file = await writeTinyTask(task, { arms: arms ?? tested });
    for (const lines of change ? ['problems.jsonl', 'corpus.jsonl'] : []) {
      const path = join(task, lines);
      await writeJsonlAtomic(path, (await readJsonlAll<Record<string, unknown>>(path)).map(change!));
    }
    await attempt(join(folder, 'runs', name), { file, set, ...(!arms && { until: 'retriever' }) });
  }, LONGEST_MS);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return { runs: () => join(folder, 'runs') };
}

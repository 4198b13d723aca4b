/** A small real run with labels and retrievers, made once for all tests, or with changes for the tests of a file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { readJsonlAll, writeJsonlAtomic } from '../../core/jsonl.js';
import { madeOnce } from '../../core/testing/made-once.js';
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

/**
 * An encoder that was trained, one of single vectors that was not, BM25; labels by measured utility. `runs` is the folder that holds the
 * run. Without options it is for reading only: a test that changes it copies it.
 */
export function labelledRun(options?: LabelledRunOptions): { runs: () => string } {
  let folder = '';
  let own: string | undefined;
  beforeAll(async () => {
    if (options) {
      folder = own = await mkdtemp(join(tmpdir(), 'ra-rft-labelled-'));
      await makeRun(own, options);
    } else folder = await madeOnce('labelled', (shared) => makeRun(shared, {}));
  }, LONGEST_MS);
  afterAll(() => own !== undefined && rm(own, { recursive: true, force: true }));
  return { runs: () => join(folder, 'runs') };
}

async function makeRun(folder: string, { name = 'tiny', change, set = [], arms }: LabelledRunOptions): Promise<void> {
  const task = join(folder, 'task');
  const tested = ['learned', 'single-vector-untrained', 'bm25'].map((test) => ({ name: `a-${test}`, test }));
  const file = await writeTinyTask(task, { arms: arms ?? tested });
  for (const lines of change ? ['problems.jsonl', 'corpus.jsonl'] : []) {
    const path = join(task, lines);
    await writeJsonlAtomic(path, (await readJsonlAll<Record<string, unknown>>(path)).map(change!));
  }
  await attempt(join(folder, 'runs', name), { file, set, ...(!arms && { until: 'retriever' }) });
}

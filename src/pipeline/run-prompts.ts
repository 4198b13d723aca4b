/** The prompts that the arms of a run show, read back from its folder: for whoever trains or looks at them elsewhere. */
import { existsSync } from 'node:fs';
import { isRetrieved, resolveConfig, type Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { readJsonlAll } from '../core/jsonl.js';
import type { Context, Problem, Trace } from '../data/index.js';
import { readRunConfig } from '../runs/run-folder.js';
import { runPaths } from '../runs/run-paths.js';
import { shownContexts, type ContextArm } from './arms/arm-contexts.js';
import type { DataSets } from './data/data-sets.js';
import { readDataSets } from './data/read-data.js';
import type { ProblemSet, RetrieverName } from './retrieve/contexts.js';
import { readRetrieved, type RetrievedRecord } from './retrieve/retrieved-file.js';
import { openPrompts, type Prompts } from './session.js';

/** A run as far as its prompts go: nothing of it is changed, and no weights are read. */
export interface PromptRun {
  root: string;
  config: Config;
  data: DataSets;
  prompts: Prompts;
}

/** A problem with a context that it is shown in. */
export interface ShownPrompt {
  problem: Problem;
  context: Context;
}

/** Opens a run folder for {@link shownPrompts}. Throws `run-folder` where there is no run, or none with data yet. */
export async function readPromptRun(root: string): Promise<PromptRun> {
  await readRunConfig(root);
  const paths = runPaths(root);
  const missing = [paths.problems('train'), paths.problems('test'), paths.corpus, paths.excludeLists].find(
    (file) => !existsSync(file),
  );
  if (missing !== undefined) throw unfinished('the run has no data yet', missing);
  const config = resolveConfig({ file: paths.config });
  return { root, config, data: await readDataSets(paths), prompts: await openPrompts(config) };
}

/**
 * Every prompt that these sides of an arm may show, problems in their order: several of one problem where its responses are spread over
 * prompts, or its hint changes. Throws `run-folder` where the run has not retrieved for them yet, `data` at a line that cannot be used.
 */
export async function shownPrompts(
  run: PromptRun,
  arm: ContextArm,
  sets: readonly ProblemSet[],
): Promise<Record<ProblemSet, ShownPrompt[]>> {
  const { config, data, prompts } = run;
  const retrieved = new Map<RetrieverName, ReadonlyMap<string, readonly Trace[]>>();
  for (const name of new Set(sets.map((set) => arm[set]).filter(isRetrieved))) {
    const asking = sets.filter((set) => arm[set] === name);
    retrieved.set(name, await retrievedBy(run, name, asking));
  }
  const scope = { config, data, retrieved, lengths: prompts.lengths };
  const shown = (set: ProblemSet) => {
    const source = shownContexts(arm, set, scope);
    return data[set].flatMap((problem) => source.possible(problem).map((context) => ({ problem, context })));
  };
  return { train: sets.includes('train') ? shown('train') : [], test: sets.includes('test') ? shown('test') : [] };
}

/** The sets that a run has searched with a retriever for; none where it has not. */
export async function searchedSets(run: Pick<PromptRun, 'root'>, name: RetrieverName): Promise<ProblemSet[]> {
  const found = new Set((await searches(run, name)).map(({ set }) => set));
  return (['train', 'test'] as const).filter((set) => found.has(set));
}

async function searches({ root }: Pick<PromptRun, 'root'>, name: RetrieverName): Promise<RetrievedRecord[]> {
  const file = runPaths(root).retrieved(name);
  return existsSync(file) ? readJsonlAll<RetrievedRecord>(file) : [];
}

async function retrievedBy(run: PromptRun, name: RetrieverName, sets: readonly ProblemSet[]) {
  const { root, data } = run;
  const file = runPaths(root).retrieved(name);
  const lines = await searches(run, name);
  const missing = sets.find((of) => data[of].length > 0 && !lines.some(({ set }) => set === of));
  if (missing !== undefined) {
    const problems = missing === 'train' ? 'training' : 'test';
    throw unfinished(`the run has not retrieved traces for its ${problems} problems with ${name} yet`, file);
  }
  const ids = new Set(lines.map(({ problemId }) => problemId));
  // Of a set that is not asked for, what was searched is looked at too: the file is checked as a whole.
  const wanted = (set: ProblemSet) => (sets.includes(set) ? data[set] : data[set].filter(({ id }) => ids.has(id)));
  return readRetrieved(file, data, { train: wanted('train'), test: wanted('test') });
}

function unfinished(message: string, where: string): RaRftError {
  return new RaRftError({
    code: 'run-folder',
    message,
    where,
    expected: 'a run that has come as far as its retrieved traces',
    hint: '`ra-rft retriever --name NAME` goes on with it up to there, and trains no policy.',
  });
}

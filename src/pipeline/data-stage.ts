/** Stage "data": training problems, test problems and corpus as JSONL in the run folder, from the world or from the user's files. */
import { rm } from 'node:fs/promises';
import type { Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { hashFile } from '../core/hash-file.js';
import { hashJson } from '../core/hash.js';
import { readJsonlAll } from '../core/jsonl.js';
import type { Rng } from '../core/rng.js';
import { wouldRunAgain, type RunFolder } from '../core/run-folder.js';
import {
  loadProblems,
  loadTraces,
  partByText,
  readExcludeLists,
  splitByText,
  tracesOf,
  writeJsonl,
  type ExcludeLists,
  type Problem,
  type Trace,
} from '../data/index.js';
import type { Verifier } from '../verify/index.js';
import { makeWorld } from '../worlds/index.js';
import { promptWording } from './fingerprint.js';
import { withoutOverlong, type SkippedItem } from './overlong.js';
import type { Session } from './session.js';

/** What all later stages work on. */
export interface DataSets {
  train: Problem[];
  test: Problem[];
  corpus: Trace[];
  /** Traces that a problem is never shown or paired with, beside itself and its own text (data.excludeLists). */
  excludeLists: ExcludeLists;
  /** Hash of all of this. */
  fingerprint: string;
}

/** Test problems that name no split of their own. */
export const defaultSplit = 'test';

/** The part of a session that this stage uses. */
type DataSession = Pick<Session, 'config' | 'run' | 'verifier' | 'rng' | 'progress' | 'lengths' | 'modelHash'>;

/** Makes the data sets, or reads them where the stage is done. */
export async function prepareData(session: DataSession): Promise<DataSets> {
  const { config, run, verifier, rng, progress } = session;
  const { data } = config;
  const skipping = config.prompt.overlong === 'skip';
  const inputs = {
    data: withoutPaths(data),
    files: await userFiles(data),
    seed: data.source === 'world' ? data.world.seed : config.seed,
    // What is too long depends on wording, tokenizer and limits.
    ...(skipping && {
      overlong: { wording: promptWording(config.prompt), limits: session.lengths.limits, model: session.modelHash },
    }),
  };
  await run.stage('data', inputs, async () => {
    const all = await makeData(config, verifier, rng);
    const made = skipping ? withoutOverlong(all, session.lengths) : all;
    refuseEmpty(made);
    await refuseOtherData(run, made);
    await writeJsonl(run.paths.problems('train'), made.train);
    await writeJsonl(run.paths.problems('test'), made.test);
    await writeJsonl(run.paths.corpus, made.corpus);
    const { train, test, corpus, skipped } = made;
    const tooLong = skipped.filter(({ kind }) => kind !== undefined).length;
    const sizes = { train: train.length, test: test.length, corpus: corpus.length };
    await run.event('data', { ...sizes, skipped: skipped.length, tooLong });
    await rm(run.paths.leftOut, { force: true });
    if (skipped.length > 0) {
      await writeJsonl(run.paths.leftOut, skipped);
      for (const text of leftOutText(skipped, run.paths.leftOut)) progress.line(text);
    }
  });
  const train = await readJsonlAll<Problem>(run.paths.problems('train'));
  const test = await readJsonlAll<Problem>(run.paths.problems('test'));
  const corpus = await readJsonlAll<Trace>(run.paths.corpus);
  const excludeLists: ExcludeLists = data.source === 'world' ? new Map() : await excludeListsOf(data);
  const listed = excludeLists.size === 0 ? [] : [inputs.files['excludeLists']];
  return { train, test, corpus, excludeLists, fingerprint: hashJson([train, test, corpus, ...listed]) };
}

/** Problems and corpus before they are written. */
export interface Made extends Omit<DataSets, 'fingerprint'> {
  /** Lines of the user's files that were left out (data.unusable, data.unverifiable), with what was wrong. */
  skipped: SkippedItem[];
}

/** Lines left out that are shown; all stand in the file. */
const shownLines = 5;

function leftOutText(skipped: Made['skipped'], path: string): string[] {
  const shown = skipped.slice(0, shownLines).map(({ where, message }) => `  ${where}: ${message}`);
  const rest = skipped.length > shownLines ? [`  and ${skipped.length - shownLines} more in ${path}`] : [];
  const tooLong = skipped.filter(({ kind }) => kind !== undefined).length;
  const counts = [
    ...(skipped.length > tooLong ? [`${skipped.length - tooLong} unusable lines left out`] : []),
    ...(tooLong > 0 ? [`${tooLong} too long and left out`] : []),
  ];
  return [`data: ${counts.join(', ')}`, ...shown, ...rest];
}

/** Generates or reads the data sets; writes nothing. Throws `data` where one of them is empty. */
export async function makeData(config: Config, verifier: Verifier, rng: Rng): Promise<Made> {
  const { data } = config;
  const made = data.source === 'world' ? fromWorld(data) : await fromFiles(config, verifier, rng);
  refuseEmpty(made);
  return made;
}

function fromWorld(data: Config['data']): Made {
  const world = makeWorld(data.world);
  const { problems: train, tests: test, corpus } = world;
  return limit(data, { train, test, corpus, excludeLists: new Map(), skipped: [] });
}

async function fromFiles({ data }: Config, verifier: Verifier, rng: Rng): Promise<Made> {
  const checkAnswer = verifier.checkAnswer?.bind(verifier);
  const { unusable, unverifiable } = data;
  const options = { unusable, unverifiable, ...(checkAnswer && { checkAnswer }) };
  const skipped: Made['skipped'] = [];
  const load = async ({ path, fields }: Config['data']['problems']) => {
    if (path === null) return undefined;
    const loaded = await loadProblems(path, { fields, ...options });
    skipped.push(...loaded.skipped);
    return loaded.items;
  };
  const problems = (await load(data.problems)) ?? [];
  const tests = await load(data.tests);
  const split = tests
    ? { train: withoutTests(problems, tests, data.problems.path, skipped), test: tests }
    : splitByText(problems, { train: 1 - data.testShare, test: data.testShare, corpus: 0 }, rng.fork('data'));
  const { path, fields } = data.corpus;
  // Answers of traces are only compared, never verified against.
  const solved = path === null ? undefined : await loadTraces(path, { fields, unusable });
  skipped.push(...(solved?.skipped ?? []));
  const corpus = solved ? withoutTests(solved.items, split.test, path, skipped) : tracesOf(split.train);
  const trainIds = new Set(split.train.map((p) => p.id));
  const test = split.test.map((p) => asTest(p, trainIds));
  const excludeLists = await excludeListsOf(data);
  return limit(data, { train: split.train, test, corpus, excludeLists, skipped });
}

/** Drops what would give a test problem away by its very text, and says so. */
function withoutTests<T extends { id: string; question: string }>(
  items: readonly T[],
  tests: readonly Problem[],
  path: string | null,
  skipped: Made['skipped'],
): T[] {
  const { apart, shared } = partByText(items, tests);
  skipped.push(...shared.map(({ id }) => ({ where: `${path ?? 'data'}: ${id}`, message: 'is a test problem too' })));
  return apart;
}

/** Later stages know problems by id, so a test problem must not share one with a training problem. */
function asTest(problem: Problem, trainIds: ReadonlySet<string>): Problem {
  const id = trainIds.has(problem.id) ? `test/${problem.id}` : problem.id;
  return { ...problem, id, split: problem.split ?? defaultSplit };
}

/** Keeps the first so many training problems, and test problems of each split. */
function limit({ maxTrain, maxTest }: Config['data'], made: Made): Made {
  const seen = new Map<string, number>();
  const test = made.test.filter((p) => {
    const split = p.split ?? defaultSplit;
    seen.set(split, (seen.get(split) ?? 0) + 1);
    return maxTest === 0 || (seen.get(split) ?? 0) <= maxTest;
  });
  return { ...made, train: maxTrain === 0 ? made.train : made.train.slice(0, maxTrain), test };
}

function excludeListsOf(data: Config['data']): Promise<ExcludeLists> {
  return data.excludeLists === null ? Promise.resolve(new Map()) : readExcludeLists(data.excludeLists);
}

/** Throws `data` where a set has nothing in it. */
export function refuseEmpty({ train, test, corpus }: Made): void {
  const missing = [
    [train, 'training problems', 'data.problems'],
    [test, 'test problems', 'data.tests'],
    [corpus, 'solved problems to retrieve', 'data.corpus'],
  ] as const;
  for (const [items, what, where] of missing) {
    if (items.length > 0) continue;
    const hint = where === 'data.corpus' ? 'Give a corpus file, or training problems with solutions.' : undefined;
    throw new RaRftError({ code: 'data', message: `there are no ${what}`, where, expected: 'at least one', hint });
  }
}

/** The settings without the paths of files, which count by their content. */
function withoutPaths(data: Config['data']): unknown {
  const { excludeLists: _lists, ...settings } = data;
  const fieldsOf = ({ fields }: { fields: unknown }) => fields;
  return {
    ...settings,
    problems: fieldsOf(data.problems),
    corpus: fieldsOf(data.corpus),
    tests: fieldsOf(data.tests),
  };
}

/** Other data under finished stages: they would run again, and what they made would be lost. */
async function refuseOtherData(run: RunFolder, made: Made): Promise<void> {
  const later = (await run.finishedStages()).filter((stage) => stage !== 'data');
  if (later.length === 0) return;
  const sets = [
    [run.paths.problems('train'), made.train, 'training problems'],
    [run.paths.problems('test'), made.test, 'test problems'],
    [run.paths.corpus, made.corpus, 'traces'],
  ] as const;
  const changed: string[] = [];
  for (const [path, items, what] of sets)
    if (hashJson(await readJsonlAll(path)) !== hashJson(items)) changed.push(what);
  if (changed.length > 0) throw wouldRunAgain('data', `other ${changed.join(', ')} than before`, later, run.root);
}

/** Hashes of the user's files, so that a changed file is noticed. */
async function userFiles(data: Config['data']): Promise<Record<string, string>> {
  if (data.source === 'world') return {};
  const out: Record<string, string> = {};
  if (data.excludeLists !== null) out['excludeLists'] = await hashFile(data.excludeLists);
  for (const key of ['problems', 'corpus', 'tests'] as const) {
    const { path } = data[key];
    if (path !== null) out[key] = await hashFile(path);
  }
  return out;
}

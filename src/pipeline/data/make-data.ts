/** Training problems, test problems and corpus, from the embedded world or from the user's files. */
import type { Config, DataFileConfig } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import { type RunWarning } from '../../runs/warnings.js';
import {
  defaultSplit,
  asUnseen,
  holdOut,
  isUnseen,
  loadProblems,
  loadTraces,
  lookAlikes,
  partByText,
  readExcludeLists,
  splitByText,
  tracesOf,
  type ExcludeLists,
  type Problem,
} from '../../data/index.js';
import type { Verifier } from '../../verify/index.js';
import { makeWorld } from '../../worlds/index.js';
import {
  contradictionWarning,
  equalAnswersWarning,
  noTraceWarning,
  systemWarning,
  unworkedWarning,
  type Solved,
} from './data-warnings.js';
import { type SkippedItem } from '../prompts/overlong.js';
import { guardOf, type DataSets } from './data-sets.js';

/** Problems and corpus before they are written. */
export interface Made extends Omit<DataSets, 'fingerprint' | 'guard'> {
  /** Lines of the user's files that were left out (data.unusable, data.unverifiable), with what was wrong. */
  skipped: SkippedItem[];
  /** What is odd about the user's data. */
  warnings: RunWarning[];
}

/** Generates or reads the data sets; writes nothing. Throws `data` where one of them is empty. */
export async function makeData(config: Config, verifier: Verifier, rng: Rng): Promise<Made> {
  const { data } = config;
  const made = data.source === 'files' ? await fromFiles(config, verifier, rng) : fromWorld(data);
  refuseEmpty(made, data);
  return made;
}

function fromWorld(data: Config['data']): Made {
  const world = makeWorld(data.world);
  const { problems: train, tests: test, corpus } = world;
  return limit(data, { train, test, corpus, excludeLists: new Map(), skipped: [], warnings: [] });
}

async function fromFiles(config: Config, verifier: Verifier, rng: Rng): Promise<Made> {
  const { data } = config;
  const checkAnswer = verifier.checkAnswer?.bind(verifier);
  const { answers, unusable, unverifiable } = data;
  const options = { answers, unusable, unverifiable, ...(checkAnswer && { checkAnswer }) };
  const skipped: Made['skipped'] = [];
  const systemTexts: string[] = [];
  const solved: Solved[] = [];
  const unworked: { where: string; message: string }[] = [];
  const load = async ({ path, ...reading }: DataFileConfig) => {
    if (path === null) return undefined;
    const loaded = await loadProblems(path, { ...reading, ...options });
    unworked.push(...loaded.unworked);
    skipped.push(...loaded.skipped);
    systemTexts.push(...loaded.systemTexts);
    for (const [i, { solution, ...item }] of loaded.items.entries()) {
      if (solution !== undefined) solved.push({ ...item, solution, where: loaded.places[i]! });
    }
    return loaded.items;
  };
  const problems = (await load(data.problems)) ?? [];
  const tests = await load(data.tests);
  const stream = (data.splitSeed === null ? rng : Rng.fromSeed(data.splitSeed)).fork('data');
  const held = holdOut(problems, data.holdOut, { toTest: !tests, rng: stream });
  const inFile = tests
    ? { train: held.kept, test: asUnseen(tests, held.truths) }
    : splitByText(held.kept, { train: 1 - data.testShare, test: data.testShare, corpus: 0 }, stream);
  const tested = [...inFile.test, ...held.test];
  const inCorpus = withoutTests(held.corpus, tested, data.problems.path, skipped);
  const untested = withoutTests(inFile.train, tested, data.problems.path, skipped);
  const split = { train: withoutTests(untested, inCorpus, data.problems.path, skipped, IS_HELD_OUT), test: tested };
  const unseen = tracesOf(inCorpus);
  const { path, ...reading } = data.corpus;
  // Answers of traces are only compared, never verified against.
  const traces = path === null ? undefined : await loadTraces(path, { ...reading, answers, unusable });
  skipped.push(...(traces?.skipped ?? []));
  for (const [i, { trace, ...item }] of (traces?.items ?? []).entries()) {
    solved.push({ ...item, solution: trace, where: traces!.places[i]! });
  }
  const own = traces && asUnseen(withoutTests(traces.items, split.test, path, skipped), held.truths);
  const corpus = own ? [...own, ...partByText(unseen, own).apart] : [...tracesOf(split.train), ...unseen];
  const train = withoutUnseen(split.train, data.problems.path, skipped);
  const { test, renamed } = asTests(split.test, [...train, ...unseen]);
  const excludeLists = new Map(data.excludeLists === null ? [] : await readExcludeLists(data.excludeLists));
  refuseStrangeLists(excludeLists, [...split.train, ...split.test], data.excludeLists);
  // A list is of every problem that came under this id, whatever it is called now.
  for (const [id, given] of renamed) if (excludeLists.has(given)) excludeLists.set(id, excludeLists.get(given)!);
  if (data.mostWordsInCommon < 1)
    for (const [id, alike] of lookAlikes([...train, ...test], corpus, data.mostWordsInCommon))
      excludeLists.set(id, new Set([...(excludeLists.get(id) ?? []), ...alike]));
  const odd = {
    'contradicting-solutions': await contradictionWarning(solved, verifier),
    'no-worked-solution': unworkedWarning(unworked),
    'equal-answers': equalAnswersWarning(train),
    'no-trace-allowed': noTraceWarning(config, train, corpus, guardOf({ train, test, excludeLists })),
    'system-message-unused': systemWarning(config, [...new Set(systemTexts)]),
  };
  const warnings = Object.entries(odd).flatMap(([code, text]) =>
    text === undefined ? [] : { code, where: 'data', text },
  );
  return limit(data, { train, test, corpus, excludeLists, skipped, warnings });
}

/** Throws `data` where no list is of any problem: lists of other ids would guard nothing. */
function refuseStrangeLists(lists: ExcludeLists, problems: readonly Problem[], path: string | null): void {
  if (lists.size === 0 || problems.some(({ id }) => lists.has(id))) return;
  throw new RaRftError({
    code: 'data',
    message: `none of the ${lists.size} problems with an exclude list is among the problems (the first: ${[...lists.keys()][0]})`,
    where: path ?? 'data.excludeLists',
    expected: 'ids as data.problems has them',
    hint: 'Name the field with the ids (data.problems.fields.id), or make the lists from this file.',
  });
}

/** Problems of strategies that training never shows stay out of it; as traces they are found at the test. */
function withoutUnseen(train: readonly Problem[], path: DataFileConfig['path'], skipped: Made['skipped']): Problem[] {
  const unseen = train.filter(isUnseen);
  const message = 'is of the unseen split, so nothing is trained on it';
  skipped.push(...unseen.map(({ id }) => ({ where: placeOf(path, id), message })));
  return train.filter((problem) => !isUnseen(problem));
}

/** An item of the file, or files, at `path`. */
function placeOf(path: DataFileConfig['path'], id: string): string {
  return `${[path ?? 'data'].flat().join(', ')}: ${id}`;
}

const IS_HELD_OUT = 'has the text of a problem whose truth is held out';

/** Drops what would give a test problem away by its very text, and says so. */
function withoutTests<T extends { id: string; question: string }>(
  items: readonly T[],
  tests: readonly Problem[],
  path: DataFileConfig['path'],
  skipped: Made['skipped'],
  message = 'is a test problem too',
): T[] {
  const { apart, shared } = partByText(items, tests);
  skipped.push(...shared.map(({ id }) => ({ where: placeOf(path, id), message })));
  return apart;
}

/**
 * Later stages know problems by id, so a test problem must not share one with a training problem: it is renamed to `test/<id>`,
 * which is also what a reward module sees. `renamed` has the ids given and the new ones.
 */
function asTests(
  tests: readonly Problem[],
  train: readonly { id: string }[],
): { test: Problem[]; renamed: Map<string, string> } {
  const trainIds = new Set(train.map((p) => p.id));
  const taken = new Set([...trainIds, ...tests.map((p) => p.id)]);
  const renamed = new Map<string, string>();
  const test = tests.map((problem) => {
    let { id } = problem;
    if (trainIds.has(id)) {
      while (taken.has(id)) id = `test/${id}`;
      taken.add(id);
      renamed.set(id, problem.id);
    }
    return { ...problem, id, split: problem.split ?? defaultSplit };
  });
  return { test, renamed };
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

/** Throws `data` where a set has nothing in it. */
export function refuseEmpty({ train, test, corpus }: Made, { tests, testShare, holdOut: held }: Config['data']): void {
  const keeping = `data.testShare: ${testShare}${held.share > 0 ? ` with data.holdOut.share: ${held.share}` : ''}`;
  const missing = [
    [train, 'training problems', 'data.problems'],
    [test, 'test problems', 'data.tests'],
    [corpus, 'solved problems to retrieve', 'data.corpus'],
  ] as const;
  for (const [items, what, where] of missing) {
    if (items.length > 0) continue;
    const split = where !== 'data.corpus' && tests.path === null && train.length + test.length > 0;
    const all = train.length + test.length;
    throw new RaRftError({
      code: 'data',
      message: split
        ? `there are no ${what}: of ${all} ${all === 1 ? 'problem' : 'problems'}, ${keeping} keeps ${test.length} for testing`
        : `there are no ${what}`,
      where,
      expected: split ? 'enough problems for both, or a file as data.tests.path' : 'at least one',
      hint: where === 'data.corpus' ? 'Give a corpus file, or training problems with solutions.' : undefined,
    });
  }
}

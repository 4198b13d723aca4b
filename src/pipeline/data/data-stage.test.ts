import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { silent } from '../../core/progress.js';
import { Rng } from '../../core/rng.js';
import { RunFolder } from '../../runs/run-folder.js';
import { numericVerifier, openMathVerifier } from '../../verify/index.js';
import { guardOf } from './data-sets.js';
import { makeData } from './make-data.js';
import { prepareData } from './data-stage.js';
import { openPrompts } from '../session.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

const lines = (values: object[]) => values.map((v) => JSON.stringify(v)).join('\n');
const problems = Array.from({ length: 10 }, (_, i) => ({
  id: String(i),
  question: `What is ${i} plus one?`,
  answer: i + 1,
  solution: `\\boxed{${i + 1}}`,
}));

async function make(set: string[]) {
  const config = resolveConfig({ set: ['data.source=files', ...set] });
  return makeData(config, numericVerifier, Rng.fromSeed(1));
}

describe('makeData from files', () => {
  it('splits by text and takes the training solutions as corpus', async () => {
    const path = join(folder, 'p.jsonl');
    await writeFile(path, lines(problems));
    const data = await make([`data.problems.path=${path}`, 'data.testShare=0.3']);
    expect([data.train.length, data.test.length]).toEqual([7, 3]);
    expect(data.corpus.map((t) => t.id).toSorted()).toEqual(data.train.map((p) => p.id).toSorted());
    expect(data.test.every((p) => p.split === 'test')).toBe(true);
    expect(await make([`data.problems.path=${path}`, 'data.testShare=0.3'])).toEqual(data);
  });

  it('takes folds of one file, and works solutions that end in an expression', async () => {
    const path = join(folder, 'folds.jsonl');
    const fold = (n: number) => ({
      id: `${n}`,
      problem: `${n} and 7?`,
      answer: n + 7,
      equation: `${n} + 7`,
      fold: n % 5,
    });
    await writeFile(path, lines([...Array(10).keys()].map((i) => fold(i)).concat({ ...fold(20), equation: '20 + x' })));
    const named = ['problems', 'tests'].flatMap((name) => [
      `data.${name}.path=${path}`,
      `data.${name}.fields.question=problem`,
      `data.${name}.workedAnswer=expression`,
    ]);
    const set = [...named, 'reward=math', 'data.tests.where.fold=1', 'data.problems.where={fold: [0, 2, 3, 4]}'];
    const verifier = openMathVerifier({ workers: 1 });
    const data = await makeData(resolveConfig({ set }), verifier, Rng.fromSeed(1));
    await verifier.dispose();
    expect(data.test.map(({ id }) => id)).toEqual(['1', '6']);
    expect(data.train).toHaveLength(9);
    expect(data.train[0]!.solution).toBe('Numbers: a = 0, b = 7.\nThe answer is a + b = \\boxed{0 + 7}.');
    expect(data.skipped).toEqual([]);
    expect(data.warnings.map(({ code, text }) => `${code} ${text}`)).toEqual([
      expect.stringMatching(
        /^no-worked-solution 1 problem has no solution.*folds.jsonl:11: not plain arithmetic: 20 \+ x$/,
      ),
    ]);
    expect(() => resolveConfig({ set: [...set, 'reward=boxed'] })).toThrow(
      /reward: boxed takes no answer but a number/,
    );
  });

  it('reads GSM8K as published from files that are named without a source, and says what is odd', async () => {
    const path = join(folder, 'g.jsonl');
    const published = (n: number, answer: number) => ({
      question: `How many are ${n}?`,
      answer: `Add ${n} up.\n#### ${answer}`,
    });
    await writeFile(path, lines([1, 2, 3, 4, 5, 6].map((n) => published(n, n))));
    const of = (...set: string[]) => makeData(resolveConfig({ set }), numericVerifier, Rng.fromSeed(1));
    const data = await of(`data.problems.path=${path}`, 'data.testShare=0.34');
    expect([data.train.length, data.test.length]).toEqual([4, 2]);
    expect(data.warnings).toEqual([]);
    for (const { answer, trace } of data.corpus) expect(trace).toContain(`\\boxed{${answer}}`);
    await writeFile(path, lines([1, 2, 3, 4, 5, 6].map((n) => published(n, 7))));
    expect((await of(`data.problems.path=${path}`)).warnings.map(({ text }) => text)).toEqual([
      expect.stringContaining('all 5 training problems have the same answer, 7'),
      expect.stringContaining('no training problem may be shown any of the 5 traces'),
    ]);
  });

  it('too few problems for a test are told with their number', async () => {
    const path = join(folder, 'one.jsonl');
    await writeFile(path, lines(problems.slice(0, 1)));
    await expect(make([`data.problems.path=${path}`])).rejects.toMatchObject({
      where: 'data.tests',
      message: expect.stringContaining('of 1 problem, data.testShare: 0.2 keeps 0') as string,
    });
  });

  it('reads several files, and notices when one of them changes', async () => {
    for (const i of [0, 1]) await writeFile(join(folder, `p${i}.jsonl`), lines(problems.slice(5 * i, 5 * i + 5)));
    const config = resolveConfig({ set: [`data.problems.path=${folder}/p*.jsonl`] });
    const run = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
    const { lengths } = await openPrompts(config);
    const rng = Rng.fromSeed(1);
    const session = { config, run, verifier: numericVerifier, rng, progress: silent, lengths, modelHash: '' };
    const { fingerprint, train, test } = await prepareData(session);
    expect(train.length + test.length).toBe(10);
    await writeFile(join(folder, 'p1.jsonl'), lines(problems.slice(5, 9)));
    const again = await prepareData(session);
    expect(again.train.length + again.test.length).toBe(9);
    expect(again.fingerprint).not.toBe(fingerprint);
    await run.close();
  });

  it('keeps ids of the test set apart from those of the training set, and the splits that it names', async () => {
    const [a, b] = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl')];
    await writeFile(a, lines(problems.slice(0, 5)));
    const tests = problems.slice(5).map((p, i) => ({ ...p, id: String(i), split: i < 2 ? 'seen' : 'unseen' }));
    await writeFile(b, lines(tests));
    const set = [`data.problems.path=${a}`, `data.tests.path=${b}`];
    const data = await make(set);
    expect(data.test.map((p) => p.id)).toEqual(['test/0', 'test/1', 'test/2', 'test/3', 'test/4']);
    const limited = await make([...set, 'data.maxTest=1', 'data.maxTrain=2']);
    expect(limited.test.map((p) => p.split)).toEqual(['seen', 'unseen']);
    expect(limited.train).toHaveLength(2);
  });

  it('keeps what a test file shares with the training file out of training and corpus, and says so', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => join(folder, `${name}.jsonl`)) as [string, string, string];
    await writeFile(a, lines(problems));
    await writeFile(b, lines(problems.slice(0, 2)));
    await writeFile(c, lines(problems.slice(1, 4)));
    const data = await make([`data.problems.path=${a}`, `data.tests.path=${b}`, `data.corpus.path=${c}`]);
    expect(data.train.map((p) => p.id)).toEqual(problems.slice(2).map((p) => p.id));
    expect(data.corpus.map((t) => t.id)).toEqual(['2', '3']);
    expect(data.skipped.map((s) => s.where)).toEqual([`${a}: 0`, `${a}: 1`, `${c}: 1`]);
  });

  it('a test problem that had to be renamed keeps its exclude list, and takes no name that is taken', async () => {
    const [a, b, lists] = ['a', 'b', 'lists'].map((name) => join(folder, `${name}.jsonl`)) as [string, string, string];
    await writeFile(a, lines(problems.slice(0, 5)));
    const tests = problems.slice(5).map((p, i) => ({ ...p, id: i === 1 ? 'test/0' : String(i) }));
    await writeFile(b, lines(tests));
    await writeFile(lists, lines([{ problemId: '0', traceIds: ['3'] }]));
    const made = await make([`data.problems.path=${a}`, `data.tests.path=${b}`, `data.excludeLists=${lists}`]);
    expect(made.test.map((p) => p.id)).toEqual(['test/test/0', 'test/0', 'test/2', 'test/3', 'test/4']);
    const guard = guardOf(made);
    const trace = made.corpus.find(({ id }) => id === '3')!;
    const mayShow = (id: string) => guard.mayShow({ id, question: 'another' }, trace);
    expect(['0', 'test/test/0', 'test/0', 'test/2'].map(mayShow)).toEqual([false, false, true, true]);
  });

  it('refuses exclude lists of other problems: they would guard nothing', async () => {
    const [a, lists] = ['a', 'lists'].map((name) => join(folder, `${name}.jsonl`)) as [string, string];
    await writeFile(a, lines(problems));
    const set = [`data.problems.path=${a}`, `data.excludeLists=${lists}`];
    await writeFile(lists, lines([{ problemId: 'p-0', traceIds: ['3'] }]));
    await expect(make(set)).rejects.toMatchObject({ code: 'data', where: lists });
    await writeFile(
      lists,
      lines([
        { problemId: 'p-0', traceIds: [] },
        { problemId: '0', traceIds: ['3'] },
      ]),
    );
    expect((await make(set)).excludeLists.get('0')).toEqual(new Set(['3']));
  });

  it('keeps problems and traces apart that have too many words in common, beside what is listed', async () => {
    const [path, lists] = [join(folder, 'p.jsonl'), join(folder, 'lists.jsonl')];
    // Three share three words of seven; the first of them is the test, so its solution is no trace.
    const questions = ['Tom had 5 apples and ate 2', 'Ann had 9 pears and ate 3', 'How far is Rome?', 'Add 5 and 7'];
    const all = [...questions, 'Eve had 8 figs and ate 6'];
    await writeFile(path, lines(all.map((question, i) => ({ id: String(i), question, answer: i, solution: `${i}` }))));
    await writeFile(lists, lines([{ problemId: '0', traceIds: ['3'] }]));
    const listsOf = async (...set: string[]) => {
      const { excludeLists } = await make([`data.problems.path=${path}`, 'data.splitSeed=1', ...set]);
      return Object.fromEntries([...excludeLists].map(([id, own]) => [id, [...own]]));
    };
    expect(await listsOf()).toEqual({});
    expect(await listsOf('data.mostWordsInCommon=0.4', `data.excludeLists=${lists}`)).toEqual({
      0: ['3', '1', '4'],
      1: ['4'],
      4: ['1'],
    });
  });

  it('keeps problems of the unseen split out of training, and their solutions as traces', async () => {
    const [a, b] = [join(folder, 'a.jsonl'), join(folder, 'b.jsonl')];
    await writeFile(a, lines(problems.slice(0, 8).map((p, i) => ({ ...p, split: i < 2 ? 'unseen' : 'seen' }))));
    await writeFile(b, lines(problems.slice(8)));
    const made = await make([`data.problems.path=${a}`, `data.tests.path=${b}`]);
    expect(made.train.map((p) => p.id)).toEqual(['2', '3', '4', '5', '6', '7']);
    expect(made.skipped.map(({ where }) => where)).toEqual([`${a}: 0`, `${a}: 1`]);
    expect(made.corpus.map((t) => t.id).toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    const guard = guardOf(made);
    const first = made.corpus.find(({ id }) => id === '0')!;
    expect(guard.mayTeach({ id: 'x', question: 'another' }, first)).toBe(false);
  });

  it('refuses data without anything to retrieve, naming the key', async () => {
    const path = join(folder, 'p.jsonl');
    await writeFile(path, lines(problems.map(({ solution: _solution, ...p }) => p)));
    await expect(make([`data.problems.path=${path}`])).rejects.toMatchObject({ code: 'data', where: 'data.corpus' });
  });

  it('leaves out gold answers that cannot be verified, naming file and line', async () => {
    const path = join(folder, 'p.jsonl');
    await writeFile(path, lines([problems[0]!, { id: 'x', question: 'Who?', answer: 'the pope' }]));
    const stop = make([`data.problems.path=${path}`, 'data.unverifiable=error']);
    await expect(stop).rejects.toMatchObject({ code: 'data', where: `${path}:2` });
    await writeFile(path, lines([...problems, { id: 'x', question: 'Who?', answer: 'the pope' }]));
    const { skipped, train, test } = await make([`data.problems.path=${path}`]);
    expect(train.length + test.length).toBe(10);
    expect(skipped.map((s) => s.where)).toEqual([`${path}:11`]);
  });

  it('lists every line left out in the run folder, and the first of them on the screen', async () => {
    const path = join(folder, 'p.jsonl');
    const bad = Array.from({ length: 7 }, (_, i) => ({ id: `x${i}`, question: `Who is ${i}?`, answer: 'the pope' }));
    await writeFile(path, lines([...problems, ...bad]));
    const config = resolveConfig({ set: ['data.source=files', `data.problems.path=${path}`] });
    const run = await RunFolder.open(join(folder, 'run'), { values: config, yaml: configToYaml(config) });
    const said: string[] = [];
    const progress = { ...silent, line: (text: string) => said.push(text) };
    const { lengths } = await openPrompts(config);
    const session = { config, run, verifier: numericVerifier, rng: Rng.fromSeed(1), progress, lengths, modelHash: '' };
    await prepareData(session);
    await run.close();
    const listed = await readJsonlAll<{ where: string; message: string }>(run.paths.leftOut);
    expect(listed.map((l) => l.where)).toEqual(bad.map((_, i) => `${path}:${i + 11}`));
    expect(listed[0]?.message).toContain('the pope');
    expect(said).toHaveLength(7);
    expect(said.join('\n')).toMatch(/7 unusable lines left out[^]*:11[^]*:15[^]*and 2 more in .*left-out\.jsonl/);
  });
});

describe('makeData from the world', () => {
  it('makes sets of the configured sizes; the corpus knows unseen rules, training does not', async () => {
    const config = resolveConfig({ preset: 'quick' });
    const data = await makeData(config, numericVerifier, Rng.fromSeed(1));
    expect(data.train).toHaveLength(config.data.world.trainProblems);
    const unseen = new Set(data.test.filter((p) => p.split === 'unseen').map((p) => p.truth));
    expect(unseen.size).toBeGreaterThan(1);
    expect(data.train.some((p) => unseen.has(p.truth))).toBe(false);
    for (const rule of unseen) expect(data.corpus.some((t) => t.truth === rule)).toBe(true);
    const questions = new Set([...data.train, ...data.corpus].map((x) => x.question));
    expect(data.test.some((p) => questions.has(p.question))).toBe(false);
  });
});

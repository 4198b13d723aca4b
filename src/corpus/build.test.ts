import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../config/index.js';
import { readJsonlAll } from '../core/jsonl.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { readExcludeLists, type Trace } from '../data/index.js';
import { completion } from '../llm/testing/scripted-server.js';
import { testClient } from '../llm/testing/client.js';
import { numericVerifier } from '../verify/index.js';
import { buildCorpus, discardCorpus } from './build.js';
import type { BuildOptions } from './build-options.js';
import { inspectCorpus } from './inspect.js';
import { corpusPaths } from './paths.js';
import type { Rejected } from './types.js';

type Overrides = Partial<Omit<BuildOptions, 'config'>> & { settings?: object };

const jsonl = (rows: readonly (object | string)[]) =>
  rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n') + '\n';

async function write(folder: string, name: string, rows: readonly (object | string)[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, jsonl(rows));
  return path;
}

function optionsOf(out: string, inputs: string[], { settings = {}, ...rest }: Overrides = {}): BuildOptions {
  const { corpus: config } = configSchema.parse({ corpus: settings });
  const fixed = { exclude: [], queries: [], seed: 1, strict: false, verifier: numericVerifier };
  return { ...fixed, inputs, out, config, ...rest };
}

const filesOf = async (out: string) => {
  const { corpus, rejected } = corpusPaths(out);
  return { corpus: await readJsonlAll<Trace>(corpus), rejected: await readJsonlAll<Rejected>(rejected) };
};

const bytesOf = async (out: string) =>
  Object.fromEntries(
    await Promise.all(
      (await readdir(out)).toSorted().map(async (name) => [name, await readFile(join(out, name), 'utf8')] as const),
    ),
  );

/** A problem that shares no three words with another. */
const solved = (n: number, more: object = {}) => ({
  id: `p${n}`,
  question: `word${n}a word${n}b word${n}c word${n}d word${n}e`,
  solution: `It is $\\boxed{${n}}$.`,
  answer: String(n),
  ...more,
});

describe('buildCorpus', () => {
  test('every fault is told with its line, every decision with its reason, and the rest is kept', async () => {
    const folder = await temporaryFolder();
    const benchmark = 'how many ways are there to seat five people around a table';
    const input = await write(folder, 'in.jsonl', [
      solved(1, { type: 'Algebra' }),
      '{"id": broken',
      { ...solved(2), question: undefined },
      { ...solved(3), solution: ' ' },
      JSON.stringify(solved(4, { padding: 'x'.repeat(10 * 2 ** 20) })),
      solved(1),
      solved(5, { answer: '6' }),
      solved(7, { solution: 'It is seven.' }),
      solved(8, { question: `Tell me ${benchmark} with care` }),
      solved(9, { question: solved(1).question.toUpperCase() }),
      solved(10, { answer: 'x+1', solution: '\\boxed{1+x}' }),
      solved(11, { question: solved(99).question }),
      solved(12),
    ]);
    const bytes = await readFile(input);
    await writeFile(input, Buffer.concat([bytes, Buffer.from('{"id":"\xff"}\n', 'latin1')]));
    const exclude = [await write(folder, 'bench.jsonl', [{ problem: `Say ${benchmark}.` }])];
    const queries = [await write(folder, 'queries.jsonl', [solved(99)])];
    const out = join(folder, 'corpus');
    const summary = await buildCorpus(optionsOf(out, [input], { exclude, queries }));
    const { corpus, rejected } = await filesOf(out);
    expect(corpus.map((t) => t.id)).toEqual(['p1', 'p12']);
    expect(corpus[0]).toEqual({ ...solved(1), type: 'algebra', solution: undefined, trace: 'It is $\\boxed{1}$.' });
    expect(rejected.map(({ where, reason }) => [where.slice(input.length), reason])).toEqual([
      [':2', 'unreadable'],
      [':3', 'missing-field'],
      [':4', 'missing-field'],
      [':5', 'unreadable'],
      [':6', 'duplicate-id'],
      [':7', 'wrong-answer'],
      [':8', 'no-final-answer'],
      [':9', 'benchmark-overlap'],
      [':10', 'duplicate'],
      [':11', 'unverifiable-answer'],
      [':12', 'query-overlap'],
      [':14', 'unreadable'],
    ]);
    expect(rejected[7]?.detail).toContain('bench.jsonl:1');
    expect(summary).toMatchObject({ records: 14, kept: 2, faults: 6, types: { algebra: 1, '(none)': 1 } });
    expect(summary.rejected['unreadable']).toMatchObject({ count: 3 });
    const text = await inspectCorpus(out, { traces: 10, seed: 1 });
    for (const part of ['2 traces of 14 records', 'in.jsonl:2', '--- p12', 'wrong-answer'])
      expect(text).toContain(part);
  });

  test('drawings stay or go', async () => {
    const folder = await temporaryFolder();
    const solution = 'See: [asy] draw(unitcircle); [/asy] it is $\\boxed{1}$.';
    const input = await write(folder, 'in.jsonl', [solved(1, { solution })]);
    for (const [drawings, trace] of [
      ['keep', solution],
      ['drop', 'See:\n\nit is $\\boxed{1}$.'],
    ]) {
      const out = join(folder, drawings as string);
      await buildCorpus(optionsOf(out, [input], { settings: { drawings } }));
      expect((await filesOf(out)).corpus[0]?.trace).toBe(trace);
    }
  });

  test('strict stops at the first fault and writes no corpus; without it the same folder goes on', async () => {
    const folder = await temporaryFolder();
    const input = await write(folder, 'in.jsonl', [solved(1), '{"id": broken', solved(2)]);
    const out = join(folder, 'corpus');
    const strict = buildCorpus(optionsOf(out, [input], { strict: true }));
    await expect(strict).rejects.toMatchObject({ code: 'data', where: `${input}:2` });
    expect(await readdir(out)).not.toContain('corpus.jsonl');
    expect(await buildCorpus(optionsOf(out, [input]))).toMatchObject({ kept: 2, faults: 1 });
  });

  test('an input that is not there leaves nothing behind', async () => {
    const folder = await temporaryFolder();
    const building = buildCorpus(optionsOf(join(folder, 'corpus'), [join(folder, 'missing.jsonl')]));
    await expect(building).rejects.toMatchObject({ code: 'io' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('of twins the first that says the right answer stays', async () => {
    const folder = await temporaryFolder();
    const twin = (id: string, answer: string) => ({ ...solved(1), id, solution: `\\boxed{${answer}}` });
    const input = await write(folder, 'in.jsonl', [twin('wrong', '2'), twin('right', '1'), twin('late', '1')]);
    await buildCorpus(optionsOf(join(folder, 'corpus'), [input]));
    const { corpus, rejected } = await filesOf(join(folder, 'corpus'));
    expect(corpus.map((t) => t.id)).toEqual(['right']);
    expect(rejected).toMatchObject([
      { id: 'wrong', reason: 'wrong-answer' },
      { id: 'late', reason: 'duplicate', detail: 'the same as right' },
    ]);
  });

  test('with queryOverlap: list a twin stays, in the exclude list of its query, and shared answers are alarmed', async () => {
    const folder = await temporaryFolder();
    const input = await write(folder, 'in.jsonl', [
      solved(1),
      solved(2),
      solved(3, { answer: '9', solution: '\\boxed{9}' }),
    ]);
    const queries = [
      await write(folder, 'q.jsonl', [
        { ...solved(1), id: 'q1', answer: '2' },
        solved(2),
        { ...solved(7), answer: '9' },
      ]),
    ];
    const out = join(folder, 'corpus');
    const summary = await buildCorpus(optionsOf(out, [input], { queries, settings: { queryOverlap: 'list' } }));
    const lists = await readExcludeLists(corpusPaths(out).exclude);
    expect([...lists].map(([id, traces]) => [id, [...traces]])).toEqual([
      ['q1', ['p1']],
      ['p2', ['p2']],
      ['p7', []],
    ]);
    // q1 has the answer of p2; p2 has its own, but is excluded; p7 has that of p3.
    expect(summary.queries).toEqual({
      queries: 3,
      excludedPairs: 2,
      queriesWithExclusions: 2,
      sameAnswerQueries: 2,
      sameAnswerPairs: 2,
    });
  });

  test('a finished corpus is returned as it is, one of other files is not overwritten, and --redo makes it anew', async () => {
    const folder = await temporaryFolder();
    const input = await write(folder, 'in.jsonl', [solved(1)]);
    const out = join(folder, 'corpus');
    const first = await buildCorpus(optionsOf(out, [input]));
    const bytes = await bytesOf(out);
    // What a kill in the middle of the last write, or right behind it, leaves.
    await writeFile(join(out, 'summary.json.tmp-1-0-0'), '{"bui');
    await writeFile(corpusPaths(out).journal, '');
    expect(await buildCorpus(optionsOf(out, [input]))).toEqual(first);
    expect(await bytesOf(out)).toEqual(bytes);
    await appendFile(input, jsonl([solved(2)]));
    await expect(buildCorpus(optionsOf(out, [input]))).rejects.toMatchObject({ code: 'run-folder' });
    await discardCorpus(out);
    expect(await buildCorpus(optionsOf(out, [input]))).toMatchObject({ kept: 2 });
  });

  test('a journal that was cut anywhere gives the same bytes', async () => {
    const folder = await temporaryFolder();
    const rows = Array.from({ length: 700 }, (_, n) => (n % 50 === 7 ? '{"broken"' : solved(n % 600)));
    const input = await write(folder, 'in.jsonl', rows);
    const whole = join(folder, 'whole');
    await buildCorpus(optionsOf(whole, [input]));
    const expected = await bytesOf(whole);
    // A build that dies while it finishes leaves its whole journal: take it, and cut it in the middle of a line.
    const out = join(folder, 'killed');
    const { journal } = corpusPaths(out);
    const killed = buildCorpus({ ...optionsOf(out, [input]), config: failingTokenizer() });
    await expect(killed).rejects.toMatchObject({ code: 'model' });
    const full = await readFile(journal, 'utf8');
    const header = full.slice(0, full.indexOf('\n') + 1);
    const build = JSON.stringify({ build: (JSON.parse(expected['summary.json'] ?? '') as { build: string }).build });
    for (const length of [1.0, 0.6, 0.2]) {
      await discardCorpus(out);
      const text = `${build}\n${full.slice(header.length)}`;
      await writeFile(journal, text.slice(0, Math.floor(text.length * length)));
      await buildCorpus(optionsOf(out, [input]));
      expect(await bytesOf(out)).toEqual(expected);
    }
  });
});

/** A configuration whose last step fails. */
function failingTokenizer(): BuildOptions['config'] {
  return configSchema.parse({ corpus: { tokenizer: '/nowhere' } }).corpus;
}

describe('buildCorpus with a language model', () => {
  const settings = { traces: 'summary', typing: 'llm' };
  const summaryOf = (n: number, answer = n) =>
    `Step 1 (see): it is so.\nTherefore, the final answer is: $\\boxed{${answer}}$.`;
  const numberIn = (text: string) => Number(/word(\d+)a/.exec(text)?.[1]);

  test('summaries are verified, faulty ones asked for once more, types come from the list', async () => {
    const folder = await temporaryFolder();
    const input = await write(folder, 'in.jsonl', [
      solved(1),
      solved(2),
      solved(3),
      solved(4),
      solved(5, { type: 'Odd' }),
    ]);
    const { client, server } = await testClient(({ body }) => {
      const messages = body.messages ?? [];
      const first = messages.find(({ role }) => role === 'user')?.content ?? '';
      const n = numberIn(first);
      if (first.startsWith('Which one')) return completion(n === 4 ? 'poetry' : 'Geometry.');
      if (n === 2 && messages.length === 2) return completion(summaryOf(2, 7));
      return completion(n === 3 ? 'no steps' : `<think>hm</think>${summaryOf(n)}`);
    });
    const summary = await buildCorpus(optionsOf(join(folder, 'corpus'), [input], { settings, llm: client }));
    const { corpus, rejected } = await filesOf(join(folder, 'corpus'));
    expect(corpus.map(({ id, type, trace }) => [id, type, trace])).toEqual([
      ['p1', 'geometry', summaryOf(1)],
      ['p2', 'geometry', summaryOf(2)],
      ['p5', 'odd', summaryOf(5)],
    ]);
    expect(rejected.map(({ id, reason }) => [id, reason])).toEqual([
      ['p3', 'bad-summary'],
      ['p4', 'no-type'],
    ]);
    expect(rejected.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^there is no line .*; the reply was "no steps"$/),
      expect.stringMatching(/^it does not name exactly one of: algebra, .*; the reply was "poetry"$/),
    ]);
    const complaint = server.seen
      .flatMap(({ body }) => body.messages ?? [])
      .find(({ content }) => content.startsWith('This cannot'));
    expect(complaint?.content).toContain('says 7, not 2');
    expect(summary.traces).toContain('by test-model');
  });

  test('a budget stops the build, and the next attempt goes on without paying twice', async () => {
    const folder = await temporaryFolder();
    const input = await write(
      folder,
      'in.jsonl',
      Array.from({ length: 12 }, (_, n) => solved(n + 1)),
    );
    const out = join(folder, 'corpus');
    const { server, reopen } = await testClient(({ body }) => {
      const text = body.messages?.at(-1)?.content ?? '';
      return completion(summaryOf(numberIn(text)));
    });
    const build = (llm: BuildOptions['llm']) =>
      buildCorpus(optionsOf(out, [input], { settings: { traces: 'summary' }, ...(llm && { llm }) }));
    const poor = await reopen({ maxCalls: 5 });
    await expect(build(poor)).rejects.toMatchObject({ code: 'budget' });
    expect(server.seen).toHaveLength(5);
    const rich = await reopen();
    expect(await build(rich)).toMatchObject({ kept: 12 });
    expect(server.seen).toHaveLength(12);
  });

  test('a server that refuses some requests leaves these aside with the reason', async () => {
    const folder = await temporaryFolder();
    const input = await write(folder, 'in.jsonl', [solved(1), solved(2)]);
    const { client } = await testClient(({ body }) => {
      const n = numberIn(body.messages?.at(-1)?.content ?? '');
      return n === 1 ? { status: 400, json: { error: { message: 'no' } } } : completion(summaryOf(n));
    });
    const options = optionsOf(join(folder, 'corpus'), [input], { settings: { traces: 'summary' }, llm: client });
    expect(await buildCorpus(options)).toMatchObject({ kept: 1, rejected: { 'llm-failed': { count: 1 } } });
  });
});

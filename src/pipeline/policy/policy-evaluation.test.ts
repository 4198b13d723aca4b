import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configSchema, resolveConfig, type Config } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { silent } from '../../core/progress.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { writeJsonl, type Trace } from '../../data/index.js';
import type { SampleLine } from '../../eval/index.js';
import { adder, sums } from '../../eval/policy/testing/sums.js';
import {
  completion,
  startScriptedServer,
  type Behaviour,
  type SeenRequest,
} from '../../llm/testing/scripted-server.js';
import {
  createEncoder,
  EncoderRetriever,
  readIndexHeader,
  SPEC_DEFAULTS,
  writeRetriever,
} from '../../retriever/index.js';
import { evaluatePolicy, refuseUnscored, type PolicyEvaluationRequest } from './policy-evaluation.js';
import { findTraces } from './policy-traces.js';
import { writeTinyTask } from '../testing/tiny-task.js';

const embedded = fileURLToPath(new URL('../../../assets/base', import.meta.url));
const traces: Trace[] = [
  { id: 't0', question: 'What is 0 + 3?', trace: 'so \\boxed{3}', answer: '3' }, // the text of a problem
  { id: 't1', question: 'What is 1 + 6?', trace: 'so \\boxed{7}', answer: '7' },
  { id: 't2', question: 'What is 2 and 20 less?', trace: 'so \\boxed{-18}', answer: '-18' },
];

async function request(config: Config, over: Partial<PolicyEvaluationRequest> = {}): Promise<PolicyEvaluationRequest> {
  const folder = await temporaryFolder();
  const path = join(folder, 'sums.jsonl');
  await writeJsonl(path, sums);
  const sets = [{ name: 'sums', path, preset: undefined }];
  const out = join(folder, 'out');
  return { config, policy: 'server', sets, traces: undefined, limit: undefined, out, progress: silent, ...over };
}

async function serverConfig(behave: (request: SeenRequest) => Behaviour, changes: object = {}) {
  const server = await startScriptedServer(behave);
  onTestFinished(() => server.close());
  const llm = { baseUrl: server.baseUrl, model: 'm', apiKeyEnv: null, retries: 0 };
  const config = configSchema.parse({ llm, reward: 'boxed', eval: { k: 4, bootstrapSamples: 100 }, ...changes });
  return { server, config };
}

describe('a server', () => {
  test('samples, verdicts and figures; nothing is asked twice', async () => {
    const { server, config } = await serverConfig(adder);
    const asked = await request(config, { limit: 5 });
    const evaluation = await evaluatePolicy(asked);
    const lines = await readJsonlAll<SampleLine>(join(asked.out, 'samples.jsonl'));
    expect(lines).toHaveLength(20);
    const mean = lines.filter(({ reward }) => reward === 1).length / 20;
    expect(mean).toBeGreaterThan(0.4);
    expect(evaluation.scores).toMatchObject([{ split: 'sums', k: 4, n: 5, average: mean, notSampled: 0 }]);
    expect(evaluation.scores[0]!.passAt[0]!.mean).toBeCloseTo(mean, 12);
    expect(evaluation.data).toMatchObject([{ name: 'sums', problems: 5, leftOut: 0, withTrace: 0 }]);
    const written = await readFile(join(asked.out, 'eval.json'), 'utf8');
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(evaluation)));
    expect(written).not.toMatch(/NaN|null,\s*null/);
    await evaluatePolicy(asked);
    expect(await readFile(join(asked.out, 'eval.json'), 'utf8')).toBe(written);
    expect(server.seen).toHaveLength(20);
  });

  test('a line of no use stops the evaluation, or is left out where the configuration says so', async () => {
    const { config } = await serverConfig(adder);
    const asked = await request(config, { limit: 2 });
    const [set] = asked.sets;
    await writeJsonl(set!.path, [...sums, { id: 'broken', question: 'What is it?' }]);
    await expect(evaluatePolicy(asked)).rejects.toMatchObject({
      code: 'data',
      where: `${set!.path}:${sums.length + 1}`,
    });
    const skipping = { ...config, data: { ...config.data, unusable: 'skip' as const } };
    const evaluation = await evaluatePolicy({ ...asked, config: skipping });
    expect(evaluation.data).toMatchObject([{ problems: 2, leftOut: 1 }]);
  });

  test('another setting in the same folder is refused with what differs', async () => {
    const { config } = await serverConfig(adder);
    const asked = await request(config);
    await evaluatePolicy(asked);
    const warmer = { ...config, eval: { ...config.eval, generation: { temperature: 0.5 } } };
    await expect(evaluatePolicy({ ...asked, config: warmer })).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringContaining('temperature (1, now 0.5)') as string,
    });
    await writeJsonl(asked.sets[0]!.path, sums.slice(1));
    await expect(evaluatePolicy(asked)).rejects.toMatchObject({ code: 'run-folder' });
  });

  test('failures are counted with their reasons; the next start asks for them again', async () => {
    let isWell = false;
    const refuse: Behaviour = { status: 400, json: { error: { message: 'out of luck' } } };
    const { server, config } = await serverConfig((one) => (!isWell && one.n % 3 === 0 ? refuse : adder(one)));
    const asked = await request(config);
    const first = await evaluatePolicy(asked);
    expect(first.failures).toEqual([{ reason: 'server: status 400: out of luck', samples: 8 }]);
    expect(first.scores[0]).toMatchObject({ notSampled: 8, responses: { samples: 16, noVerdict: 0 } });
    isWell = true;
    const second = await evaluatePolicy(asked);
    expect(second.failures).toEqual([]);
    expect(server.seen).toHaveLength(24 + 8);
    const lines = await readJsonlAll<SampleLine>(join(asked.out, 'samples.jsonl'));
    expect(lines.map(({ problemId, attempt }) => `${problemId}/${attempt}`)).toEqual(
      sums.flatMap(({ id }) => [0, 1, 2, 3].map((attempt) => `${id}/${attempt}`)),
    );
  });

  test('a set that failed as a whole is refused after the others are written', async () => {
    const behave = (one: SeenRequest) =>
      (one.body.messages?.[0]?.content ?? '').includes('hard')
        ? completion('x', { finishReason: 'abort' })
        : adder(one);
    const { config } = await serverConfig(behave);
    const asked = await request(config);
    const hard = join(asked.out, '..', 'hard.jsonl');
    await writeJsonl(hard, [{ id: 'h', question: 'hard', answer: '1' }]);
    const both = { ...asked, sets: [...asked.sets, { name: 'hard', path: hard, preset: undefined }] };
    const evaluation = await evaluatePolicy(both);
    expect(evaluation.scores.map(({ split }) => split)).toEqual(['sums']);
    expect(() => refuseUnscored(evaluation, asked.out)).toThrow(/no sample of hard .*broke the reply off/);
    await expect(
      evaluatePolicy({ ...both, sets: [both.sets[1]!], out: join(asked.out, 'alone') }),
    ).rejects.toMatchObject({ code: 'llm' });
  });

  test('a completion layout is refused', async () => {
    const { config } = await serverConfig(adder, { prompt: { layout: 'completion' } });
    await expect(evaluatePolicy(await request(config))).rejects.toMatchObject({ where: 'prompt.layout' });
  });
});

describe('a model on this machine', () => {
  test('the local engine, the same samples at every start, three traces by BM25 in the prompt', async () => {
    const folder = await temporaryFolder();
    const file = await writeTinyTask(folder);
    const config = resolveConfig({ file, set: ['eval.k=2', 'engine.threads=1'] });
    const problems = join(folder, 'problems.jsonl');
    const rows = (await readJsonlAll<{ ask: string; gold: number }>(problems)).slice(0, 5);
    const path = join(folder, 'eval.jsonl');
    await writeJsonl(
      path,
      rows.map(({ ask, gold }, i) => ({ id: `p${i}`, question: ask, answer: String(gold) })),
    );
    const corpus = join(folder, 'solved.jsonl');
    const solved = await readJsonlAll<{ ask: string; gold: number; work: string }>(join(folder, 'corpus.jsonl'));
    await writeJsonl(
      corpus,
      solved.map(({ ask, gold, work }) => ({ question: ask, answer: gold, solution: work })),
    );
    const asked = await request(config, {
      policy: 'local',
      sets: [{ name: 'tiny', path, preset: 'plain' }],
      traces: { from: 'bm25', corpus, count: 3 },
    });
    const evaluation = await evaluatePolicy(asked);
    expect(evaluation).toMatchObject({
      scores: [{ split: 'tiny', k: 2, n: 5, responses: { samples: 10 } }],
      data: [{ withTrace: 5 }],
      settings: { policy: { model: join(folder, 'model') }, traces: { from: 'bm25', corpus: 40, perPrompt: 3 } },
    });
    const samples = join(asked.out, 'samples.jsonl');
    const lines = await readFile(samples, 'utf8');
    expect((JSON.parse(lines.split('\n')[0]!) as SampleLine).traceIds).toHaveLength(3);
    // Part of the file is gone: the batch is sampled whole again and gives the same.
    await writeFile(samples, lines.slice(0, lines.length / 2));
    await evaluatePolicy(asked);
    expect(await readFile(samples, 'utf8')).toBe(lines);
  });

  test('a prompt that leaves no room fails its problem, and all of them the evaluation', async () => {
    const folder = await temporaryFolder();
    const config = resolveConfig({ file: await writeTinyTask(folder), set: ['eval.k=2', 'engine.threads=1'] });
    const long = `zib ${'1 '.repeat(200)}.`;
    const path = join(folder, 'eval.jsonl');
    const rows = [
      { id: 'fits', question: 'zib 1 2 apples .', answer: '3' },
      { id: 'long', question: long, answer: '3' },
    ];
    await writeJsonl(path, rows);
    const sets = [{ name: 'tiny', path, preset: undefined }];
    const evaluation = await evaluatePolicy(await request(config, { policy: 'local', sets }));
    expect(evaluation.scores[0]).toMatchObject({ n: 1, failedProblems: 1, notSampled: 2 });
    expect(evaluation.failures[0]!.reason).toContain('do not fit the window of 128');
    await writeJsonl(path, rows.slice(1));
    await expect(evaluatePolicy(await request(config, { policy: 'local', sets }))).rejects.toMatchObject({
      code: 'context-length',
    });
  });
});

describe('findTraces', () => {
  const sets = [{ name: 'sums', problems: sums }];

  test('BM25 and random, never the problem itself', async () => {
    const folder = await temporaryFolder();
    const corpus = join(folder, 'corpus.jsonl');
    await writeJsonl(corpus, traces);
    const search = { config: configSchema.parse({}), indexFolder: join(folder, 'index'), progress: silent };
    for (const from of ['bm25', 'random']) {
      const found = await findTraces({ from, corpus, count: 1 }, sets, search);
      expect(found.corpusSize).toBe(3);
      // t0 repeats the text of s0; t1 has the answer of s4, as t0 has that of s0.
      expect(found.tracesOf('sums', sums[0]!)[0]?.id).not.toBe('t0');
      expect(found.tracesOf('sums', sums[4]!)[0]?.id).not.toBe('t1');
      expect(found.tracesOf('other', sums[0]!)).toEqual([]);
      const more = await findTraces({ from, corpus, count: 9 }, sets, search);
      for (const problem of sums) {
        const [first, ...others] = more.tracesOf('sums', problem);
        expect(first).toEqual(found.tracesOf('sums', problem)[0]);
        expect(others.length).toBeGreaterThan(0);
      }
    }
    const apart = { ...search, config: configSchema.parse({ data: { mostWordsInCommon: 0 } }) };
    await writeJsonl(corpus, [...traces, { id: 'other', question: 'Trains go far', answer: '900', trace: 'x' }]);
    const others = await findTraces({ from: 'random', corpus, count: 1 }, sets, apart);
    expect(sums.map((problem) => others.tracesOf('sums', problem)[0]?.id)).toEqual(sums.map(() => 'other'));
    const missing = { code: 'usage', where: '--corpus' };
    await expect(findTraces({ from: 'bm25', corpus: undefined, count: 1 }, sets, search)).rejects.toMatchObject(
      missing,
    );
    await expect(findTraces({ from: folder, corpus, count: 1 }, sets, search)).rejects.toMatchObject({
      where: '--trace-from',
    });
  });

  test('traces are worked from equations as in a run, and lines of no use are left out where it leaves them out', async () => {
    const folder = await temporaryFolder();
    const corpus = join(folder, 'corpus.jsonl');
    const rows = [
      { id: 'good', question: 'A shop had 9 pears and got 4.', answer: '13', equation: '9 + 4' },
      { id: 'bad', question: 'A shop had 8 pears and got 4.', answer: '13', equation: '8 + 4' },
    ];
    await writeJsonl(corpus, rows);
    const told: string[] = [];
    const progress = { ...silent, line: (text: string) => void told.push(text) };
    const find = (data: object) =>
      findTraces({ from: 'bm25', corpus, count: 1 }, sets, {
        config: configSchema.parse({ data }),
        indexFolder: join(folder, 'index'),
        progress,
      });
    await expect(find({})).rejects.toMatchObject({ code: 'data', where: `${corpus}:2` });
    const found = await find({ unusable: 'skip', problems: { workedAnswer: 'expression' } });
    expect(found.corpusSize).toBe(1);
    expect(told).toEqual([expect.stringContaining(`${corpus}:2`)]);
    expect(found.tracesOf('sums', sums[0]!)[0]?.trace).toContain('\\boxed{9 + 4}');
  });

  // Runs of older versions have one retriever, without a name.
  test.each(['learned', ''])(
    "a retriever that a run left (%o), with the run's corpus and index; another corpus gets an index of its own",
    async (name) => {
      const root = await temporaryFolder();
      const encoder = await createEncoder(embedded, { hidden: 16, dim: 8, maxTokens: 64 }, 1);
      const spec = {
        ...SPEC_DEFAULTS,
        query: { ...SPEC_DEFAULTS.query, maxTokens: 32 },
        document: { ...SPEC_DEFAULTS.document, maxTokens: 32 },
      };
      await writeRetriever(join(root, 'retriever', name), { encoder, spec }, embedded);
      await writeJsonl(join(root, 'data', 'corpus.jsonl'), traces);
      const out = join(root, 'out');
      const search = {
        config: configSchema.parse({ engine: { threads: 1 } }),
        indexFolder: join(out, 'index'),
        progress: silent,
      };
      const own = await findTraces({ from: root, corpus: undefined, count: 1 }, sets, search);
      expect(own.corpusSize).toBe(3);
      expect(own.tracesOf('sums', sums[0]!)[0]?.id).not.toBe('t0');
      expect(await readIndexHeader(join(root, 'index', name))).toBeUndefined(); // the run's folder is not written to
      const first = await readIndexHeader(join(out, 'index'));
      expect(first?.documents).toBe(3);
      const corpus = join(root, 'two.jsonl');
      await writeJsonl(corpus, traces.slice(1));
      const two = { ...search, indexFolder: join(root, 'two') };
      expect((await findTraces({ from: join(root, 'retriever', name), corpus, count: 1 }, sets, two)).corpusSize).toBe(
        2,
      );
      expect((await readIndexHeader(join(root, 'two')))?.documents).toBe(2);
      await (
        await EncoderRetriever.open(join(root, 'retriever', name), join(root, 'index', name), traces, { threads: 1 })
      ).dispose();
      const unused = { ...search, indexFolder: join(root, 'unused') };
      const withIndex = await findTraces({ from: root, corpus: undefined, count: 1 }, sets, unused);
      expect(sums.map((problem) => withIndex.tracesOf('sums', problem)[0]?.id)).toEqual(
        sums.map((problem) => own.tracesOf('sums', problem)[0]?.id),
      );
      expect(await readIndexHeader(join(root, 'unused'))).toBeUndefined();
    },
  );

  test('one of several retrievers of a run must be named', async () => {
    const root = await temporaryFolder();
    const encoder = await createEncoder(embedded, { hidden: 16, dim: 8, maxTokens: 64 }, 1);
    for (const name of ['one', 'two'])
      await writeRetriever(join(root, 'retriever', name), { encoder, spec: SPEC_DEFAULTS }, embedded);
    const search = { config: configSchema.parse({}), indexFolder: join(root, 'out'), progress: silent };
    const refused = { code: 'usage', expected: expect.stringContaining(join('retriever', 'two')) as string };
    await expect(findTraces({ from: root, corpus: undefined, count: 1 }, sets, search)).rejects.toMatchObject(refused);
  });
});

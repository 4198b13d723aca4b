import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { folderRef, LocalEngine } from '../../engine/index.js';
import { isAdapterFolder } from '../../models/adapter/index.js';
import { writeWorldRun } from '../testing/world-run.js';
import { DemoModels } from './models.js';
import { differences, numbersOf } from './numbers.js';
import type { DemoSite } from './site.js';
import { exportDemo, type WrittenDemo } from './write.js';

describe('a demo of a run', () => {
  let folder: string;
  let run: string;
  let page: string;
  let out: string;
  let site: DemoSite;
  let written: WrittenDemo;
  const write = (options: { out: string; arm?: string }) => exportDemo(run, { page, version: '1.2.3', ...options });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ra-rft-test-'));
    run = await writeWorldRun(folder, {
      arms: [
        { name: 'grpo', train: 'none', test: 'none' },
        { name: 'ra-rft', train: 'learned', test: 'learned' },
        { name: 'at-test', train: 'none', test: 'learned', policyOf: 'grpo' },
      ],
    });
    page = join(folder, 'page');
    await mkdir(join(page, 'assets'), { recursive: true });
    await writeFile(join(page, 'index.html'), '<!doctype html>');
    await writeFile(join(page, 'assets', 'ort-wasm-simd-threaded-Ab1.wasm'), '12345');
    out = join(folder, 'site');
    written = await write({ out });
    site = JSON.parse(await readFile(join(out, 'run', 'demo.json'), 'utf8')) as DemoSite;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const models = () =>
    DemoModels.open({
      folders: { policy: join(out, 'run', 'policy'), retriever: join(out, 'run', 'retriever') },
      setup: site.setup,
      threads: 1,
    });

  it('is the page with the run beside it', async () => {
    expect(written).toMatchObject({ arm: 'ra-rft', step: 1, retriever: 'learned', limits: [] });
    expect(await readdir(join(out, 'run'))).toEqual(['demo.json', 'policy', 'retriever']);
    expect(site).toMatchObject({
      run: 'run',
      arm: 'ra-rft',
      step: 1,
      retriever: 'learned',
      version: '1.2.3',
      runtimes: { wasm: 5 },
    });
    expect(site.world).toMatchObject({ seed: 1, tracesPerRule: 2 });
    expect(Object.keys(site.files)).toContain('policy/model.safetensors');
    expect(Object.keys(site.files).filter((file) => file.includes('optimizer'))).toEqual([]);
    for (const [file, size] of Object.entries(site.files)) {
      expect((await readFile(join(out, 'run', file))).length, file).toBe(size);
    }
  });

  it('finds the traces that the run found, and scores and samples as its engine does', async () => {
    const open = await models();
    const lines = await readJsonlAll<{ set: string; problemId: string; hits: { traceId: string; score: number }[] }>(
      join(run, 'retrieved', 'learned.jsonl'),
    );
    for (const problem of site.problems) {
      const line = lines.find(({ set, problemId }) => set === 'test' && problemId === problem.id)!;
      const [hit] = await open.search(problem, 1);
      expect(hit?.trace.id).toBe(line.hits[0]!.traceId);
      expect(hit?.score).toBeCloseTo(line.hits[0]!.score, 5);
    }
    const engine = new LocalEngine({ threads: 1 });
    const policy = await engine.open(folderRef(join(run, 'policy', 'ra-rft', 'step-000001')));
    const [problem] = site.problems;
    const trace = (await open.search(problem!, 1))[0]!.trace;
    const prompt = open.codec.prompt(problem!, { kind: 'traces', traces: [trace] });
    const solution = open.codec.response(problem!.solution!);
    const [[logprobs]] = (await policy.logprobs([{ prompt, responses: [solution] }])) as [[Float32Array]];
    expect(differenceOf(logprobs, site.numbers[0]!.withTrace)).toBeLessThan(1e-4);
    const { samples_NG } = await policy.sample([{ prompt, n: 1, seed: 7 }], {
      ...site.setup.sampling,
      stopTokens: open.codec.stopTokens,
    });
    const steps: number[] = [];
    const [, said] = await open.answer(problem!, [undefined, trace], 7, (place, { tokens }) => {
      if (place === 1) steps.push(tokens.length);
    });
    expect(said!.text).toBe(open.codec.decode(samples_NG[0]![0]!.tokens));
    expect(steps).toEqual(said!.tokens.map((_, i) => i + 1));
    await engine.dispose();
    await open.dispose();
  });

  it('shows no trace that gives the answer away, and names the words that the policy cannot read', async () => {
    const open = await models();
    const question = site.setup.traces[0]!.question;
    const ids = async (asked: { answer?: string }) =>
      (await open.search({ id: 'typed', question, ...asked }, 500)).map(({ trace }) => trace.id);
    const { id, answer } = site.setup.traces[0]!;
    expect(await ids({})).toHaveLength(site.setup.traces.length - 1);
    expect(await ids({})).not.toContain(id);
    const same = site.setup.traces.filter((trace) => trace.answer === answer);
    expect(await ids({ answer })).toHaveLength(site.setup.traces.length - same.length);
    expect(open.unknownWords('At the zoo, Hugo counts 123 rabbits. rabbits')).toEqual([
      'zoo,',
      '123',
      'rabbits.',
      'rabbits',
    ]);
    const match = await open.match(question, site.setup.traces[0]!);
    expect(match.matches).toHaveLength(match.query.length);
    expect(match.document.slice(0, match.query.length)).toEqual(match.query);
    await open.dispose();
  });

  it('holds numbers that are computed again alike', async () => {
    const open = await models();
    const found = await numbersOf(open, site.problems.slice(0, 3));
    const { scores, logprobs, otherTraces } = differences(site.numbers, found);
    expect(Math.max(scores, logprobs)).toBeLessThan(1e-5);
    expect(otherTraces).toBe(0);
    await open.dispose();
  });

  it('replaces what it wrote, and nothing of others', async () => {
    expect(await write({ out, arm: 'at-test' })).toMatchObject({ arm: 'at-test', step: 1 });
    await writeFile(join(out, 'mine.txt'), '');
    await expect(write({ out })).rejects.toMatchObject({ code: 'io' });
    await rm(join(out, 'mine.txt'));
    await write({ out });
  });

  it('refuses arms that there are not, that have no traces, and a run without a policy', async () => {
    const to = join(folder, 'other');
    await expect(write({ out: to, arm: 'rarft' })).rejects.toMatchObject({
      code: 'usage',
      hint: 'Did you mean ra-rft?',
    });
    await expect(write({ out: to, arm: 'grpo' })).rejects.toMatchObject({ code: 'run-folder' });
    await expect(exportDemo(join(folder, 'none'), { out: to, page, version: '' })).rejects.toMatchObject({
      code: 'run-folder',
    });
  });
});

it('merges a policy that is an adapter', async () => {
  const folder = await temporaryFolder();
  const rl = { steps: 1, promptsPerStep: 4, groupSize: 4, checkpointEverySteps: 1, warmupSteps: 0, lora: { rank: 2 } };
  const run = await writeWorldRun(folder, { rl });
  expect(await isAdapterFolder(join(run, 'policy', 'ra-rft', 'step-000001'))).toBe(true);
  const page = join(folder, 'page');
  await mkdir(page);
  const out = join(folder, 'site');
  await exportDemo(run, { out, page, version: '' });
  expect(await readdir(join(out, 'run', 'policy'))).toContain('model.safetensors');
});

describe('differences', () => {
  const numbers = { problemId: 'p', scores: [0.5, 0.25], bestId: 'a', withTrace: [-1], withoutTrace: [-2, -3] };

  it('are the largest of all', () => {
    const other = { ...numbers, scores: [0.5, 0.5], withoutTrace: [-2, -3.5], bestId: 'b' };
    expect(differences([numbers], [other])).toEqual({ scores: 0.25, logprobs: 0.5, otherTraces: 1 });
  });

  it('are infinite where numbers are missing or none', () => {
    expect(differences([numbers], [])).toMatchObject({ scores: Infinity, logprobs: Infinity, otherTraces: 1 });
    expect(differences([numbers], [{ ...numbers, scores: [0.5] }]).scores).toBe(Infinity);
    expect(differences([numbers], [{ ...numbers, withTrace: [Number.NaN] }]).logprobs).toBe(Infinity);
  });
});

function differenceOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));
}

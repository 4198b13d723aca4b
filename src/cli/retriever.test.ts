import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { jsonlText } from '../core/jsonl.js';
import { startScriptedServer } from '../llm/testing/scripted-server.js';
import { pairTask } from '../retriever/testing/pairs.js';
import { raRft } from './testing/ra-rft.js';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const { traces, labels } = pairTask({ perMethod: 2, questions: 6 });
let folder: string;
let saved: string;
let trained: Awaited<ReturnType<typeof raRft>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ra-rft-cli-'));
  saved = join(folder, 'my retriever');
  await writeFile(join(folder, 'labels.jsonl'), jsonlText(labels));
  await writeFile(join(folder, 'traces.jsonl'), jsonlText(traces));
  const files = ['--labels', join(folder, 'labels.jsonl'), '--corpus', join(folder, 'traces.jsonl')];
  const settings = ['steps=40', 'hidden=16', 'testShare=0.3'].flatMap((text) => ['--set', text]);
  trained = await raRft('retriever', 'train', ...files, '--out', saved, ...settings);
  return () => rm(folder, { recursive: true, force: true });
});

describe('retriever train and search', () => {
  it('train, say the grade and find', async () => {
    expect(trained).toMatchObject({ code: 0 });
    expect(trained.out).toContain('questions that chose nothing: recall@1');
    const found = await raRft('retriever', 'search', saved, 'please halve my coins', '--k', '2', '--json');
    expect((JSON.parse(found.out) as { id: string }[]).map(({ id }) => id.slice(0, 5))).toEqual(['halve', 'halve']);
    const filter = ['--filter', '{"type": "even"}', '--matches', '--k', '1'];
    expect((await raRft('retriever', 'search', saved, 'please halve my coins', ...filter)).out).toMatch(
      /1\. .*\n {4}please ~ /,
    );
  });

  it('go on where a killed training stood', { timeout: 120_000 }, async () => {
    const out = join(folder, 'killed');
    const training = `${out}.training`;
    const files = ['--labels', join(folder, 'labels.jsonl'), '--corpus', join(folder, 'traces.jsonl')];
    const settings = ['steps=1500', 'hidden=16', 'validationShare=0', 'checkpointEverySteps=5'];
    const args = ['retriever', 'train', ...files, '--out', out, ...settings.flatMap((text) => ['--set', text])];
    const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await vi.waitUntil(() => existsSync(training), { timeout: 60_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { code, err } = await raRft(...args);
    expect(code).toBe(0);
    expect(err).toMatch(/the training goes on after step \d+/);
    expect(existsSync(training)).toBe(false);
    expect((await raRft('retriever', 'search', out, 'please halve my coins', '--k', '1')).out).toMatch(/^1\. halve/);
  });

  it('say what is wrong with their options', async () => {
    const search = (...args: string[]) => raRft('retriever', 'search', ...args);
    expect(await search(saved, ' ')).toMatchObject({ code: 2, err: expect.stringContaining('question') as string });
    expect(await search(saved, 'x', '--filter', '{')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--filter') as string,
    });
    expect(await search(folder, 'x')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no retriever') as string,
    });
    expect((await search(join(saved, 'encoder'), 'x')).err).toContain('no traces');
    expect((await raRft('retriever', 'evla')).err).toContain('Did you mean eval?');
  });

  it('refuse a folder of somebody before any work, and damaged files with their exit codes', async () => {
    const own = join(folder, 'own');
    await mkdir(own);
    await writeFile(join(own, 'notes.txt'), 'mine');
    const files = ['--labels', join(folder, 'labels.jsonl'), '--corpus', join(folder, 'traces.jsonl')];
    const refused = await raRft('retriever', 'train', ...files, '--out', own);
    expect(refused).toMatchObject({ code: 8, err: expect.stringContaining('notes.txt') as string });
    expect(refused.err).not.toContain('train retriever');
    const damaged = join(folder, 'damaged');
    await cp(saved, damaged, { recursive: true });
    await truncate(join(damaged, 'index', 'index.json'), 30);
    for (const verb of [
      ['search', damaged, 'x'],
      ['eval', damaged],
    ])
      expect(await raRft('retriever', ...verb)).toMatchObject({
        code: 5,
        err: expect.stringMatching(/index\.json(.|\n)*hint:/) as string,
      });
  });
});

describe('retriever eval', () => {
  it('grades a saved retriever beside BM25 on the questions that it kept', async () => {
    const { out, code } = await raRft('retriever', 'eval', saved, '--json');
    expect(code).toBe(0);
    const { rows } = JSON.parse(out) as {
      rows: { name: string; score: { queries: number; recallAt1: { ci95: number[] } } }[];
    };
    expect(rows.map(({ name }) => name)).toEqual(['bm25', saved]);
    expect(rows[1]!.score.queries).toBeGreaterThan(5);
    expect(rows[1]!.score.recallAt1.ci95).toHaveLength(2);
    expect((await raRft('retriever', 'eval', saved)).out).toContain('nDCG@10');
  });

  it('grades BM25, a folder, a rerank and a server on a collection; the index is kept', async () => {
    const beir = join(folder, 'beir');
    await mkdir(join(beir, 'qrels'), { recursive: true });
    await writeFile(
      join(beir, 'corpus.jsonl'),
      jsonlText(traces.map(({ id, text }) => ({ _id: id, title: '', text }))),
    );
    const asked = [
      { _id: 'q1', text: 'please halve my coins' },
      { _id: 'q2', text: 'please trade lamps', excluded_ids: ['trade-0'] },
    ];
    await writeFile(join(beir, 'queries.jsonl'), jsonlText(asked));
    await writeFile(join(beir, 'qrels', 'test.tsv'), 'q\td\ts\nq1\thalve-0\t1\nq1\thalve-1\t1\nq2\ttrade-1\t1\n');
    const server = await startScriptedServer(({ body }) => ({
      json: { data: (body['input'] as string[]).map((text, index) => ({ index, embedding: [text.length, 1] })) },
    }));
    onTestFinished(() => server.close());
    const options = [
      '--beir',
      beir,
      '--rerank',
      '4',
      '--embeddings',
      server.baseUrl,
      '--model',
      'm',
      '--out',
      join(folder, 'out'),
    ];
    const { out, code } = await raRft('retriever', 'eval', saved, ...options, '--json');
    expect(code).toBe(0);
    const found = JSON.parse(out) as {
      queries: number;
      rows: { name: string; score: Record<string, { mean: number }> }[];
    };
    expect(found).toMatchObject({ queries: 2, scores: 'float32' });
    expect(found.rows.map(({ name }) => name)).toEqual(['bm25', saved, `bm25 4, then ${saved}`, 'm']);
    // BM25 finds the word itself; one of two relevant documents is half of the recall.
    expect(found.rows[0]!.score).toMatchObject({ recallAt1: { mean: 0.75 }, ndcgAt10: { mean: 1 }, mrr: { mean: 1 } });
    const calls = server.seen.length;
    expect((await raRft('retriever', 'eval', saved, ...options, '--json')).out).toBe(out);
    expect(server.seen).toHaveLength(calls);
  });

  it('refuses options that would do nothing, and folders that cannot be graded', async () => {
    const refused = (...args: string[]) =>
      raRft('retriever', 'eval', ...args).then(({ code, err }) => `${code} ${err}`);
    expect(await refused(saved, '--rerank', '5')).toMatch(/^2 [^]*--beir/);
    expect(await refused()).toMatch(/^2 /);
    expect(await refused(join(saved, 'encoder'))).toMatch(/^2 [^]*no labelled questions/);
    expect(await refused('--beir', folder)).toMatch(/^2 [^]*there is no/);
    expect(await refused('--beir', folder, '--model', 'm')).toMatch(/^2 /);
  });
});

import { cp, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../core/jsonl.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { Problem, Trace } from '../../data/index.js';
import type { Label } from '../../judge/index.js';
import { labelledRun } from '../testing/labelled-run.js';
import { post, rawRequest, ready } from '../testing/served.js';
import type { ProblemsAnswer, RunRetrieverNames, SearchAnswer } from './retrieval-schemas.js';

const { runs } = labelledRun();
const lines = <T>(...path: string[]) => readJsonlAll<T>(join(runs(), 'tiny', ...path));

async function asking(folder = runs(), name = 'tiny') {
  const { url } = await ready([], { runs: folder });
  const at = `${url}/v1/runs/${encodeURIComponent(name)}/retrieval`;
  return {
    list: async () => (await rawRequest(at)).json() as RunRetrieverNames,
    problems: async (query: string) => (await rawRequest(`${at}/problems?${query}`)).json() as ProblemsAnswer,
    search: async (body: object) => (await post(at, body)).json() as SearchAnswer,
    status: async (body: unknown) => (await post(at, body)).status,
  };
}

describe('the retrievers of a run', () => {
  it('are those that it made, encoders also before their training; the others are named with the reason', async () => {
    const { retrievers, leftOut, problems } = await (await asking()).list();
    expect(retrievers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['learned', 'learned, untrained', 'single-vector-untrained', 'bm25', 'random', 'oracle']),
    );
    expect(leftOut).toContainEqual({ name: 'single-vector', why: 'the run has not made the encoder single-vector' });
    expect(problems.test + problems.train).toBe(70);
    expect(problems.labelled).toBeLessThanOrEqual(problems.train);
  });

  it('find what the run found, with labels, truth and tokens; nothing is written into the run', async () => {
    const before = await filesOf(runs());
    const labels = await lines<Label>('labels.jsonl');
    const problem = (await lines<Problem>('data', 'train.jsonl')).find(({ id }) => id === labels[0]!.problemId)!;
    const { search } = await asking();
    const body = { problemId: problem.id, rule: 'training', k: 20 };
    const retrievers = ['learned', 'single-vector-untrained', 'bm25', 'learned, untrained'];
    const { asked, found } = await search({ ...body, retrievers });
    expect(asked).toMatchObject({ id: problem.id, set: 'train', answer: problem.answer });
    expect(found.map(({ retriever, tokens }) => [retriever, tokens])).toEqual([
      ['learned', 'matched'],
      ['single-vector-untrained', 'one-vector'],
      ['bm25', 'none'],
      ['learned, untrained', 'matched'],
    ]);
    for (const { hits, failed } of found) {
      expect(failed).toBeUndefined();
      expect(hits.map(({ rank }) => rank)).toEqual(hits.map((_, i) => i + 1));
      for (const { trace, truth, label } of hits) {
        expect(trace.answer).not.toBe(problem.answer);
        expect(truth).toBe(trace.truth === problem.truth ? 'same' : 'other');
        const own = labels.find(({ problemId, traceId }) => problemId === problem.id && traceId === trace.id);
        expect(label?.relevant).toBe(own && 'relevant' in own ? own.relevant : undefined);
      }
      expect(hits.some(({ label }) => label !== undefined)).toBe(true);
    }
    const [first] = found[0]!.hits;
    const mean =
      first!.match!.matches.reduce((sum, { similarity }) => sum + similarity, 0) / first!.match!.query.length;
    expect(mean).toBeCloseTo(first!.score, 4);
    expect(await filesOf(runs())).toEqual(before);
  });

  it('say what may not be shown and why, where it would stand among the hits', async () => {
    const [problem] = await lines<Problem>('data', 'test.jsonl');
    const corpus = await lines<Trace>('data', 'corpus.jsonl');
    const { search } = await asking();
    const { found } = await search({ problemId: problem!.id, retrievers: ['bm25'], k: 10 });
    const { hits, excluded } = found[0]!;
    const same = corpus.filter(({ answer }) => answer === problem!.answer);
    expect(excluded.length).toBeGreaterThan(0);
    for (const { trace, why, score } of excluded) {
      expect(same.map(({ id }) => id)).toContain(trace.id);
      expect(['has its answer', 'repeats its text']).toContain(why);
      expect(score).toBeGreaterThanOrEqual(hits.at(-1)!.score);
    }
  });

  it('take a typed problem; one that the run knows is told', async () => {
    const [problem] = await lines<Problem>('data', 'test.jsonl');
    const { search } = await asking();
    const typed = await search({ question: 'zib 1 2 pears and more', retrievers: ['learned', 'oracle'] });
    expect(typed.asked).toEqual({ question: 'zib 1 2 pears and more' });
    expect(typed.found.map(({ hits }) => hits.length)).toEqual([5, 0]);
    expect(typed.found[0]!.hits[0]!.truth).toBe('unknown');
    const known = await search({ question: problem!.question.toUpperCase(), retrievers: ['bm25'] });
    expect(known.asked).toMatchObject({ id: problem!.id, set: 'test' });
  });

  it('list problems to choose from, by text, a part at a time', async () => {
    const { problems } = await asking();
    const all = await problems('set=train&limit=200');
    expect(all.problems).toHaveLength(all.total);
    const part = await problems('set=train&text=PEARS&limit=2&from=1');
    expect(part.problems).toEqual(all.problems.filter(({ question }) => question.includes('pears')).slice(1, 3));
    expect((await problems('set=labelled')).total).toBeGreaterThan(0);
  });

  it('refuse what is no question, no retriever, no problem and no run', async () => {
    const { status } = await asking();
    const good = { question: 'x', retrievers: ['bm25'] };
    expect(await status(good)).toBe(200);
    for (const bad of [
      { ...good, problemId: 'p' },
      { retrievers: ['bm25'] },
      { ...good, question: '  ' },
      { ...good, question: 'x'.repeat(20_001) },
      { ...good, retrievers: [] },
      { ...good, retrievers: ['../learned'] },
      { ...good, retrievers: ['single-vector'] },
      { ...good, retrievers: Array(7).fill('bm25') },
      { ...good, k: 0 },
      { ...good, k: 21 },
      { ...good, rule: 'none' },
      { ...good, more: 1 },
      { problemId: 'nobody', retrievers: ['bm25'] },
      [],
      null,
      '{',
    ])
      expect(await status(bad), JSON.stringify(bad)).toBe(400);
    for (const name of ['nobody', '../tiny', 'tiny/data', '/etc', 'tiny\u0000', 'x'.repeat(5000)])
      expect(await (await asking(runs(), name)).status(good), name.slice(0, 20)).toBe(400);
  });

  it('fail each for itself, and are read again when files change', async () => {
    const own = await temporaryFolder();
    await cp(join(runs(), 'tiny'), join(own, 'tiny'), { recursive: true });
    const { search } = await asking(own);
    const body = { question: 'gop 1 2 apples', retrievers: ['learned', 'bm25'], k: 1 };
    expect((await search(body)).found.map(({ hits }) => hits.length)).toEqual([1, 1]);
    await writeFile(join(own, 'tiny', 'retriever', 'learned', 'retriever.json'), '{}');
    const { found } = await search(body);
    expect(found[0]!.failed).toContain('Train the retriever again');
    expect(found[1]!.hits).toHaveLength(1);
  });
});

/** Files below a folder with what changes when they are written. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  return Promise.all(files.map(async (file) => `${file} ${(await stat(file)).mtimeMs}`));
}

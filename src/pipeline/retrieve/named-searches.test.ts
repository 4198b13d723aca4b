/** Retrievers that stand on others or on a server, in whole runs, and their grades. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { configToYaml, resolveConfig } from '../../config/index.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { readLabels, traceClasses } from '../../judge/index.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { startScriptedServer } from '../../llm/testing/scripted-server.js';
import { RunFolder } from '../../runs/run-folder.js';
import { runPipeline } from '../pipeline.js';
import { openFakeEngine, writeTinyTask } from '../testing/tiny-task.js';
import { gradeRun } from './grade-run.js';
import type { RetrievedRecord } from './retrieved-file.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  file = await writeTinyTask(folder);
});

const at = (...parts: string[]) => join(folder, 'run', ...parts);

async function run(...set: string[]) {
  const config = resolveConfig({ file, set });
  const opened = await RunFolder.open(at(), { values: config, yaml: configToYaml(config) });
  const before = await stages();
  try {
    await runPipeline(config, opened, { openEngine: openFakeEngine, until: 'retriever' });
    return (await stages()).slice(before.length);
  } finally {
    await opened.close();
  }
}

const stages = async () =>
  (await readJsonlAll<{ kind: string; stage: string }>(at('events.jsonl')).catch(() => []))
    .filter(({ kind }) => kind === 'stage-finished')
    .map(({ stage }) => stage);
const hitsOf = async (name: string) => {
  const lines = await readJsonlAll<RetrievedRecord>(at('retrieved', `${name}.jsonl`));
  return new Map(lines.map(({ problemId, hits }) => [problemId, hits]));
};

describe('a rerank', () => {
  const rerank = (more = '') => `retrievers.two={kind: rerank, then: late-interaction-untrained, candidates: 6${more}}`;
  const arms = 'arms=[{name: a, test: two}]';

  it('makes the encoder behind it, and ranks the candidates of the first by its scores', async () => {
    const ran = await run(rerank(), arms);
    expect(ran).toEqual(expect.arrayContaining(['retriever-late-interaction-untrained', 'retrieved-two']));
    expect(ran).not.toContain('labels');
    const scores = new Map([...(await hitsOf('late-interaction-untrained'))].map(([id, hits]) => [id, hits]));
    for (const [id, hits] of await hitsOf('two')) {
      // Nobody outside the corpus' best ranks above what the encoder would have put first.
      expect(hits[0]!.score).toBeLessThanOrEqual(scores.get(id)![0]!.score + 1e-6);
    }
    expect(await run(rerank(), arms)).toEqual([]);
    // Other candidates are another search, on the same encoder.
    await expect(run(rerank().replace('6', '9'), arms)).rejects.toMatchObject({ code: 'run-folder' });
  });

  it('of names that are not there, or of kinds that cannot, is refused with its key', () => {
    const refused = (set: string) => () => resolveConfig({ file, set: [set] });
    expect(refused('retrievers.two={kind: rerank, then: leanred}')).toThrow(/two\.then is leanred/);
    expect(refused('retrievers.two={kind: rerank, then: bm25}')).toThrow(/two\.then is bm25, which is of kind bm25/);
    expect(refused('retrievers.two={kind: rerank, first: two}')).toThrow(/two\.first/);
  });
});

describe('a fuse', () => {
  const fuse = (of: string, more = '') => `retrievers.both={kind: fuse, of: ${of}${more}}`;
  const of = '{late-interaction-untrained: 1, bm25: 2}';
  const arms = 'arms=[{name: a, test: both}, {name: b, test: late-interaction-untrained}, {name: c, test: bm25}]';

  it('makes the encoder behind it, and goes by the ranks of both', async () => {
    const ran = await run(fuse(of), arms);
    expect(ran).toEqual(expect.arrayContaining(['retriever-late-interaction-untrained', 'retrieved-both']));
    const [both, first, second] = await Promise.all(['both', 'late-interaction-untrained', 'bm25'].map(hitsOf));
    for (const [id, hits] of both!) {
      const rankIn = (found: typeof first, trace: string) =>
        found!.get(id)!.findIndex(({ traceId }) => traceId === trace) + 1;
      const [{ traceId, score }] = hits as [(typeof hits)[number]];
      const ranks = [rankIn(first, traceId), rankIn(second, traceId)];
      if (ranks.includes(0)) continue; // below the hits that are kept
      expect(score).toBeCloseTo(1 / (60 + ranks[0]!) + 2 / (60 + ranks[1]!), 12);
    }
    expect(await run(fuse(of), arms)).toEqual([]);
    // Other weights are another search, on the same encoder.
    await expect(run(fuse('{late-interaction-untrained: 1, bm25: 1}'), arms)).rejects.toMatchObject({
      code: 'run-folder',
      message: expect.stringContaining('retrieved-both') as string,
    });
  });

  it('may propose the candidates of a rerank, and is graded with it', async () => {
    const rerank = 'retrievers.two={kind: rerank, first: both, then: late-interaction-untrained, candidates: 5}';
    await run(fuse(of), rerank, 'arms=[{name: a, test: two}]');
    const { rows } = await gradeRun(at());
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['both', 'two']));
  });

  it('replaces its default mix, and is refused with fewer than two, or with what cannot stand in it', () => {
    const config = (...set: string[]) => resolveConfig({ file, set });
    expect(
      config(fuse('{random: 0, bm25: 1, learned: 2}').replace('random: 0, ', '')).retrievers['both'],
    ).toMatchObject({
      of: { bm25: 1, learned: 2 },
      rankConstant: 60,
    });
    expect(config('retrievers.both={kind: fuse}').retrievers['both']).toMatchObject({ of: { learned: 1, bm25: 1 } });
    expect(() => config(fuse('{bm25: 1}'))).toThrow(/both\.of gives only bm25/);
    expect(() => config(fuse('{bm25: 1, learned: 0}'))).toThrow(/both\.of gives only bm25/);
    expect(() => config(fuse('{bm25: 0, learned: 0}'))).toThrow(/both\.of gives no retriever/);
    expect(() => config(fuse('{bm25: 1, leanred: 1}'))).toThrow(/both\.of\.leanred names no retriever/);
    expect(() => config(fuse('{bm25: 1, random: 1}'))).toThrow(/both\.of\.random is of kind random/);
    expect(() => config(fuse('{bm25: 1, both: 1}'))).toThrow(/both\.of\.both is of kind fuse/);
  });
});

describe('embeddings from a server', () => {
  it('are searched with, kept, told apart by model, and graded without a call', async () => {
    const server = await startScriptedServer(({ body }) => ({
      json: {
        data: (body['input'] as string[]).map((text, index) => ({
          index,
          embedding: [text.includes('zib') ? 5 : 0, text.includes('gop') ? 5 : 0, 1],
        })),
      },
    }));
    onTestFinished(() => server.close());
    const entry = (model: string) => `retrievers.remote={kind: embeddings, url: '${server.baseUrl}', model: ${model}}`;
    const arms = 'arms=[{name: a, test: remote}]';
    const unused = 'retrievers.both={kind: fuse, of: {remote: 1, bm25: 1}}';
    await run(entry('m'), unused, arms);
    expect(existsSync(at('embeddings', 'remote.jsonl'))).toBe(true);
    const calls = server.seen.length;
    expect(calls).toBeGreaterThan(0);
    const { rows, leftOut } = await gradeRun(at());
    expect(server.seen).toHaveLength(calls);
    expect(leftOut).toContainEqual({ name: 'both', why: expect.stringContaining('has asked its server') as string });
    const remote = rows.find(({ name, split }) => name === 'remote' && split === 'test');
    // The vectors tell the two kinds apart, which is the truth here.
    expect(remote?.score.recallAt1.mean).toBe(1);
    expect(rows.find(({ name }) => name === 'random')?.score.recallAt1.mean).toBeLessThan(1);
    await expect(run(entry('other'), arms)).rejects.toMatchObject({ code: 'run-folder' });
  });

  it('want their key before any work', async () => {
    const entry = `retrievers.remote={kind: embeddings, url: 'http://127.0.0.1:1/v1', model: m, apiKeyEnv: NO_SUCH_KEY_HERE}`;
    const behind = 'retrievers.both={kind: fuse, of: {remote: 1, bm25: 1}}';
    for (const name of ['remote', 'both'])
      await expect(run(entry, behind, `arms=[{name: a, test: ${name}}]`)).rejects.toMatchObject({
        code: 'llm',
        where: 'retrievers.remote.apiKeyEnv',
      });
    expect(existsSync(at('data'))).toBe(false);
  });
});

describe('hits that differ', () => {
  it('by truth are of both kinds, by vectors other than by score alone', async () => {
    await run('retrievers.bm25.diversity=truth', 'arms=[{name: a, test: bm25}]');
    const corpus = await readJsonlAll<{ id: string; truth: string }>(at('data', 'corpus.jsonl'));
    const truthOf = new Map(corpus.map(({ id, truth }) => [id, truth]));
    for (const hits of (await hitsOf('bm25')).values())
      expect(new Set(hits.slice(0, 2).map(({ traceId }) => truthOf.get(traceId))).size).toBe(2);
    const other = join(folder, 'other');
    folder = other;
    const name = 'late-interaction-untrained';
    await run(
      `retrievers.${name}.diversity=vectors`,
      `retrievers.${name}.lambda=0.1`,
      `arms=[{name: a, test: ${name}}]`,
    );
    const spread = [...(await hitsOf(name)).values()];
    // The best comes first, and a better score may come later.
    expect(spread.every((hits) => hits.every(({ score }) => score <= hits[0]!.score + 1e-6))).toBe(true);
    expect(spread.some((hits) => hits.some(({ score }, i) => i > 1 && score > hits[1]!.score))).toBe(true);
  });
});

describe('hits of different classes', () => {
  it('are of the classes that labels found', async () => {
    const labels = ['labels.judge=truth', 'labels.selection={pairs: budget, share: 0.7, minConfirmed: 0}'];
    const both = 'arms=[{name: l, test: learned}, {name: a, test: bm25}]';
    await run('retrievers.bm25.diversity=class', 'retriever.steps=2', 'labels.selection.quickSteps=1', ...labels, both);
    const classes = traceClasses(await readLabels(at('labels.jsonl')));
    expect(new Set(classes.values()).size).toBeGreaterThan(1);
    for (const [first, second] of (await hitsOf('bm25')).values())
      expect(classes.get(first!.traceId) ?? first).not.toBe(classes.get(second!.traceId) ?? second);
  }, 120_000);
});

describe('the grades of a run', () => {
  it('stand for every retriever before and after training, and say what was left out', async () => {
    await run('arms=[{name: a, test: learned}]', 'retriever.testShare=0.2');
    const { rows, leftOut } = await gradeRun(at());
    const names = [...new Set(rows.map(({ name }) => name))];
    expect(names).toEqual(expect.arrayContaining(['learned, untrained', 'learned', 'bm25', 'random', 'oracle']));
    expect(new Set(rows.map(({ split }) => split))).toEqual(new Set(['labelled-test', 'test']));
    expect(rows.find(({ name, split }) => name === 'oracle' && split === 'test')?.score.recallAt1.mean).toBe(1);
    for (const { score } of rows) expect(score.recallAt1.mean).toBeLessThanOrEqual(score.recallAt10.mean);
    expect(leftOut.map(({ name }) => name)).toContain('single-vector');
  });

  it('need a run', async () => {
    await expect(gradeRun(join(folder, 'nothing'))).rejects.toMatchObject({
      where: expect.stringContaining('nothing') as string,
    });
  });
});

import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../core/jsonl.js';
import { exists } from '../../core/missing.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { HumanLabel, Label } from '../../judge/index.js';
import { labelledRun } from '../testing/labelled-run.js';
import { post, rawRequest, ready } from '../testing/served.js';
import type { BlindState, LabelsSummary, PairsAnswer } from './label-schemas.js';

const { runs } = labelledRun();

/** A server over a copy of the run. */
async function asking() {
  const own = await temporaryFolder();
  const root = join(own, 'tiny');
  await cp(join(runs(), 'tiny'), root, { recursive: true });
  const { url } = await ready([], { runs: own });
  const at = `${url}/v1/runs/tiny/labels`;
  return {
    root,
    file: join(root, 'human-labels.jsonl'),
    summary: async () => (await rawRequest(at)).json() as LabelsSummary,
    pairs: async (query = '') => (await rawRequest(`${at}/pairs?${query}`)).json() as PairsAnswer,
    blind: async (who: string) => (await rawRequest(`${at}/blind?who=${encodeURIComponent(who)}`)).json() as BlindState,
    answer: async (body: object) => (await post(`${at}/blind`, body)).json() as BlindState,
    undo: async (who: string) => (await post(`${at}/blind/undo`, { who })).json() as BlindState,
    status: async (path: string, body: unknown) => (await post(`${at}${path}`, body)).status,
    getStatus: async (path: string) => (await rawRequest(`${at}${path}`)).status,
  };
}

describe('the judges of a run', () => {
  it('are its own and the truth, with how far they agree', async () => {
    const { summary } = await asking();
    const labels = await readJsonlAll<Label>(join(runs(), 'tiny', 'labels.jsonl'));
    const { judges, agreements } = await summary();
    expect(judges.map(({ id, pairs }) => [id, pairs])).toEqual([
      ['run', labels.length],
      ['truth', labels.length],
    ]);
    expect(agreements).toMatchObject([{ a: 'utility', b: 'truth', pairs: labels.length }]);
    expect(agreements[0]!.kappaCi95![0]).toBeLessThanOrEqual(agreements[0]!.kappa!);
  });

  it('disagree first; pairs are found by verdict, gain and text', async () => {
    const { pairs } = await asking();
    const all = await pairs();
    expect(all.pairs).toHaveLength(all.limit);
    expect(all.differing).toBeGreaterThan(0);
    const differ = all.pairs.map((pair) => pair.differ);
    expect(differ).toEqual(differ.toSorted((a, b) => Number(b) - Number(a)));
    for (const { verdicts, differ: said } of all.pairs)
      expect(new Set(verdicts.map(({ relevant }) => relevant)).size > 1).toBe(said);
    const yes = await pairs('said=yes&order=gain&min=0.001');
    const gains = yes.pairs.map(({ verdicts }) => verdicts[0]!.score!);
    expect(gains).toEqual(gains.toSorted((a, b) => b - a));
    expect(yes.pairs.every(({ verdicts }) => verdicts[0]!.relevant)).toBe(true);
    const no = await pairs('said=no&judge=run&order=file');
    expect(yes.total + no.total).toBeLessThanOrEqual(all.total);
    expect((await pairs(`from=${all.limit}`)).pairs[0]).not.toEqual(all.pairs[0]);
    expect((await pairs('said=failed')).total).toBe(0);
    const some = await pairs('text=PEARS');
    expect(some.total).toBeGreaterThan(0);
    for (const { problem, trace } of some.pairs)
      expect([problem, trace].some(({ question }) => question.includes('pears'))).toBe(true);
  });
});

describe('a person', () => {
  it('is shown pairs without labels; each answer is a line of its own, and agreement follows', async () => {
    const { file, blind, answer, undo, summary } = await asking();
    const first = await blind('Ada');
    expect(first).toMatchObject({ done: 0, last: null, agreements: [] });
    expect(Object.keys(first.next!).toSorted()).toEqual([
      'key',
      'problem',
      'reference',
      'referenceSolution',
      'solution',
    ]);
    expect(await exists(file)).toBe(false);
    const second = await answer({ who: 'Ada', key: first.next!.key, relevant: true });
    expect(second).toMatchObject({ done: 1, last: { relevant: true, problem: first.next!.problem } });
    expect(second.agreements.map(({ b, pairs }) => [b, pairs])).toEqual([
      ['Ada', 1],
      ['Ada', 1],
    ]);
    await answer({ who: 'Ada', key: second.next!.key, relevant: null });
    const undone = await undo('Ada');
    expect(undone.next).toEqual(second.next);
    const third = await answer({ who: 'Ada', key: second.next!.key, relevant: false });
    expect(third.agreements[0]!.pairs).toBe(2);
    // Another person begins at the beginning.
    expect((await blind('Bob')).next).toEqual(first.next);
    const lines = await readJsonlAll<HumanLabel>(file);
    expect(lines.map(({ who, relevant, undone: back }) => [who, relevant, back])).toEqual([
      ['Ada', true, undefined],
      ['Ada', null, undefined],
      ['Ada', null, true],
      ['Ada', false, undefined],
    ]);
    expect(new Date(lines[0]!.time).getTime()).toBeGreaterThan(Date.now() - 600_000);
    const { judges, agreements } = await summary();
    expect(judges.at(-1)).toMatchObject({ id: 'person Ada', kind: 'person', pairs: 2 });
    expect(agreements.map(({ a, b }) => [a, b])).toEqual([
      ['utility', 'truth'],
      ['utility', 'Ada'],
      ['truth', 'Ada'],
    ]);
  });

  it('who answers as the run does agrees with it', async () => {
    const { root, blind, answer, summary } = await asking();
    const labels = new Map(
      (await readJsonlAll<Label>(join(root, 'labels.jsonl'))).map((label) => [
        `${label.problemId} ${label.traceId}`,
        label,
      ]),
    );
    const problems = await readJsonlAll<{ id: string; question: string }>(join(root, 'data', 'train.jsonl'));
    const traces = await readJsonlAll<{ id: string; question: string }>(join(root, 'data', 'corpus.jsonl'));
    let state = await blind('Echo');
    for (let i = 0; i < 12; i++) {
      const { key, problem, reference } = state.next!;
      const id = problems.find(({ question }) => question === problem)!.id;
      const traceId = traces.find(({ question }) => question === reference)!.id;
      const label = labels.get(`${id} ${traceId}`)!;
      state = await answer({ who: 'Echo', key, relevant: 'relevant' in label && label.relevant });
    }
    const own = (await summary()).agreements.find(({ a, b }) => a === 'utility' && b === 'Echo');
    expect(own).toMatchObject({ pairs: 12, agreement: 1, kappa: 1 });
  });

  it('may answer from two places at once: no line is torn, none is lost', async () => {
    const { file, blind, answer } = await asking();
    const { next } = await blind('Ada');
    const whos = Array.from({ length: 8 }, (_, i) => `person ${i}`);
    await Promise.all(whos.map((who) => answer({ who, key: next!.key, relevant: true })));
    const lines = await readJsonlAll<HumanLabel>(file);
    expect(lines.map(({ who }) => who).toSorted()).toEqual(whos);
  });

  it('is refused what is no answer, and nothing is written then', async () => {
    const { file, blind, status, getStatus } = await asking();
    const { key } = (await blind('Ada')).next!;
    const good = { who: 'Ada', key, relevant: true };
    for (const bad of [
      { ...good, key: 'another' },
      { ...good, who: ' ' },
      { ...good, who: 'x'.repeat(61) },
      { ...good, relevant: 'yes' },
      { ...good, time: 'now' },
      { who: 'Ada', key },
      [good],
      null,
      'y',
    ])
      expect(await status('/blind', bad), JSON.stringify(bad)).toBe(400);
    expect(await status('/blind/undo', { who: 'Ada' })).toBe(400);
    for (const path of ['/blind', '/blind?who=', '/pairs?from=-1', '/pairs?min=x', '/pairs?order=none'])
      expect(await getStatus(path), path).toBe(400);
    expect(await exists(file)).toBe(false);
    expect(await status('/blind', good)).toBe(200);
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(2);
  });
});

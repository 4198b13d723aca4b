import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { jsonlText } from '../../core/jsonl.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { smallModelFolder } from '../testing/model-folder.js';
import { pairTask } from '../testing/pairs.js';
import { Retriever } from './retriever.js';
import type { TrainRetrieverOptions } from './train.js';

const { traces, labels } = pairTask();
const settings = { steps: 80, hidden: 16, dim: 16, testShare: 0.2, validationShare: 0.1 };

async function trained(changes: Partial<TrainRetrieverOptions & { onWarning: (text: string) => void }> = {}) {
  const retriever = await Retriever.train({ labels, corpus: traces, settings, threads: 1, ...changes });
  onTestFinished(() => retriever.dispose());
  return retriever;
}

describe('from pairs to a search', () => {
  it('trains from files, finds, saves, and finds the same when it is opened again', async () => {
    const folder = await temporaryFolder();
    const [labelFile, corpusFile] = [join(folder, 'labels.jsonl'), join(folder, 'traces.jsonl')];
    await writeFile(labelFile, jsonlText(labels));
    await writeFile(corpusFile, jsonlText(traces));
    const retriever = await trained({ labels: labelFile, corpus: corpusFile });
    expect(retriever.size).toBe(traces.length);
    expect(retriever.report?.training.trainQueries).toBeGreaterThan(20);
    // Figures are of questions that chose nothing.
    expect(retriever.report?.grade?.questions).toBe(retriever.report?.test.length);
    const hits = await retriever.search('please halve my 12 ships', { k: 3 });
    expect(hits.map(({ id }) => id.split('-')[0])).toEqual(['halve', 'halve', 'halve']);
    expect(retriever.report?.grade?.recallAt1).toBeGreaterThan(0.9);
    expect(hits.map(({ rank }) => rank)).toEqual([1, 2, 3]);
    expect(hits[0]?.trace).toEqual(traces.find(({ id }) => id === hits[0]?.id));

    const saved = join(folder, 'saved');
    await retriever.save(saved);
    const again = await Retriever.open(saved, { threads: 1 });
    onTestFinished(() => again.dispose());
    expect(await again.search('please halve my 12 ships', { k: 3 })).toEqual(hits);
    expect(again.report).toEqual(retriever.report);
    // The folder that it was opened from may be written again.
    await again.remove('halve-0');
    await again.save(saved);
    const third = await Retriever.open(saved, { threads: 1 });
    onTestFinished(() => third.dispose());
    expect(third.size).toBe(traces.length - 1);
  });

  it('of a folder is trained further, or lends its token embeddings; it is of no use when it was disposed of', async () => {
    const folder = await temporaryFolder();
    const few = { steps: 2, validationShare: 0, testShare: 0 };
    const model = await trained({
      encoder: await smallModelFolder(join(folder, 'model')),
      settings: { ...few, hidden: 8, dim: 8 },
    });
    // No question was left to grade it on: there is no figure, not zero.
    expect(model.report?.grade).toBeNull();
    await model.save(join(folder, 'saved'));
    const encoder = join(folder, 'saved', 'encoder');
    const further = await trained({ encoder, settings: few });
    const [a, b] = [await model.search('halve coins', { k: 1 }), await further.search('halve coins', { k: 1 })];
    expect(a[0]!.score).not.toBe(b[0]!.score);
    await expect(trained({ encoder, settings: { ...few, dim: 4 } })).rejects.toMatchObject({ where: 'settings.dim' });
    await model.dispose();
    await model.dispose();
    await expect(model.search('x')).rejects.toMatchObject({ code: 'usage', where: 'Retriever' });
  });

  it('is the same for the same seed, and another for another', async () => {
    const few = { ...settings, steps: 5 };
    const scores = async (seed: number) =>
      (await (await trained({ seed, settings: few })).search('please join my coins')).map(({ score }) => score);
    const first = await scores(3);
    expect(await scores(3)).toEqual(first);
    expect(await scores(4)).not.toEqual(first);
  });
});

describe('a trained retriever', () => {
  let retriever: Retriever;
  const warnings: string[] = [];
  beforeAll(async () => {
    const few = { ...settings, steps: 5, maxQueryTokens: 12 };
    const onWarning = (text: string) => void warnings.push(text);
    retriever = await Retriever.train({ labels, corpus: traces, settings: few, threads: 1, onWarning });
    return () => retriever.dispose();
  });
  const ids = async (question: string, options: Parameters<Retriever['search']>[1]) =>
    (await retriever.search(question, options)).map(({ id }) => id);

  it('takes several questions at once, in their order', async () => {
    const both = await retriever.search(['please join coins', 'please trade lamps'], { k: 2 });
    expect(both.map((hits) => hits.length)).toEqual([2, 2]);
    expect(both[1]).toEqual(await retriever.search('please trade lamps', { k: 2 }));
    expect(await retriever.search([])).toEqual([]);
  });

  it('adds and removes, and refuses ids that are there or not there without doing half of it', async () => {
    const before = await retriever.search('please count my coins', { k: 100 });
    await retriever.add([{ id: 'new', text: 'please count my coins' }]);
    expect(await ids('please count my coins', { k: 1 })).toEqual(['new']);
    await expect(
      retriever.add([
        { id: 'other', text: 'x' },
        { id: 'new', text: 'y' },
      ]),
    ).rejects.toMatchObject({
      code: 'data',
    });
    await expect(
      retriever.add([
        { id: 'a', text: 'x' },
        { id: 'a', text: 'y' },
      ]),
    ).rejects.toMatchObject({
      code: 'data',
      where: 'traces[1]',
    });
    await expect(retriever.remove(['new', 'nobody'])).rejects.toMatchObject({ code: 'usage', where: 'remove' });
    expect(retriever.size).toBe(traces.length + 1);
    await retriever.remove('new');
    // What is left stands as it stood: no id has moved.
    expect(await retriever.search('please count my coins', { k: 100 })).toEqual(before);
  });

  it('may be changed and searched at once: each call sees the traces of one moment', async () => {
    const [first, , second, , third] = await Promise.all([
      retriever.search('please count my coins', { k: 100, matches: true }),
      retriever.add([{ id: 'fleeting', text: 'please count my coins' }]),
      retriever.search('please count my coins', { k: 100 }),
      retriever.remove('fleeting'),
      retriever.search('please count my coins', { k: 100 }),
    ]);
    expect([first.length, second.length, third.length]).toEqual([traces.length, traces.length + 1, traces.length]);
    expect(second[0]?.trace).toEqual({ id: 'fleeting', text: 'please count my coins' });
    expect([...first, ...third].every(({ trace }) => trace !== undefined)).toBe(true);
  });

  it('gives each id once and only ids that are there, also where k is the whole corpus or more', async () => {
    const all = await ids('please count my coins', { k: 1000 });
    expect(all.toSorted()).toEqual(traces.map(({ id }) => id).toSorted());
  });

  it('filters and excludes before ranking', async () => {
    const found = await ids('please halve my ships', {
      k: 100,
      filter: { type: 'odd', level: { $gte: 2 } },
      exclude: ['halve-3'],
    });
    const expected = traces.filter((t) => t.type === 'odd' && (t.level as number) >= 2 && t.id !== 'halve-3');
    expect(found.toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
    expect(await ids('please halve my ships', { filter: { type: 'neither' } })).toEqual([]);
    await expect(retriever.search('x', { filter: { level: { $near: 2 } } })).rejects.toMatchObject({
      code: 'usage',
      where: 'filter.level.$near',
    });
  });

  it('shows which tokens match, and hits that differ', async () => {
    const [hit] = await retriever.search('halve ships', {
      k: 1,
      matches: true,
      filter: { $and: [{ level: 1 }, { type: 'odd' }] },
    });
    expect(hit?.matches?.map(({ query }) => query)).toEqual(['halve', 'ships']);
    const mean = hit!.matches!.reduce((sum, { similarity }) => sum + similarity, 0) / 2;
    expect(mean).toBeCloseTo(hit!.score, 5);
    const classes = await retriever.search('please halve my ships', { k: 2, diversity: { by: 'type' } });
    expect(new Set(classes.map(({ trace }) => trace['type'])).size).toBe(2);
    const plain = await ids('please halve my ships', { k: 4 });
    expect(await ids('please halve my ships', { k: 4, diversity: { lambda: 1 } })).toEqual(plain);
    const spread = await ids('please halve my ships', { k: 4, diversity: { lambda: 0 } });
    expect(spread[0]).toBe(plain[0]);
    expect(spread).not.toEqual(plain);
    expect(await ids('please halve my ships', { k: 4, diversity: { mostAlike: 1 } })).toEqual(plain);
    const limited = await ids('please halve my ships', { k: 4, diversity: { mostAlike: 0.9 } });
    expect(limited[0]).toBe(plain[0]);
    expect(limited).not.toEqual(plain);
    const [own] = await retriever.search(['please halve my ships', 'x'], { k: 4, diversity: { mostAlike: 0.9 } });
    expect(own?.map(({ id }) => id)).toEqual(limited);
    await expect(retriever.search('x', { diversity: { lambda: 2 } })).rejects.toMatchObject({
      where: 'diversity.lambda',
    });
  });

  it('cuts a long question, counts it and says it once; refuses an empty one', async () => {
    const before = retriever.truncated.queries;
    await retriever.search('halve '.repeat(50));
    await retriever.search('halve '.repeat(60));
    expect(retriever.truncated.queries).toBe(before + 2);
    expect(warnings.filter((text) => text.includes('12 tokens'))).toHaveLength(1);
    await expect(retriever.search('  ')).rejects.toMatchObject({ code: 'usage', where: 'question' });
    await expect(retriever.search(['a', ''])).rejects.toMatchObject({ code: 'usage', where: 'questions[1]' });
    await expect(retriever.search('a', { k: 0 })).rejects.toMatchObject({ code: 'usage', where: 'k' });
  });

  it('is ended by a signal: nothing is added', async () => {
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(retriever.add([{ id: 'late', text: 'x' }], { signal: stop })).rejects.toThrow('enough');
    await expect(retriever.search('x', { signal: stop })).rejects.toThrow('enough');
    expect(retriever.size).toBe(traces.length);
    const controller = new AbortController();
    let steps = 0;
    const training = trained({
      signal: controller.signal,
      onMetrics: () => {
        if (++steps === 3) controller.abort(new Error('no more'));
      },
    });
    await expect(training).rejects.toThrow('no more');
    expect(steps).toBe(3);
  });
});

describe('what cannot be used', () => {
  it('is told with its place', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'labels.jsonl');
    await writeFile(file, `${JSON.stringify(labels[0])}\n{"question": "q", "traceId": "nobody"}\n`);
    await expect(trained({ labels: file })).rejects.toMatchObject({ code: 'data', where: `${file}:2` });
    await expect(trained({ corpus: [{ id: 'a' }] })).rejects.toMatchObject({ code: 'data', where: 'corpus[0]' });
    await expect(trained({ labels: [] })).rejects.toMatchObject({ code: 'data', where: 'labels' });
    await expect(trained({ settings: { steps: 0 } })).rejects.toMatchObject({ where: 'settings.steps' });
    await expect(trained({ encoder: folder })).rejects.toMatchObject({ code: 'usage', where: 'encoder' });
    await expect(Retriever.open(folder)).rejects.toMatchObject({ code: 'usage', where: folder });
  });
});

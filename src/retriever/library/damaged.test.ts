/** Files of a library that are damaged, missing or without anything to search by: each is said by file and what to do. */
import { cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { changeTensors } from '../../models/testing/damage.js';
import { pairTask } from '../testing/pairs.js';
import { Retriever } from './retriever.js';

const { traces, labels } = pairTask({ perMethod: 2 });
const settings = { steps: 2, hidden: 16, dim: 16, testShare: 0, validationShare: 0 };
let root: string;
let saved: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ra-rft-damaged-'));
  saved = join(root, 'saved');
  const retriever = await Retriever.train({ labels, corpus: traces, settings, threads: 1 });
  await retriever.save(saved);
  await retriever.dispose();
}, 120_000);
afterAll(() => rm(root, { recursive: true }));

let made = 0;
async function copy(): Promise<string> {
  const folder = join(root, `copy-${made++}`);
  await cp(saved, folder, { recursive: true });
  return folder;
}

const cut =
  (file: string, bytes = 20) =>
  (folder: string) =>
    truncate(join(folder, file), bytes);
const write = (file: string, text: string) => (folder: string) => writeFile(join(folder, file), text);
const weights = 'encoder/model.safetensors';

describe('a library with a damaged file is refused', () => {
  it.each<[string, (folder: string) => Promise<unknown>, { code: string; file: string; hint: RegExp }]>([
    [
      'weights that are cut',
      cut(weights, 600),
      { code: 'model', file: `${weights}: embed`, hint: /copy the file again/ },
    ],
    [
      'a missing tensor',
      (folder) => changeTensors(join(folder, 'encoder'), (all) => all.filter(({ name }) => name !== 'proj')),
      { code: 'model', file: `${weights}: proj`, hint: /another model/ },
    ],
    [
      'retriever.json that is cut',
      cut('encoder/retriever.json'),
      { code: 'model', file: 'encoder/retriever.json', hint: /Train/ },
    ],
    [
      'retriever.json that says nothing',
      write('encoder/retriever.json', '{"format": 2}'),
      { code: 'model', file: 'encoder/retriever.json', hint: /Train/ },
    ],
    ['index.json that is cut', cut('index/index.json'), { code: 'model', file: 'index/index.json', hint: /Remove/ }],
    [
      'vectors that are cut',
      cut('index/segment-1.vectors', 1000),
      { code: 'model', file: 'index/segment-1.vectors', hint: /Remove/ },
    ],
    [
      'a table that is cut',
      cut('index/segment-1.json'),
      { code: 'model', file: 'index/segment-1.json', hint: /Remove/ },
    ],
    ['a report that is cut', cut('report.json'), { code: 'model', file: 'report.json', hint: /Remove the file/ }],
  ])('%s', async (_, damage, { code, file, hint }) => {
    const folder = await copy();
    await damage(folder);
    await expect(Retriever.open(folder, { threads: 1 })).rejects.toMatchObject({
      code,
      where: join(folder, file),
      hint: expect.stringMatching(hint) as string,
    });
  });
});

it('makes the index again where its folder was removed, and says so', async () => {
  const folder = await copy();
  const search = async (from: string, warnings: string[] = []) => {
    const retriever = await Retriever.open(from, { threads: 1, onWarning: (text) => warnings.push(text) });
    onTestFinished(() => retriever.dispose());
    return retriever.search('please halve my ships', { k: 3 });
  };
  const expected = await search(folder);
  await rm(join(folder, 'index'), { recursive: true });
  // Traces may have been edited meanwhile.
  const lines = (await readFile(join(folder, 'traces.jsonl'), 'utf8')).split('\n');
  const without = lines.filter((line) => !line.includes(`"${expected[1]!.id}"`));
  await writeFile(join(folder, 'traces.jsonl'), without.join('\n'));
  const warnings: string[] = [];
  const found = await search(folder, warnings);
  expect(found.slice(0, 2).map(({ id }) => id)).toEqual([expected[0]!.id, expected[2]!.id]);
  expect(warnings).toEqual([expect.stringMatching(/no index: \d+ traces are encoded again/)]);
  expect(await readdir(folder)).not.toContain('index');
});

describe('a corpus', () => {
  const train = (corpus: object[], changes: object = {}, warnings: string[] = []) =>
    Retriever.train({
      labels,
      corpus: corpus as typeof traces,
      settings: { ...settings, ...changes },
      threads: 1,
      onWarning: (text) => warnings.push(text),
    });

  it('without traces, of white space, or without what it is searched by is refused', async () => {
    await expect(train([])).rejects.toMatchObject({ code: 'data', where: 'corpus' });
    await expect(train([...traces, { id: 'white', text: ' \n ' }])).rejects.toMatchObject({
      code: 'data',
      where: `corpus[${traces.length}]`,
    });
    await expect(train(traces, { document: 'question' })).rejects.toMatchObject({ code: 'data', where: 'document' });
    const file = join(root, 'folder');
    await cp(saved, file, { recursive: true });
    await expect(Retriever.train({ labels, corpus: file })).rejects.toMatchObject({
      code: 'io',
      where: file,
      hint: expect.stringContaining('Name files') as string,
    });
  });

  it('of which some traces have nothing to be searched by, and questions that are cut, are told', async () => {
    const warnings: string[] = [];
    const asked = traces.map((trace, i) => ({ ...trace, ...(i > 0 && { question: `please ${trace.id}` }) }));
    const retriever = await train(asked, { document: 'question', maxQueryTokens: 2 }, warnings);
    onTestFinished(() => retriever.dispose());
    expect(warnings).toEqual([
      `${labelledQuestions()} of ${labelledQuestions()} questions are longer than 2 tokens and were cut`,
      `1 of ${traces.length} traces have no question: nothing finds them`,
    ]);
  });
});

function labelledQuestions(): number {
  return new Set(labels.filter(({ relevant = true }) => relevant).map(({ question }) => question)).size;
}

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { chooseDataFiles, datasetAddress, fetchDataset } from './hub-dataset.js';
import { smallHub } from './testing/small-hub.js';

const files: Record<string, string> = {
  'README.md': '# about',
  'data/train-00000.jsonl': '{"question":"Q1","answer":"1"}\n',
  'data/train-00001.jsonl': '{"question":"Q2","answer":"2"}\n',
  'data/test-00000.jsonl': '{"question":"Q3","answer":"3"}\n',
  'extended/train-00000.jsonl': '{"question":"Q4","answer":"4"}\n',
};

describe('datasetAddress', () => {
  test('takes owner, name, revision and folder; a path is none', () => {
    expect(datasetAddress('hf://datasets/open-r1/OpenR1-Math-220k')).toEqual({
      repo: 'open-r1/OpenR1-Math-220k',
      path: '',
    });
    expect(datasetAddress('hf://datasets/a/b@v1/data/x')).toEqual({ repo: 'a/b', revision: 'v1', path: 'data/x' });
    expect(datasetAddress('problems.jsonl')).toBeUndefined();
    expect(() => datasetAddress('hf://datasets/alone')).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });
});

describe('chooseDataFiles', () => {
  const names = Object.keys(files);
  test('takes data/ and its training split, or what the path names', () => {
    expect(chooseDataFiles(names, '')).toEqual(['data/train-00000.jsonl', 'data/train-00001.jsonl']);
    expect(chooseDataFiles(names, '', 'test')).toEqual(['data/test-00000.jsonl']);
    expect(chooseDataFiles(names, 'extended', 'test')).toEqual(['extended/train-00000.jsonl']);
    expect(chooseDataFiles(names, 'extended')).toEqual(['extended/train-00000.jsonl']);
    expect(chooseDataFiles(names, 'data/test-00000.jsonl')).toEqual(['data/test-00000.jsonl']);
    expect(chooseDataFiles(['b.jsonl', 'a.parquet'], '')).toEqual(['a.parquet', 'b.jsonl']);
  });
});

describe('fetchDataset', () => {
  test('fetches once, and needs no Hub afterwards', async () => {
    const { hubUrl, served, close } = await smallHub(files);
    const downloads = await temporaryFolder();
    const address = { repo: 'tiny/math', path: '' };
    const shares: number[] = [];
    const paths = await fetchDataset(address, {
      downloads,
      hubUrl,
      report: (done, total) => shares.push(done / total),
    });
    expect(await Promise.all(paths.map((path) => readFile(path, 'utf8')))).toEqual([
      files['data/train-00000.jsonl'],
      files['data/train-00001.jsonl'],
    ]);
    expect(shares).toEqual([0.5, 1]);
    expect(new Set(served)).toEqual(new Set(['data/train-00000.jsonl', 'data/train-00001.jsonl']));
    close();
    expect(await fetchDataset(address, { downloads, hubUrl })).toEqual(paths);
    const other = fetchDataset({ repo: 'tiny/math', path: 'extended' }, { downloads, hubUrl });
    await expect(other).rejects.toMatchObject({ code: 'io' });
  });

  test('a data set without tables, and one that does not exist', async () => {
    const { hubUrl } = await smallHub(files);
    const downloads = await temporaryFolder();
    const none = fetchDataset({ repo: 'tiny/math', path: 'nowhere' }, { downloads, hubUrl });
    await expect(none).rejects.toMatchObject({ code: 'data', where: 'tiny/math' });
    const unknown = fetchDataset({ repo: 'tiny/none', path: '' }, { downloads, hubUrl });
    await expect(unknown).rejects.toMatchObject({ code: 'io', hint: expect.stringContaining('data') as string });
  });
});

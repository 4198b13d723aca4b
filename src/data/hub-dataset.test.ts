import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { chooseDataFiles, datasetAddress, fetchDataset } from './hub-dataset.js';

const files: Record<string, string> = {
  'README.md': '# about',
  'data/train-00000.jsonl': '{"question":"Q1","answer":"1"}\n',
  'data/train-00001.jsonl': '{"question":"Q2","answer":"2"}\n',
  'data/test-00000.jsonl': '{"question":"Q3","answer":"3"}\n',
  'extended/train-00000.jsonl': '{"question":"Q4","answer":"4"}\n',
};

/** A Hub on this machine that holds the files as the data set `tiny/math`. */
async function hub(): Promise<{ hubUrl: string; served: string[]; close: () => void }> {
  const served: string[] = [];
  const server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? '');
    if (url.startsWith('/api/datasets/tiny/math/tree/main')) {
      const list = Object.entries(files).map(([path, text]) => ({ type: 'file', oid: 'x', path, size: text.length }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
      return;
    }
    const name = /^\/datasets\/tiny\/math\/resolve\/main\/([^?]+)/.exec(url)?.[1] ?? '';
    const bytes = Buffer.from(files[name] ?? '');
    if (bytes.length === 0) return void response.writeHead(404).end();
    served.push(name);
    const [, from, to] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
    const end = to ? Math.min(Number(to), bytes.length - 1) : bytes.length - 1;
    const part = bytes.subarray(Number(from ?? 0), end + 1);
    const headers = { etag: '"x"', 'content-length': String(part.length) };
    if (from === undefined) response.writeHead(200, headers).end(part);
    else response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${end}/${bytes.length}` }).end(part);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { hubUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, served, close };
}

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
    expect(chooseDataFiles(names, 'extended')).toEqual(['extended/train-00000.jsonl']);
    expect(chooseDataFiles(names, 'data/test-00000.jsonl')).toEqual(['data/test-00000.jsonl']);
    expect(chooseDataFiles(['b.jsonl', 'a.parquet'], '')).toEqual(['a.parquet', 'b.jsonl']);
  });
});

describe('fetchDataset', () => {
  test('fetches once, and needs no Hub afterwards', async () => {
    const { hubUrl, served, close } = await hub();
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
    const { hubUrl } = await hub();
    const downloads = await temporaryFolder();
    const none = fetchDataset({ repo: 'tiny/math', path: 'nowhere' }, { downloads, hubUrl });
    await expect(none).rejects.toMatchObject({ code: 'data', where: 'tiny/math' });
    const unknown = fetchDataset({ repo: 'tiny/none', path: '' }, { downloads, hubUrl });
    await expect(unknown).rejects.toMatchObject({ code: 'io', hint: expect.stringContaining('data') as string });
  });
});

import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadParams } from './checkpoint.js';
import { readDecoderConfig } from './hf-config.js';
import { importFromHub } from './import-hub.js';

const golden = (name: string) => fileURLToPath(new URL(`./testing/golden/${name}`, import.meta.url));
let hub: Server;
let hubUrl: string;
let root: string;
const served: string[] = [];

/** A Hub on this machine that holds the golden checkpoints as `tiny/<name>`. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hub-'));
  hub = createServer((request, response) => {
    void answer(request.url ?? '', request.headers.range).then(({ status, body, headers }) => {
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((done) => hub.listen(0, '127.0.0.1', done));
  hubUrl = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
});
afterAll(async () => {
  hub.closeAllConnections();
  hub.close();
  await rm(root, { recursive: true });
});

async function answer(
  url: string,
  range?: string,
): Promise<{ status: number; body: Buffer | string; headers: Record<string, string> }> {
  const tree = /^\/api\/models\/tiny\/(\w+)\/tree\/main/.exec(url);
  if (tree) {
    const folder = golden(tree[1]!);
    const files = await readdir(folder).catch(() => undefined);
    if (!files)
      return { status: 404, body: '{"error":"Repository not found"}', headers: { 'content-type': 'application/json' } };
    const list = await Promise.all(
      files.map(async (path) => ({ type: 'file', oid: 'x', path, size: (await stat(join(folder, path))).size })),
    );
    return { status: 200, body: JSON.stringify(list), headers: { 'content-type': 'application/json' } };
  }
  const file = /^\/tiny\/(\w+)\/resolve\/main\/([\w.-]+)/.exec(url);
  if (!file) return { status: 404, body: '', headers: {} };
  served.push(file[2]!);
  const bytes = await readFile(join(golden(file[1]!), file[2]!));
  const [, from, to] = /bytes=(\d+)-(\d*)/.exec(range ?? '') ?? [];
  if (from === undefined)
    return { status: 200, body: bytes, headers: { etag: '"x"', 'content-length': String(bytes.length) } };
  const end = to ? Math.min(Number(to), bytes.length - 1) : bytes.length - 1;
  const part = bytes.subarray(Number(from), end + 1);
  return {
    status: 206,
    body: part,
    headers: {
      etag: '"x"',
      'content-range': `bytes ${from}-${end}/${bytes.length}`,
      'content-length': String(part.length),
    },
  };
}

describe('importFromHub', () => {
  it('fetches what makes a model, shards too, and nothing else', async () => {
    const folder = join(root, 'qwen2');
    const progress: number[] = [];
    await importFromHub('tiny/qwen2', folder, { hubUrl, report: (done, total) => progress.push(done / total) });
    expect(progress.at(-1)).toBe(1);
    const config = await readDecoderConfig(folder);
    expect(await loadParams(folder, config)).toEqual(await loadParams(golden('qwen2'), config));
    expect(served).not.toContain('expected.json');
    expect((await readdir(folder)).every((name) => /config\.json$|safetensors|^\.ra-rft-files/.test(name))).toBe(true);
  });

  it('says that a repository does not exist, and that the Hub cannot be reached', async () => {
    const folder = join(root, 'none');
    await expect(importFromHub('tiny/nothing', folder, { hubUrl })).rejects.toMatchObject({
      code: 'io',
      where: 'tiny/nothing',
      hint: expect.stringContaining('token'),
    });
    const closed = importFromHub('tiny/qwen2', folder, { hubUrl: 'http://127.0.0.1:1' });
    await expect(closed).rejects.toMatchObject({ code: 'io', hint: expect.stringContaining('connection') });
    expect(await readdir(root)).not.toContain('none');
  });
});

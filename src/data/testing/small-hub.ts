/** A Hugging Face Hub on this machine, with the repositories that it is given. */
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Files of a repository by path. */
export type HubFiles = Readonly<Record<string, string | Buffer>>;

export interface SmallHub {
  hubUrl: string;
  /** Paths of the files that were asked for, in their order. */
  served: string[];
  close: () => void;
}

/** The Hub, with these files as the data set `tiny/math`; closed where the test ends. */
export function smallHub(files: HubFiles): Promise<SmallHub> {
  return hubWith({ 'datasets/tiny/math': files });
}

/** The Hub with repositories by kind and name, such as `models/tiny/bert`; closed where the test ends. */
export async function hubWith(repos: Readonly<Record<string, HubFiles>>): Promise<SmallHub> {
  const served: string[] = [];
  const server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? '');
    const listed = /^\/api\/(.+)\/tree\/main/.exec(url)?.[1];
    if (listed !== undefined) {
      const recursive = url.includes('recursive=true');
      const found = Object.entries(repos[listed] ?? {}).filter(([path]) => recursive || !path.includes('/'));
      const list = found.map(([path, file]) => ({ type: 'file', oid: 'x', path, size: Buffer.from(file).length }));
      response.writeHead(repos[listed] ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(list));
      return;
    }
    const [, repo = '', name = ''] = /^\/(.+)\/resolve\/main\/([^?]+)/.exec(url) ?? [];
    // Addresses of models lack their kind.
    const bytes = Buffer.from((repos[repo] ?? repos[`models/${repo}`])?.[name] ?? '');
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

/** The files of a folder, as a repository holds them. */
export async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = await Promise.all(
    paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path)] as const),
  );
  return Object.fromEntries(files);
}

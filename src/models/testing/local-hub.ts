/** A Hugging Face Hub on this machine: it lists and serves the folders that it is given, as `tiny/<name>`. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export interface LocalHub {
  url: string;
  /** Folders by name; more may be added. */
  folders: Map<string, string>;
  /** Paths of the files that were asked for, in their order. */
  served: string[];
  close: () => void;
}

interface Answer {
  status: number;
  body: Buffer | string;
  headers: Record<string, string>;
}

/** Listens on a free port until it is closed. */
export async function startLocalHub(named: Readonly<Record<string, string>>): Promise<LocalHub> {
  const folders = new Map(Object.entries(named));
  const served: string[] = [];
  const server = createServer((request, response) => {
    void answer(request.url ?? '', request.headers.range, folders, served).then(({ status, body, headers }) => {
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, folders, served, close };
}

async function answer(
  url: string,
  range: string | undefined,
  folders: ReadonlyMap<string, string>,
  served: string[],
): Promise<Answer> {
  const tree = /^\/api\/models\/tiny\/([\w-]+)\/tree\/main.*[?&]recursive=true/.exec(url);
  if (tree) return listed(folders.get(tree[1]!));
  const file = /^\/tiny\/([\w-]+)\/resolve\/main\/([\w./%-]+)/.exec(url);
  const folder = folders.get(file?.[1] ?? '');
  if (!file || folder === undefined) return { status: 404, body: '', headers: {} };
  const path = decodeURIComponent(file[2]!);
  served.push(path);
  const bytes = await readFile(join(folder, path));
  const [, from, to] = /bytes=(\d+)-(\d*)/.exec(range ?? '') ?? [];
  if (from === undefined)
    return { status: 200, body: bytes, headers: { etag: '"x"', 'content-length': String(bytes.length) } };
  const end = to ? Math.min(Number(to), bytes.length - 1) : bytes.length - 1;
  const part = bytes.subarray(Number(from), end + 1);
  const headers = {
    etag: '"x"',
    'content-range': `bytes ${from}-${end}/${bytes.length}`,
    'content-length': String(part.length),
  };
  return { status: 206, body: part, headers };
}

async function listed(folder: string | undefined): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  if (folder === undefined) return { status: 404, body: '{"error":"Repository not found"}', headers };
  const list = await Promise.all(
    (await readdir(folder, { recursive: true })).map(async (path) => {
      const found = await stat(join(folder, path));
      return { type: found.isFile() ? 'file' : 'directory', oid: 'x', path, size: found.size };
    }),
  );
  return { status: 200, body: JSON.stringify(list), headers };
}

/** A Hugging Face Hub on this machine, with one data set. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** The Hub, with these files as the data set `tiny/math`; closed where the test ends. */
export async function smallHub(
  files: Readonly<Record<string, string>>,
): Promise<{ hubUrl: string; served: string[]; close: () => void }> {
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

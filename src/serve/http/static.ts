/** Files of a page that are served as they are: read once, so that no path of a request ever reaches the disk. */
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Hono } from 'hono';
import { etag } from 'hono/etag';

interface StaticFile {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
}

/** By the path that they are asked for; the folder's index.html is at `/`. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** A page may load its own files and ask its own server, and nothing else: a text that became markup could do nothing. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** All files of a folder and those below it. */
export async function readStaticFiles(folder: string): Promise<StaticFiles> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = new Map<string, StaticFile>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = new Uint8Array(await readFile(path));
    const type = TYPES[extname(entry.name)] ?? 'application/octet-stream';
    const name = path.slice(folder.length).replaceAll('\\', '/').replace(/^\/*/, '/');
    files.set(name === '/index.html' ? '/' : name, { bytes, type });
  }
  return files;
}

export function mountStatic(app: Hono, files: StaticFiles): void {
  for (const [path, { bytes, type }] of files) {
    app.get(path, etag(), (c) =>
      c.body(bytes, 200, {
        'content-type': type,
        'cache-control': 'no-cache',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      }),
    );
  }
}

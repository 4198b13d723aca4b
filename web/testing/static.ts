/** A host of static files, as plain as one can be: no headers of its own, no fallback, in a folder below its root. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { onTestFinished } from 'vitest';

/** Address of the folder's index.html; the server ends with its test. */
export async function staticHost(folder: string): Promise<string> {
  const app = new Hono();
  app.use(
    '/some/place/*',
    serveStatic({ root: folder, rewriteRequestPath: (path) => path.replace('/some/place', '') }),
  );
  const { port } = await new Promise<AddressInfo>((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, resolve);
    onTestFinished(async () => {
      await new Promise((closed) => server.close(closed));
    });
  });
  return `http://127.0.0.1:${port}/some/place/`;
}

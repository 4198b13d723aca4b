/** A host of static files, as plain as one can be: no headers of its own, no fallback, in a folder below its root. */
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

export interface StaticHost {
  /** Address of the folder's index.html. */
  url: string;
  close(): Promise<void>;
}

/** On the loopback interface, at a port that is free. */
export async function startStaticHost(folder: string): Promise<StaticHost> {
  const app = new Hono();
  app.use(
    '/some/place/*',
    serveStatic({ root: folder, rewriteRequestPath: (path) => path.replace('/some/place', '') }),
  );
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({
        url: `http://127.0.0.1:${port}/some/place/`,
        close: async () => {
          await new Promise((closed) => server.close(closed));
        },
      }),
    );
  });
}

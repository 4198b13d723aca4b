/** A server in this process over a small trained retriever, for tests. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, onTestFinished } from 'vitest';
import { silent } from '../../core/progress.js';
import { madeOnce } from '../../core/testing/made-once.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import { Retriever } from '../../retriever/index.js';
import { pairTask } from '../../retriever/testing/pairs.js';
import { openRetrievers } from '../open-retrievers.js';
import { startServer, type RunningServer, type ServerOptions } from '../server.js';

const settings = { steps: 120, hidden: 16, dim: 16, validationShare: 0, testShare: 0 };

/** Trains once for all tests. `shared` is to be read only; `own` is a copy for one test. */
export function trainedRetriever(): { shared: () => string; own: () => Promise<string> } {
  let root = '';
  const shared = () => join(root, 'retriever');
  beforeAll(async () => {
    root = await madeOnce('trained', async (folder) => {
      const { traces, labels } = pairTask();
      const retriever = await Retriever.train({ labels, corpus: traces, settings, threads: 1 });
      await retriever.save(join(folder, 'retriever'));
      await retriever.dispose();
    });
  });
  const own = async () => {
    const folder = join(await temporaryFolder(), 'retriever');
    await cp(shared(), folder, { recursive: true });
    return folder;
  };
  return { shared, own };
}

export interface Served extends RunningServer {
  /** What was told of failures. */
  failures: unknown[];
}

type ServedOptions = Partial<ServerOptions> & { writable?: boolean };

/** A server that ends with its test. */
export async function served(folders: readonly string[], options?: ServedOptions): Promise<Served> {
  const server = await started(folders, options);
  onTestFinished(() => server.close());
  return server;
}

/** One that its caller closes. */
export async function started(
  folders: readonly string[],
  { writable = false, ...options }: ServedOptions = {},
): Promise<Served> {
  const failures: unknown[] = [];
  const server = await startServer({
    version: '0.0.0',
    host: '127.0.0.1',
    port: 0,
    retrievers: (own) => openRetrievers({ folders, writable, progress: silent, onWarning: () => {} }, own),
    told: (error) => void failures.push(error),
    ...options,
  });
  return { ...server, failures };
}

/** One that answers. */
export async function ready(...args: Parameters<typeof served>): Promise<Served> {
  const server = await served(...args);
  await server.ready;
  return server;
}

/** A request with any headers, as `fetch` does not send them. */
export async function rawRequest(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string; json: () => never }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(pieces).toString();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: () => JSON.parse(text) as never,
        });
      });
    });
    request.on('error', reject);
    // What the server did not want to read can no longer be written when its answer is here.
    request.on('socket', (socket) => socket.on('error', reject));
    request.end(body);
  });
}

/** A POST of JSON. */
export const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  rawRequest(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

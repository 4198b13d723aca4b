/** A real HTTP server on this machine that behaves as a test tells it: replies, refusals, stalls, cut connections. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came in. */
export interface SeenRequest {
  /** From 0, in order of arrival. */
  n: number;
  method: string;
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
  bytes: Buffer;
  /** The body where it is JSON. */
  body: { model?: string; messages?: { role: string; content: string }[]; [field: string]: unknown };
}

/** What the server does with a request. */
export type Behaviour =
  | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string | Uint8Array; delayMs?: number }
  /** The connection ends: before any answer, or in the middle of one. */
  | { cut: 'before' | 'middle' }
  /** Nothing more is ever heard: before any answer, or in the middle of one. */
  | { stall: 'before' | 'middle' }
  /** A body of blanks that never ends, so many bytes every so many milliseconds. */
  | { drip: { bytes: number; everyMs: number } };

export interface ScriptedServer {
  /** Address without a path. */
  origin: string;
  /** As `llm.baseUrl`. */
  baseUrl: string;
  seen: SeenRequest[];
  close(): Promise<void>;
}

/** Starts a server that answers each request as `behave` says. */
export async function startScriptedServer(
  behave: (request: SeenRequest) => Behaviour | Promise<Behaviour>,
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const text = bytes.toString('utf8');
      const { method = '', url: path = '', headers } = incoming;
      const request: SeenRequest = { n: seen.length, method, path, headers, text, bytes, body: jsonOf(text) };
      seen.push(request);
      void Promise.resolve(behave(request)).then((behaviour) => act(behaviour, response));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    seen,
    close: async () => {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function act(behaviour: Behaviour, response: ServerResponse): void {
  if ('drip' in behaviour) {
    const { bytes, everyMs } = behaviour.drip;
    response.writeHead(200, { 'content-type': 'application/json' });
    const drops = setInterval(() => response.write(' '.repeat(bytes)), everyMs);
    response.on('close', () => clearInterval(drops));
    return;
  }
  if ('cut' in behaviour || 'stall' in behaviour) {
    if (Object.values(behaviour)[0] === 'middle') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"choices":[');
    }
    // A moment for what was written to leave.
    if ('cut' in behaviour) setImmediate(() => response.destroy());
    return;
  }
  const { status = 200, headers = {}, json, text = JSON.stringify(json ?? {}), delayMs = 0 } = behaviour;
  setTimeout(() => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(text);
  }, delayMs);
}

function jsonOf(text: string): SeenRequest['body'] {
  try {
    return JSON.parse(text) as SeenRequest['body'];
  } catch {
    return {};
  }
}

/** A server on an address, and its end: what is being answered is answered, then connections are closed. */
import { createServer, type Server } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { RaRftError } from '../../core/errors.js';

export interface Listening {
  /** Up to and without the slash. */
  url: string;
  /** Takes no new connection, waits for what is being answered, and after `graceMs` (10 s) ends that too. */
  close(graceMs?: number): Promise<void>;
}

/** Longest time for the head of a request: slow ones must not hold a connection. */
const HEADERS_MS = 15_000;

const IDLE_MS = 50;

/** Throws `io` where the address cannot be had. */
export async function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createServer({ headersTimeout: HEADERS_MS }, (request, response) => {
    void getRequestListener(fetch)(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notListening(error, host, port)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${own}`,
    close: (graceMs = 10_000) => end(server, graceMs),
  };
}

async function end(server: Server, graceMs: number): Promise<void> {
  const late = setTimeout(() => server.closeAllConnections(), graceMs);
  // A connection whose answer has ended would be kept for the caller's next request.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_MS);
  try {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  } finally {
    clearTimeout(late);
    clearInterval(idle);
  }
}

function notListening(error: NodeJS.ErrnoException, host: string, port: number): RaRftError {
  const taken = error.code === 'EADDRINUSE';
  return new RaRftError({
    code: 'io',
    message: taken ? `port ${port} is taken` : error.message,
    where: `${host}:${port}`,
    ...(taken && { hint: 'Give another with --port, or 0 for any that is free.' }),
    cause: error,
  });
}

/** A real NextPlaid server for tests, on a port and a folder of its own: the program `next-plaid-api` of the PATH. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAM = 'next-plaid-api';

/** Whether the program is there; docs/retrievers.md says how it is built. */
export const nextPlaidIsThere = spawnSync(PROGRAM, ['--help']).error === undefined;

export interface NextPlaidServer {
  url: string;
  /** Ends it, at once where `signal` is SIGKILL. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export async function startNextPlaid(folder: string): Promise<NextPlaidServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, DELETE_BATCH_MIN_WAIT: '20', DELETE_BATCH_MAX_WAIT: '60', RUST_LOG: 'error' };
  const child = spawn(PROGRAM, ['--host', '127.0.0.1', '--port', String(port), '--index-dir', folder], {
    env,
    stdio: 'ignore',
  });
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    if (answer?.ok) return { url, stop: (signal = 'SIGTERM') => stop(child, signal) };
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`${PROGRAM} does not answer at ${url}`);
}

async function stop(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A module that runs once in a process of its own: whatever it does, it can be ended, and what it took is given back. */
import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { workerEntry } from './worker-entry.js';

export interface ProcessEnd {
  out: string;
  err: string;
  /** Why it was ended; undefined where it ended by itself. */
  ended?: 'input' | 'time' | 'size' | 'caller';
}

export interface ProcessLimits {
  /** For taking its input, and from then on. */
  inputMs: number;
  timeoutMs: number;
  /** Most that it may print. */
  maxBytes: number;
  /** Ends it, too. */
  signal?: AbortSignal | undefined;
}

/**
 * Runs a module (`new URL('./x-worker.js', import.meta.url)`; a `.ts` source is found too) with texts as its input, and gives back
 * what it printed. It sees nothing of this process's environment. Rejects where no process can be started, and with what the input
 * throws.
 */
export async function runProcess(url: URL, input: AsyncIterable<string>, limits: ProcessLimits): Promise<ProcessEnd> {
  const code = `await import(${JSON.stringify(workerEntry(url).href)});`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { env: {}, stdio: 'pipe' });
  let ended: ProcessEnd['ended'];
  const end = (why: NonNullable<ProcessEnd['ended']>) => {
    ended ??= why;
    child.kill('SIGKILL');
  };
  let late = setTimeout(() => end('input'), limits.inputMs);
  const aborted = () => end('caller');
  limits.signal?.addEventListener('abort', aborted);
  if (limits.signal?.aborted) aborted();
  const pieces: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  let bytes = 0;
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > limits.maxBytes) end('size');
      else pieces[name].push(piece);
    });
  const closed = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  let failure: unknown;
  const given = pipeline(Readable.from(input), child.stdin).then(
    () => {
      clearTimeout(late);
      late = setTimeout(() => end('time'), limits.timeoutMs);
    },
    (error: NodeJS.ErrnoException) => {
      if (isClosedPipe(error)) return; // it has ended without reading all: what it printed says why
      failure = error;
      end('input');
    },
  );
  try {
    await Promise.all([closed, given]);
    if (failure !== undefined) throw failure;
    const [out, err] = [pieces.stdout, pieces.stderr].map((own) => Buffer.concat(own).toString('utf8'));
    return { out: out as string, err: err as string, ...(ended && { ended }) };
  } finally {
    clearTimeout(late);
    limits.signal?.removeEventListener('abort', aborted);
  }
}

function isClosedPipe({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET';
}

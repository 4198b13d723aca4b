/** What every verb gets from the command line: where to write, how to show progress. */
import type { Progress } from '../core/progress.js';
import type { ProgressStream } from '../core/terminal-progress.js';

/** Options before or after any verb. */
export interface GlobalOptions {
  quiet?: boolean;
  verbose?: boolean;
}

/** Where the command line writes. */
export interface CliStreams {
  out: { write(text: string): unknown };
  err: ProgressStream;
  /** From when it is called, the first signal that would end the process aborts what it gives. */
  untilStopped?: () => AbortSignal;
}

export interface CliContext {
  /** Results, on stdout: tables, paths, YAML. What a terminal would obey is written out. */
  out(text: string): void;
  /** How far long work is, on stderr. */
  progress: Progress;
  /** Only results, warnings and errors are wanted. */
  quiet?: boolean;
  verbose: boolean;
  /** For work that lasts until it is told to end, and then ends what it has begun. */
  untilStopped?: (() => AbortSignal) | undefined;
}

/** Resolves when the process is told to end; from then on it does not end by itself. */
export function untilStopped(context: CliContext): Promise<'stopped'> {
  const signal = context.untilStopped?.();
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve('stopped'), { once: true }));
}

/**
 * Opens what takes long. Undefined where the process is told to end before it is open: the signal ends what `open` has begun. One that
 * is open ends as its verb says.
 */
export async function openUnlessStopped<T>(
  stopped: Promise<'stopped'>,
  open: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const stop = new AbortController();
  let isOpening = true;
  void stopped.then(() => isOpening && stop.abort());
  try {
    return await open(stop.signal);
  } catch (error) {
    if (stop.signal.aborted) return undefined; // it failed by being ended
    throw error;
  } finally {
    isOpening = false;
  }
}

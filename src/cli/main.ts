#!/usr/bin/env node
/** Entry of the `ra-rft` command: the process around the command line. */
import { writeSync } from 'node:fs';
import { runCommandLine } from './command-line.js';

// A second, unhandled signal ends the process at once: native worker threads survive no orderly exit while they compute.
// Nothing is lost, since files are whole or absent; the shell sees the exit code of the signal.
let stop: AbortController | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    if (stop) return stop.abort();
    writeSync(process.stderr.fd, '\nstopped; run the same command again to go on\n');
    process.kill(process.pid, signal);
  });
}
// A reader that goes away (`ra-rft ... | head`) ends the output, not the work.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), {
  out: process.stdout,
  err: process.stderr,
  untilStopped: () => (stop ??= new AbortController()).signal,
});

#!/usr/bin/env node
/** Entry of the `ra-rft` command: the process around the command line. */
import { signalExitCodes } from '../core/exit-codes.js';
import { runCommandLine } from './command-line.js';

for (const [signal, code] of Object.entries(signalExitCodes)) {
  process.once(signal, () => {
    process.stderr.write('\nstopped; run the same command again to go on\n');
    process.exit(code);
  });
}
// A reader that goes away (`ra-rft ... | head`) ends the output, not the work.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runCommandLine(process.argv.slice(2), { out: process.stdout, err: process.stderr });

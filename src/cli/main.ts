#!/usr/bin/env node
/** Entry of the `ra-rft` command: runs the verb, prints errors as lines, ends with the code of docs/errors.md. */
import { CommanderError } from 'commander';
import { errorCodes, signalExitCodes } from '../core/exit-codes.js';
import { exitCodeOf, failureText } from './failure.js';
import { buildProgram } from './program.js';

/** Runs a command line (without node and script) and returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const wantsHelp = args.includes('--help') || args.includes('-h') || args[0] === 'help';
    const configHelp = wantsHelp ? (await import('../config/index.js')).configHelp() : undefined;
    await buildProgram(configHelp).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its own message; help and version end through the same way with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : errorCodes.usage.exitCode;
    process.stderr.write(failureText(error, args.includes('--verbose')));
    return exitCodeOf(error);
  }
}

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

process.exitCode = await main(process.argv.slice(2));

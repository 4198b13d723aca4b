/** A command line from its arguments to its exit code (docs/errors.md). */
import { CommanderError } from 'commander';
import { errorCodes } from '../core/exit-codes.js';
import { visibleText } from '../core/visible-text.js';
import type { CliStreams } from './context.js';
import { exitCodeOf, failureText } from './failure.js';
import { buildProgram } from './program.js';

/** Runs `args` (without node and script). Never throws. */
export async function runCommandLine(args: readonly string[], streams: CliStreams): Promise<number> {
  try {
    const wantsHelp = args.includes('--help') || args.includes('-h') || args[0] === 'help';
    const configHelp = wantsHelp ? (await import('../config/index.js')).configHelp() : undefined;
    await buildProgram({ streams, configHelp }).parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its own message; help and version end through the same way with code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : errorCodes.usage.exitCode;
    streams.err.write(visibleText(failureText(error, args.includes('--verbose'))));
    return exitCodeOf(error);
  }
}

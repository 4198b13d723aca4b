/** Errors as lines for people (what, where, expected, hint) and as exit codes for programs. */
import { errorFacts } from '../core/errors.js';
import { errorCodes } from '../core/exit-codes.js';

/** The lines that the command line prints for an error. */
export function failureText(error: unknown, verbose: boolean): string {
  const facts = errorFacts(error);
  const lines = [`error: ${facts.message}`];
  if (facts.where !== undefined) lines.push(`  where:    ${facts.where}`);
  if (facts.expected !== undefined) lines.push(`  expected: ${facts.expected}`);
  if (facts.hint !== undefined) lines.push(`  hint:     ${facts.hint}`);
  if (verbose) lines.push(...stackLines(error));
  else if (facts.code === 'internal') lines.push('  hint:     This is a bug; run again with --verbose to see where.');
  return `${lines.join('\n')}\n`;
}

/** The exit code of an error (docs/errors.md). */
export function exitCodeOf(error: unknown): number {
  return errorCodes[errorFacts(error).code].exitCode;
}

/** Stack of the error and of what caused it, without the first lines that repeat the message. */
function stackLines(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  if (error.cause === undefined) return frames;
  return [...frames, `  caused by: ${errorFacts(error.cause).message}`, ...stackLines(error.cause)];
}

/** What every verb gets from the command line: where to write, how to show progress. */
import type { Progress } from '../core/progress.js';

/** Options before or after any verb. */
export interface GlobalOptions {
  quiet?: boolean;
  verbose?: boolean;
}

export interface CliContext {
  /** Results, on stdout: tables, paths, YAML. */
  out(text: string): void;
  /** How far long work is, on stderr. */
  progress: Progress;
  verbose: boolean;
}

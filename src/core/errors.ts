/** Errors as data: a code to branch on, where it happened, what was expected, what to do. The text is made from these. */

/** What went wrong, for programs. The exit code of the command line follows from it (docs/errors.md). */
export type ErrorCode =
  | 'config' // a key or value of the configuration
  | 'data' // a line or field of an input file
  | 'model' // a model file: missing, damaged, of another shape or architecture
  | 'graph' // a tensor graph: shapes or types that do not fit
  | 'context-length' // a sequence longer than the model's window
  | 'run-folder' // a run folder that belongs to another configuration, or is locked
  | 'io' // the file system: full disk, missing permission, missing file
  | 'engine' // a policy engine that failed or was used after dispose
  | 'not-finite' // NaN or infinity: weights, losses, gradients, log-probabilities, scores
  | 'verifier' // a verifier or reward function that failed
  | 'llm' // a language model server that cannot be used: key, model, address
  | 'budget' // maxUsd or maxCalls was reached
  | 'usage' // the command line
  | 'internal'; // a bug in this project

/** The facts of an error; see {@link RaRftError}. */
export interface ErrorFacts {
  code: ErrorCode;
  /** One sentence with the bad value in it. */
  message: string;
  /** File and line, configuration key, tensor name, model layer. */
  where?: string;
  /** What is allowed. */
  expected?: string;
  /** What to do next. */
  hint?: string;
  cause?: unknown;
}

/** The one error class of the project. Tests match `code` and `where`, never prose. */
export class RaRftError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly expected: string | undefined;
  readonly hint: string | undefined;

  constructor(facts: ErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'RaRftError';
    this.code = facts.code;
    this.where = facts.where;
    this.expected = facts.expected;
    this.hint = facts.hint;
  }

  /** Plain data, so that an error survives a worker boundary; `fromFacts` is the way back. */
  facts(): ErrorFacts {
    const { code, message, where, expected, hint } = this;
    return { code, message, where, expected, hint };
  }
}

/** Codes of errors that say nothing of where in the work they happened. */
const placeless: ReadonlySet<ErrorCode> = new Set(['not-finite', 'verifier']);

/**
 * The same error with what was going on before its place (`arm grpo, step 12`), and with more to do; errors that name file,
 * key or line themselves stay as they are.
 */
export function atPlace(place: string, error: unknown, hint?: string): unknown {
  if (!(error instanceof RaRftError) || !placeless.has(error.code)) return error;
  const facts = error.facts();
  const where = facts.where === undefined ? place : `${place}: ${facts.where}`;
  const told = [facts.hint, hint].filter((text) => text !== undefined).join(' ');
  return new RaRftError({ ...facts, where, ...(told !== '' && { hint: told }), cause: error });
}

/** Any thrown value as facts: our own errors keep theirs, others become `internal` (or `io` for system errors). */
export function errorFacts(error: unknown): ErrorFacts {
  if (error instanceof RaRftError) return error.facts();
  if (error instanceof Error) {
    const system = error as NodeJS.ErrnoException;
    if (typeof system.syscall === 'string') {
      const hint =
        system.code === 'ENOSPC' ? 'The disk is full: free some space and run the same command again.' : undefined;
      return { code: 'io', message: error.message, where: system.path, hint, cause: error };
    }
    return { code: 'internal', message: error.message, cause: error };
  }
  return { code: 'internal', message: String(error) };
}

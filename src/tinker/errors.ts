/** Errors of the client: what became of a call, so that a program can tell what to do next. */
import { RaRftError, type ErrorCode } from '../core/errors.js';

export type TinkerErrorKind =
  /** Found wrong before anything was sent. */
  | 'invalid'
  /** The server does not want the request as it is: nothing was done. */
  | 'refused'
  /** The server does not know the key, or the key may not do this. */
  | 'unauthorized'
  /** The account has to be paid first. */
  | 'billing'
  /** The server began the operation and could not do it, now or ever. */
  | 'failed'
  /** Session, model, sampler or result is no longer there (a server that started anew): make it again from the last checkpoint. */
  | 'lost'
  /** It cannot be told whether the operation was done, and doing it twice would be wrong: go on from the last checkpoint. */
  | 'uncertain'
  /** No answer, or none but errors, for as long as was waited. */
  | 'unreachable'
  /** An answer that cannot be understood, or does not fit its request. */
  | 'malformed'
  /** NaN or infinity where the server owes a number. */
  | 'not-finite'
  /** The call's own time is over. What it asked for may still happen on the server. */
  | 'time-out'
  /** The client was closed. */
  | 'closed';

export interface TinkerErrorFacts {
  kind: TinkerErrorKind;
  message: string;
  /** Operation, model, datum. */
  where?: string | undefined;
  expected?: string | undefined;
  hint?: string | undefined;
  /** Status of the HTTP answer, where there was one. */
  status?: number | undefined;
  /** It answers a request that may have arrived before: what it refuses may be the second of two. */
  isOfRepeat?: boolean | undefined;
  cause?: unknown;
}

const codes: Partial<Record<TinkerErrorKind, ErrorCode>> = { 'not-finite': 'not-finite' };

/** Branch on `kind`, never on the text. `code` is that of the project's errors: `not-finite`, else `engine`. */
export class TinkerError extends RaRftError {
  readonly kind: TinkerErrorKind;
  readonly status: number | undefined;
  readonly isOfRepeat: boolean;

  constructor({ kind, status, isOfRepeat = false, message, where, expected, hint, cause }: TinkerErrorFacts) {
    super({
      code: codes[kind] ?? 'engine',
      message,
      ...(where !== undefined && { where }),
      ...(expected !== undefined && { expected }),
      ...(hint !== undefined && { hint }),
      ...(cause !== undefined && { cause }),
    });
    this.name = 'TinkerError';
    this.kind = kind;
    this.status = status;
    this.isOfRepeat = isOfRepeat;
  }
}

/** The same error with its place, where it has none. */
export function withPlace(where: string, error: unknown): unknown {
  if (!(error instanceof TinkerError) || error.where !== undefined) return error;
  const { kind, status, isOfRepeat, message, expected, hint, cause } = error;
  return new TinkerError({ kind, status, isOfRepeat, message, where, expected, hint, cause });
}

/**
 * The order of a model's training calls. Servers run them in the order of their numbers (hosted, TuFT) or of their arrival (SkyRL), so
 * one is sent after the other has been acknowledged; and a number is never left out, because a server may wait for it for ever.
 */
import { TinkerError, type TinkerErrorKind } from './errors.js';

/** After these the server has taken nothing: the number is free again. */
const untaken: ReadonlySet<TinkerErrorKind> = new Set([
  'invalid',
  'refused',
  'unauthorized',
  'billing',
  'lost',
  'unreachable',
]);

/** The server has taken nothing of a call that failed so. */
export function isUntaken(error: unknown): boolean {
  return error instanceof TinkerError && untaken.has(error.kind);
}

/** Refused as the second of two: the first has taken the number. */
export function isTakenTwice(error: unknown): boolean {
  return error instanceof TinkerError && error.kind === 'refused' && error.isOfRepeat && error.status === 409;
}

export class Sequence {
  private nextId = 1;
  private tail: Promise<unknown> = Promise.resolve();
  private broken: TinkerError | undefined;

  /**
   * Waits until all earlier calls are acknowledged, prepares, and has `count` numbers submitted. The caller's signal ends the waiting,
   * not the submission: who has begun to send a numbered call must learn whether it was taken. Where that cannot be learnt, this
   * call and all later ones throw `uncertain`.
   */
  inTurn<T, P extends { count: number }>(
    prepare: () => P | Promise<P>,
    signal: AbortSignal,
    submit: (firstId: number, prepared: P) => Promise<T>,
  ): Promise<T> {
    const turn = this.tail.then(async () => {
      signal.throwIfAborted();
      if (this.broken) throw this.broken;
      const prepared = await prepare();
      signal.throwIfAborted();
      try {
        const acknowledged = await submit(this.nextId, prepared);
        this.nextId += prepared.count;
        return acknowledged;
      } catch (error) {
        if (isTakenTwice(error)) this.nextId += prepared.count;
        else if (!isUntaken(error)) this.break(error);
        throw error;
      }
    });
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  /** Submits what has no number and may follow anything, when all earlier calls have had their turn. */
  atEnd<T>(signal: AbortSignal, submit: () => Promise<T>): Promise<T> {
    const turn = this.tail.then(() => {
      signal.throwIfAborted();
      return submit();
    });
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  /** No later call may follow: the state of the model is not what its caller takes it for. */
  break(cause: unknown): void {
    const said = cause instanceof Error ? cause.message : String(cause);
    this.broken ??= new TinkerError({
      kind: 'uncertain',
      message: `the state of the model is not known since an earlier call went wrong: ${said}`,
      hint: 'Make the model again from the last checkpoint.',
      cause,
    });
  }
}

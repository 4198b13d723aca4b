/**
 * What stands in the accumulated gradient on the server, as far as it can be known. A step on a gradient that lacks a part would look
 * like any other: so it is not made, and where it was made already it is said.
 */
import { TinkerError } from './errors.js';

/** A pass on its way into the gradient. */
export interface Pass {
  /** Called at once when it fails. `leavesNothing`: nothing of it is in the gradient, for certain. */
  failed(error: unknown, leavesNothing: boolean): void;
  done(): void;
}

export class Gradient {
  /** Since the last step. */
  private passes = new Set<{ settled: Promise<void>; error: { cause: unknown } | undefined }>();
  private spoiled: { cause: unknown } | undefined;

  begin(): Pass {
    const { promise: settled, resolve } = withResolver();
    const pass: { settled: Promise<void>; error: { cause: unknown } | undefined } = { settled, error: undefined };
    const { passes } = this;
    passes.add(pass);
    return {
      done: resolve,
      failed: (cause, leavesNothing) => {
        pass.error ??= { cause };
        // A step that is under way on these passes sees the error; a later one must not stumble over what has left nothing.
        if (!leavesNothing) this.spoiled ??= { cause };
        else if (this.passes === passes) passes.delete(pass);
        resolve();
      },
    };
  }

  /** The passes of a step; those after it belong to the next. Throws `uncertain` where the gradient lacks a part of one. */
  take(): Taken {
    if (this.spoiled) {
      throw new TinkerError({
        kind: 'uncertain',
        message: `the accumulated gradient is not whole, since a forwardBackward went wrong: ${said(this.spoiled.cause)}`,
        hint: 'Make the model again from the last checkpoint.',
        cause: this.spoiled.cause,
      });
    }
    const taken = this.passes;
    this.passes = new Set();
    const failure = () => [...taken].find(({ error }) => error)?.error?.cause;
    return {
      failureSoFar: failure,
      failure: async () => {
        await Promise.all([...taken].map(({ settled }) => settled));
        return failure();
      },
      giveBack: () => {
        for (const pass of taken) if (!pass.error) this.passes.add(pass);
      },
    };
  }

  /** Nobody knows what stands in it. */
  spoil(cause: unknown): void {
    this.spoiled ??= { cause };
  }
}

/** The passes that a step is made of. */
export interface Taken {
  /** The error of one that has failed by now. */
  failureSoFar(): unknown;
  /** Waits for all of them. */
  failure(): Promise<unknown>;
  /** The step was not made: they stand for the next one. */
  giveBack(): void;
}

export function said(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

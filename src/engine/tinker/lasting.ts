/**
 * Weights on a server that may forget them (it started anew, or let the session expire), or of which nothing is known since an answer was
 * lost. Where no step was made since they were opened or saved they are made anew from there, and what was under way is done again.
 */
import { TinkerError } from '../../tinker/index.js';
import { PolicyLostError } from '../lost.js';
import type { Handle } from './handle.js';
import type { ServerWeights } from './weights.js';

/** Times in a row that weights are made anew without getting done what they are needed for. */
const MOST_LOSSES = 3;

export interface LastingParts {
  /** Makes them from a checkpoint; without one, as a policy begins. */
  make: (from: Handle | undefined, signal: AbortSignal | undefined) => Promise<ServerWeights>;
  from: Handle | undefined;
  /** Hears that they were lost, and why. */
  onLoss: (message: string) => void;
}

export class LastingWeights {
  private readonly make: LastingParts['make'];
  private readonly onLoss: LastingParts['onLoss'];
  private from: Handle | undefined;
  private weights: ServerWeights | undefined;
  private isLost = true; // made at the first use
  private gone: PolicyLostError | undefined;
  private stepsSince = 0;

  constructor({ make, from, onLoss }: LastingParts) {
    this.make = make;
    this.from = from;
    this.onLoss = onLoss;
  }

  /**
   * Works with the weights, once more after each loss. Throws {@link PolicyLostError} where they cannot be made as they were, and `engine`
   * where the server loses them again and again.
   */
  use<T>(work: (weights: ServerWeights) => Promise<T>, signal?: AbortSignal): Promise<T> {
    return afterLosses(
      async () => work(await this.current(signal)),
      (error) => {
        this.isLost = true;
        if (this.stepsSince > 0) throw (this.gone = this.goneWith(error));
        this.onLoss(`the server has lost a policy, which is made anew from ${this.whence()}: ${error.message}`);
      },
    );
  }

  /** They are others than those that were opened or saved. */
  stepped(): void {
    this.stepsSince++;
  }

  /** They can be had from here, as they are. */
  saved(at: Handle): void {
    this.from = at;
    this.stepsSince = 0;
  }

  async dispose(): Promise<void> {
    await this.weights?.dispose();
  }

  private async current(signal: AbortSignal | undefined): Promise<ServerWeights> {
    signal?.throwIfAborted();
    if (this.gone) throw this.gone;
    if (this.weights && !this.isLost) return this.weights;
    // A model that was not lost, but of which nothing is known, would keep its place.
    await this.weights?.dispose();
    this.weights = undefined;
    this.weights = await this.make(this.from, signal);
    this.isLost = false;
    return this.weights;
  }

  private goneWith(cause: TinkerError): PolicyLostError {
    const steps = this.stepsSince === 1 ? 'one step' : `${this.stepsSince} steps`;
    const message = `the server has lost a policy with ${steps} since ${this.whence()}: ${cause.message}`;
    return new PolicyLostError({ message, cause });
  }

  private whence(): string {
    return this.from ? `its checkpoint ${this.from.path}` : 'its start';
  }
}

/**
 * Does `work` again where the server has lost what it works with, or cannot tell what became of it. `onLoss` makes ready for it, or
 * throws. Bounded: a server that loses all again and again is not asked for ever.
 */
export async function afterLosses<T>(work: () => Promise<T>, onLoss: (error: TinkerError) => void): Promise<T> {
  for (let losses = 1; ; losses++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TinkerError) || (error.kind !== 'lost' && error.kind !== 'uncertain')) throw error;
      if (losses > MOST_LOSSES) throw again(error);
      onLoss(error);
    }
  }
}

/** The same kind of error, which names the row of them. */
function again({ kind, status, message, where, hint, cause }: TinkerError): TinkerError {
  const told = `the server has lost it ${MOST_LOSSES + 1} times in a row, the last time: ${message}`;
  return new TinkerError({ kind, status, where, hint, cause, message: told });
}

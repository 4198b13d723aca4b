/** How long something is tried: waits that grow, and the end of waiting. One object a call. */
import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../core/http/waits.js';
import type { Rng } from '../core/rng.js';
import type { TinkerError } from './errors.js';
import type { TinkerLimits, TinkerTimeouts } from './options.js';

/** Longest wait between two tries while a server is away. */
const MOST_AWAY_MS = 30_000;
const MOST_FAULT_MS = 10_000;
/** Waits between questions that a server answers at once with "not yet". */
const PENDING_MS = 25;
const MOST_PENDING_MS = 1000;
/** An answer that took so long was a long poll: the next question may follow at once. */
const HELD_MS = 500;

export class Patience {
  private readonly options: { timeouts: TinkerTimeouts; limits: TinkerLimits };
  private readonly rng: Rng;
  private faults = 0;
  private quick = 0;
  private aways = 0;
  private awaySince: number | undefined;
  private unpaidSince: number | undefined;

  constructor(options: { timeouts: TinkerTimeouts; limits: TinkerLimits }, rng: Rng) {
    this.options = options;
    this.rng = rng;
  }

  /** After "not yet". The server works: what was wrong before is forgotten. */
  async pending(tookMs: number, signal: AbortSignal): Promise<void> {
    this.faults = this.aways = 0;
    this.awaySince = this.unpaidSince = undefined;
    if (tookMs >= HELD_MS) this.quick = 0;
    else await sleep(Math.min(MOST_PENDING_MS, PENDING_MS * 2 ** this.quick++), undefined, { signal });
  }

  /** After an error of the server's own. Throws it where there were too many in a row: some come back for ever. */
  async fault(error: TinkerError, signal: AbortSignal): Promise<void> {
    if (++this.faults > this.options.limits.serverErrors) throw error;
    const { backoffMs: baseMs } = this.options.timeouts;
    await sleep(backoffMs(this.faults - 1, baseMs, this.rng, MOST_FAULT_MS), undefined, { signal });
  }

  /** While there is no server, or none that takes requests. Throws `error` after `outageMs`. */
  async away(error: TinkerError, signal: AbortSignal, askedMs = 0): Promise<void> {
    const { outageMs, backoffMs: baseMs } = this.options.timeouts;
    this.awaySince ??= performance.now();
    const leftMs = this.awaySince + outageMs - performance.now();
    if (leftMs <= 0) throw error;
    const waitMs = Math.max(askedMs, backoffMs(this.aways++, baseMs, this.rng, MOST_AWAY_MS));
    await sleep(Math.min(leftMs, waitMs), undefined, { signal });
  }

  /** While the account has to be paid. Throws `error` after `billingMs`. */
  async unpaid(error: TinkerError, signal: AbortSignal): Promise<void> {
    const { billingMs, backoffMs: baseMs } = this.options.timeouts;
    this.unpaidSince ??= performance.now();
    const leftMs = this.unpaidSince + billingMs - performance.now();
    if (leftMs <= 0) throw error;
    await sleep(Math.min(leftMs, 10 * baseMs), undefined, { signal });
  }
}

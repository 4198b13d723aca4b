/** A task under way: how far it is and how fast, for whatever shows it. */
import { RecentRate } from './recent-rate.js';

/** State of one task. */
export interface TaskView {
  label: string;
  unit: string;
  total: number;
  done: number;
  /** Units per second, of late; undefined until known. */
  rate: number | undefined;
  elapsedMs: number;
  note: string;
}

/** Counts one task. */
export class RunningTask {
  done: number;
  note = '';
  private readonly label: string;
  private readonly total: number;
  private readonly unit: string;
  private readonly base: number;
  private readonly start: number;
  private readonly recent: RecentRate;
  private pausedSince: number | undefined;
  private pausedMs = 0;

  constructor(label: string, total: number, unit: string, alreadyDone: number, start: number) {
    this.label = label;
    this.total = total;
    this.unit = unit;
    this.base = alreadyDone;
    this.done = alreadyDone;
    this.start = start;
    this.recent = new RecentRate(start, alreadyDone);
  }

  update(done: number, now: number): void {
    this.done = done;
    this.recent.update(this.worked(now), done);
  }

  /** Time from here to {@link resume} counts for no rate. */
  pause(now: number): void {
    this.pausedSince ??= now;
  }

  resume(now: number): void {
    if (this.pausedSince === undefined) return;
    this.pausedMs += now - this.pausedSince;
    this.pausedSince = undefined;
  }

  /** The task under way, at its speed of late. */
  view(now: number): TaskView {
    return { ...this.whole(now), rate: this.recent.at(this.worked(now)) };
  }

  /** The task as a whole, at its mean speed. */
  whole(now: number): TaskView {
    const elapsedMs = this.worked(now) - this.start;
    const made = this.done - this.base;
    const rate = made > 0 && elapsedMs > 0 ? (made / elapsedMs) * 1000 : undefined;
    return { label: this.label, unit: this.unit, total: this.total, done: this.done, rate, elapsedMs, note: this.note };
  }

  /** The clock without the pauses. */
  private worked(now: number): number {
    return (this.pausedSince ?? now) - this.pausedMs;
  }
}

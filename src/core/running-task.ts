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
    this.recent.update(now, done);
  }

  /** The task under way, at its speed of late. */
  view(now: number): TaskView {
    return { ...this.whole(now), rate: this.recent.at(now) };
  }

  /** The task as a whole, at its mean speed. */
  whole(now: number): TaskView {
    const elapsedMs = now - this.start;
    const worked = this.done - this.base;
    const rate = worked > 0 && elapsedMs > 0 ? (worked / elapsedMs) * 1000 : undefined;
    return { label: this.label, unit: this.unit, total: this.total, done: this.done, rate, elapsedMs, note: this.note };
  }
}

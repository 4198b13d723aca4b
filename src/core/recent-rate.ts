/** Speed of a task by what it did lately: steps grow slower as responses grow longer, and the mean of all of them lags behind. */

/** Progress at one time. */
interface Mark {
  ms: number;
  done: number;
}

/** Marks are this far apart at least, so that fast tasks are not judged by a few milliseconds. */
const SPACING_MS = 1000;
/** Marks looked back on: as many steps of a slow task, as many seconds of a fast one. */
const MARKS = 8;

/** An interval so many times as fast as the newest was other work: results of an earlier attempt, read in no time. */
const OTHER_WORK = 10;

/** Units a second over the last marks. */
export class RecentRate {
  private marks: Mark[];
  private latest: Mark;

  /** `done` units were there before `ms`; they count for no rate. */
  constructor(ms: number, done: number) {
    this.latest = { ms, done };
    this.marks = [this.latest];
  }

  /** Notes how far the task is. Progress that goes back (a phase is done again) starts the count anew. */
  update(ms: number, done: number): void {
    const { latest } = this;
    if (done < latest.done) this.marks = [{ ms, done }];
    if (done === latest.done) return;
    this.latest = { ms, done };
    if (done < latest.done) return;
    // The end of a burst is a mark of its own, or what follows it would seem as fast.
    if (ms - latest.ms >= SPACING_MS && latest !== this.marks.at(-1)) this.marks.push(latest);
    if (ms - (this.marks.at(-1) as Mark).ms < SPACING_MS) return;
    const pace = paceOf(this.marks.at(-1) as Mark, this.latest);
    this.marks.push(this.latest);
    while (this.marks.length > MARKS || this.beginsWithOtherWork(pace)) this.marks.shift();
  }

  /** Units a second at `ms`; undefined before anything is done. A task that stands still gets slower by and by. */
  at(ms: number): number | undefined {
    const [first, last] = [this.marks[0] as Mark, this.latest];
    const worked = last.done - first.done;
    if (worked <= 0 || ms <= first.ms) return undefined;
    const pace = paceOf(first, last);
    // Time since the last unit belongs to the next one, as long as that takes no longer than the others did.
    const passed = ms - last.ms > pace ? ms - first.ms : last.ms - first.ms;
    return passed > 0 ? (worked / passed) * 1000 : undefined;
  }

  private beginsWithOtherWork(pace: number): boolean {
    const [first, second] = this.marks;
    return this.marks.length > 2 && paceOf(first as Mark, second as Mark) * OTHER_WORK < pace;
  }
}

/** Milliseconds a unit. */
function paceOf(from: Mark, to: Mark): number {
  return (to.ms - from.ms) / (to.done - from.done);
}

/** Clock times of the phases of a step. They go to the event log, never into results. */

/** Milliseconds of each lap by name; each lap ends where the next begins. */
export class Stopwatch {
  readonly laps: Record<string, number> = {};
  private since = performance.now();

  lap(name: string): void {
    const now = performance.now();
    this.laps[name] = Math.round((now - this.since) * 10) / 10;
    this.since = now;
  }
}

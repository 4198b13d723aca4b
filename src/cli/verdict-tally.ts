/** Counts verdicts by outcome and keeps the slowest pairs, for the summary of a graded file. */
import { outcomes, type Outcome, type Verdict } from '../verify/index.js';

const keptSlowest = 5;

interface Timed {
  id: string | number;
  verdict: Verdict;
  timeMs: number;
}

export class VerdictTally {
  total = 0;
  private readonly counts = new Map<Outcome, number>();
  private slowest: Timed[] = [];

  add(id: string | number, verdict: Verdict): void {
    this.total++;
    this.counts.set(verdict.outcome, this.count(verdict.outcome) + 1);
    const { timeMs = 0 } = verdict;
    const last = this.slowest.at(-1);
    if (this.slowest.length === keptSlowest && last && timeMs <= last.timeMs) return;
    this.slowest = [...this.slowest, { id, verdict, timeMs }]
      .toSorted((a, b) => b.timeMs - a.timeMs)
      .slice(0, keptSlowest);
  }

  count(outcome: Outcome): number {
    return this.counts.get(outcome) ?? 0;
  }

  /** A table for people: every outcome that occurred with its share, then the slowest pairs. */
  lines(seconds: number): string[] {
    const rate = seconds > 0 ? `, ${Math.round(this.total / seconds).toLocaleString('en-US')} pairs/s` : '';
    const share = (count: number) => `${((100 * count) / this.total).toFixed(1)} %`;
    return [
      `${this.total.toLocaleString('en-US')} pairs in ${seconds.toFixed(1)} s${rate}`,
      ...outcomes
        .filter((outcome) => this.count(outcome) > 0)
        .map((outcome) => {
          const count = this.count(outcome);
          return `  ${outcome.padEnd(17)} ${count.toLocaleString('en-US').padStart(8)}  ${share(count).padStart(7)}`;
        }),
      ...(this.slowest.length > 0 ? ['slowest'] : []),
      ...this.slowest.map(
        ({ id, verdict, timeMs }) =>
          `  ${timeMs.toFixed(1).padStart(8)} ms  ${id}  ${verdict.outcome}, ${verdict.rule}`,
      ),
    ];
  }
}

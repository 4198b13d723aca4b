/**
 * Which traces are most like a worked solution, whatever the numbers: candidates that are worth a measurement. At training a problem's
 * solution is known, and says far more of what helps than its question; likeness alone makes no label.
 */
import { jaccard, shinglesOf, type Trace } from '../data/index.js';

const NUMBER = /\p{N}+(?:[.,]\p{N}+)*/gu;

/** Shingles of a text in which all numbers are the same one. */
function shape(text: string): Int32Array {
  return shinglesOf(text.replace(NUMBER, '0'));
}

/** The traces of a corpus by the shingles that they hold, so that a solution is only compared with those that share one. */
export class SolutionLikeness {
  private readonly shapes = new Map<Trace, Int32Array>();
  private readonly holders = new Map<number, Trace[]>();

  constructor(traces: readonly Trace[]) {
    for (const trace of traces) {
      const own = shape(trace.trace);
      this.shapes.set(trace, own);
      for (const shingle of own) {
        const holders = this.holders.get(shingle);
        if (holders) holders.push(trace);
        else this.holders.set(shingle, [trace]);
      }
    }
  }

  /**
   * The `most` of `allowed` with the largest share of shingles in common with the solution (Jaccard), the earlier first where they are
   * equal; fewer where fewer share any.
   */
  nearest(solution: string, allowed: readonly Trace[], most: number): Trace[] {
    const own = shape(solution);
    const sharing = new Set([...own].flatMap((shingle) => this.holders.get(shingle) ?? []));
    return allowed
      .filter((trace) => sharing.has(trace))
      .map((trace) => ({ trace, likeness: jaccard(own, this.shapes.get(trace)!) }))
      .toSorted((a, b) => b.likeness - a.likeness)
      .slice(0, most)
      .map(({ trace }) => trace);
  }
}

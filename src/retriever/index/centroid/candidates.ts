/**
 * Centroid interaction: a chunk's score by the centroids of its tokens, as far as they are among the best of a query token.
 *   s(q, c) ~ sum_i max_j <q_i, centroid(c_j)>
 * over the `probes` best centroids of each query token. A chunk with none of them counts, for that token, as the last of them does:
 * it cannot have more.
 */
import type { BestCentroids } from './nearest.js';
import type { Postings } from './postings.js';

/** Scratch memory of searches over so many chunks. */
export class Candidates {
  private readonly sums: Float32Array;
  private readonly seen: Int32Array;
  private mark = 0;

  constructor(chunks: number) {
    this.sums = new Float32Array(chunks);
    this.seen = new Int32Array(chunks);
  }

  /**
   * The `limit` best chunks of one query, in no order, among those that `allowed` marks, by the `probes` best centroids of each of its
   * tokens.
   */
  best(
    { places, scores }: BestCentroids,
    lists: readonly Postings[],
    { probes, limit, allowed }: { probes: number; limit: number; allowed: Uint8Array },
  ): number[] {
    const { sums, seen } = this;
    sums.fill(0);
    for (let from = 0; from < scores.length; from += probes) {
      const least = scores[from + probes - 1] as number;
      const mark = ++this.mark;
      for (let at = from; at < from + probes; at++) {
        const code = places[at] as number;
        const gain = (scores[at] as number) - least;
        for (const { starts, chunks } of lists) {
          const end = starts[code + 1] as number;
          for (let i = starts[code] as number; i < end; i++) {
            const chunk = chunks[i] as number;
            // Centroids come best first, so the first one that is met is the chunk's best.
            if (seen[chunk] === mark) continue;
            seen[chunk] = mark;
            sums[chunk] = (sums[chunk] as number) + gain;
          }
        }
      }
    }
    return selectBest(sums, allowed, limit);
  }
}

const BINS = 2048;

/** Places of the `limit` largest values that are allowed, in no order; values are at least 0. Ties at the end go to the first. */
export function selectBest(values: Float32Array, allowed: Uint8Array, limit: number): number[] {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (allowed[i] === 1) largest = Math.max(largest, values[i] as number);
  const scale = largest > 0 ? (BINS - 1) / largest : 0;
  const counts = new Uint32Array(BINS);
  for (let i = 0; i < values.length; i++) {
    if (allowed[i] === 1) counts[((values[i] as number) * scale) | 0]!++;
  }
  let bin = BINS;
  let above = 0;
  while (bin > 0 && above + (counts[bin - 1] as number) <= limit) above += counts[--bin] as number;
  const out: number[] = [];
  const edge: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (allowed[i] !== 1) continue;
    const own = ((values[i] as number) * scale) | 0;
    if (own >= bin) out.push(i);
    else if (own === bin - 1) edge.push(i);
  }
  edge.sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
  return [...out, ...edge.slice(0, limit - out.length)];
}

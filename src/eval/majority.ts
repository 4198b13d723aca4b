/** The expected majority vote over all subsets of a problem's samples. Pure. */
import type { Rng } from '../core/rng.js';
import type { Ballot } from './ballot.js';

/** Up to so many samples all subsets are counted; beyond, random orders are drawn. */
const MOST_COUNTED = 256;
/** Random orders drawn: the error of a point is below 0.5 / sqrt(1000), less than one problem's weight in an average. */
const ORDERS = 1000;

/** The vote among k = 1 to n of the ballot's n samples; see `majCurve`. */
export function majorityCurve(ballot: Ballot, rng: Rng): Float64Array {
  const n = ballot.right + ballot.silent + ballot.wrong_A.reduce((a, b) => a + b, 0);
  return n <= MOST_COUNTED ? countedCurve(ballot, n) : drawnCurve(ballot, n, rng);
}

/**
 * Exact. With t votes for the right answer it is among the commonest where no other has more, and shares with the j others
 * that have t as well. The subsets of each size with j such others are the coefficients of
 *   (1 + x)^silent * product over wrong answers of (sum over u < t of C(votes, u) x^u  +  y C(votes, t) x^t),
 * in x for the size and in y for j. All terms are positive and at most C(256, 128) = 6e75: nothing cancels or overflows.
 */
function countedCurve({ right, wrong_A, silent }: Ballot, n: number): Float64Array {
  const choose = binomials(n);
  const curve_K = new Float64Array(n);
  for (let t = 1; t <= right; t++) {
    const ways_JX = waysWithoutRight(wrong_A, silent, t, n - t, choose);
    for (let k = t; k <= n; k++) {
      const shared = ways_JX.reduce((sum, ways_X, j) => sum + (ways_X[k - t] ?? 0) / (1 + j), 0);
      curve_K[k - 1]! += (choose[right]![t]! * shared) / choose[n]![k]!;
    }
  }
  return curve_K;
}

/** Subsets of the samples that are not right, by how many wrong answers have exactly t votes (none more) and by size. */
function waysWithoutRight(
  wrong_A: readonly number[],
  silent: number,
  t: number,
  most: number,
  choose: readonly Float64Array[],
): Float64Array[] {
  let ways_JX = [Float64Array.from({ length: most + 1 }, (_, x) => choose[silent]?.[x] ?? 0)];
  for (const votes of wrong_A) {
    const longer = ways_JX.length + Number(votes >= t);
    const next_JX = Array.from({ length: longer }, () => new Float64Array(most + 1));
    for (let j = 0; j < ways_JX.length; j++) {
      for (let u = 0; u <= Math.min(votes, t); u++)
        addShifted(next_JX[u === t ? j + 1 : j]!, ways_JX[j]!, u, choose[votes]![u]!);
    }
    ways_JX = next_JX;
  }
  return ways_JX;
}

/** Adds `factor` times a polynomial times x^`by`; terms beyond the target's length are not wanted. */
function addShifted(target_X: Float64Array, ways_X: Float64Array, by: number, factor: number): void {
  for (let x = by; x < target_X.length; x++) target_X[x]! += ways_X[x - by]! * factor;
}

/** C(m, k) for all m up to n. */
function binomials(n: number): Float64Array[] {
  const rows: Float64Array[] = [];
  for (let m = 0; m <= n; m++) {
    const above = rows[m - 1];
    rows.push(Float64Array.from({ length: m + 1 }, (_, k) => (above?.[k - 1] ?? 0) + (above?.[k] ?? 0) || 1));
  }
  return rows;
}

/** By random orders: the first k of one are a random subset of k. */
function drawnCurve({ right, wrong_A, silent }: Ballot, n: number, rng: Rng): Float64Array {
  const RIGHT = 0;
  const SILENT = -1;
  const times = (count: number, answer: number) => Array.from({ length: count }, () => answer);
  const samples = [...[right, ...wrong_A].flatMap(times), ...times(silent, SILENT)];
  const curve_K = new Float64Array(n);
  for (let order = 0; order < ORDERS; order++) {
    const counts = new Int32Array(1 + wrong_A.length);
    let most = 0;
    let having = 0; // answers with the most votes so far
    for (const [i, answer] of rng.shuffle(samples).entries()) {
      if (answer !== SILENT) {
        const count = ++counts[answer]!;
        having = count > most ? 1 : count === most ? having + 1 : having;
        most = Math.max(most, count);
      }
      if (most > 0 && counts[RIGHT] === most) curve_K[i]! += 1 / having;
    }
  }
  return curve_K.map((sum) => sum / ORDERS);
}

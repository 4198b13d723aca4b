/**
 * Who is where in a sampling batch: rows (responses under way) and groups (prompts), both dense; a row or group that ends
 * is overwritten by the last one. Also the indices by which attention brings rows to their group's prompt.
 */
import type { Rng } from '../../core/rng.js';

/** A response under way. */
export interface Row {
  /** Where the response belongs: request and number in its group. */
  request: number;
  g: number;
  stream: Rng;
  /** Index of its group in the batch. */
  group: number;
  /** Tokens drawn so far, and their log-probabilities. */
  tokens: number[];
  logprobs: number[];
  policyLogprobs: number[];
}

/** A prompt in the batch. */
export interface BatchGroup {
  /** Cached tokens: all of the prompt but its last. */
  cached: number;
  lastToken: number;
}

/** What moved, for the caches to follow. */
export interface Moves {
  rows: { from: number; to: number }[];
  groups: { from: number; to: number }[];
}

/** Removes the rows that `isDone` and the groups left without rows. */
export function compact(rows: Row[], groups: BatchGroup[], isDone: (row: Row) => boolean): Moves {
  const moves: Moves = { rows: [], groups: [] };
  for (let i = 0; i < rows.length;) {
    if (!isDone(rows[i]!)) {
      i++;
      continue;
    }
    const last = rows.pop()!;
    if (i < rows.length && !isDone(last)) {
      rows[i] = last;
      moves.rows.push({ from: rows.length, to: i });
    }
  }
  const used = new Set(rows.map((row) => row.group));
  for (let n = 0; n < groups.length;) {
    if (used.has(n)) {
      n++;
      continue;
    }
    const last = groups.pop()!;
    if (n < groups.length && used.has(groups.length)) {
      groups[n] = last;
      moves.groups.push({ from: groups.length, to: n });
      for (const row of rows) if (row.group === groups.length) row.group = n;
      used.add(n);
    }
  }
  return moves;
}

/** Indices of `CachedInputs`: `placeRows` [N, heads, W] and `rowPlaces` [B, heads]. */
export interface Places {
  width: number;
  placeRows: Int32Array;
  rowPlaces: Int32Array;
}

export function placesOf(rows: readonly Row[], groupCount: number, heads: number): Places {
  const count = new Int32Array(groupCount);
  const place = rows.map((row) => count[row.group]!++);
  const width = Math.max(...count);
  const placeRows = new Int32Array(groupCount * heads * width);
  const rowPlaces = new Int32Array(rows.length * heads);
  for (const [b, row] of rows.entries()) {
    for (let h = 0; h < heads; h++) {
      const at = (row.group * heads + h) * width + place[b]!;
      placeRows[at] = b * heads + h;
      rowPlaces[b * heads + h] = at;
    }
  }
  return { width, placeRows, rowPlaces };
}

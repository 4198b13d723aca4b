/**
 * Packing: the tokens of many groups as rows of one matrix without padding, and the indices by which attention lays them
 * out (see `models/decoder-packed.ts`). Pure integer work, the same for scoring and training.
 */
import type { DecoderConfig } from '../../models/hf-config.js';
import type { Feed } from '../../tensor/index.js';
import type { Tokens } from '../types.js';

/** One response: input tokens after the prefix, and from which of them on the next token is wanted. */
export interface Tail {
  inputs: Tokens;
  /** Wanted next token of `inputs[from + i]`. */
  targets: Tokens;
  from: number;
}

/** Sequences that begin alike: the prefix is computed once. Without a prefix these are plain sequences. */
export interface PackGroup {
  prefix: Tokens;
  tails: readonly Tail[];
}

/** Feeds of a packed graph and what they amount to. */
export interface Packed {
  feeds: Record<string, Feed>;
  /** Rows in all (S). */
  rows: number;
  /** Token ids of the rows, [S]. */
  ids: Int32Array;
  /** Wanted tokens of the kept rows, [M], in order of groups, tails and tokens. */
  targets: Int32Array;
  hasPrefix: boolean;
}

/** Added to a score where a query may not look. */
const HIDDEN = -1e9;

/** The group of one prompt and its responses: the last prompt token is the first input of each response. */
export function sharedGroup(prompt: Tokens, responses: readonly Tokens[]): PackGroup {
  const last = prompt.length - 1;
  return {
    prefix: prompt.subarray(0, last),
    tails: responses.map((targets) => ({ inputs: joinInputs(prompt.subarray(last), targets), targets, from: 0 })),
  };
}

/** One prompt and one response as a plain sequence. */
export function plainGroup(prompt: Tokens, targets: Tokens): PackGroup {
  return { prefix: NO_TOKENS, tails: [{ inputs: joinInputs(prompt, targets), targets, from: prompt.length - 1 }] };
}

const NO_TOKENS = new Int32Array(0);

/** `start` followed by all targets but the last, which is never an input. */
function joinInputs(start: Tokens, targets: Tokens): Tokens {
  const out = new Int32Array(start.length + targets.length - 1);
  out.set(start);
  out.set(targets.subarray(0, targets.length - 1), start.length);
  return out;
}

/** Indices of groups that either all have a prefix or all have none (an empty prefix among others is fine). */
export function packGroups({ heads, kvHeads }: DecoderConfig, groups: readonly PackGroup[]): Packed {
  const hasPrefix = groups.some((g) => g.prefix.length > 0);
  const N = groups.length;
  const G = Math.max(...groups.map((g) => g.tails.length));
  const R = Math.max(...groups.flatMap((g) => g.tails.map((t) => t.inputs.length)));
  const P = hasPrefix ? Math.max(...groups.map((g) => g.prefix.length)) : 0;
  const S = groups.reduce((n, g) => n + g.prefix.length + g.tails.reduce((m, t) => m + t.inputs.length, 0), 0);
  const M = groups.reduce((n, g) => n + g.tails.reduce((m, t) => m + t.targets.length, 0), 0);

  const ids = new Int32Array(S);
  const positions = new BigInt64Array(S);
  const targets = new Int32Array(M);
  const kept = new Int32Array(M);
  const keptBack = new Int32Array(S).fill(M);
  // Row of each padded place, -1 for padding.
  const tailRows = new Int32Array(N * G * R).fill(-1);
  const prefixRows = new Int32Array(N * P).fill(-1);
  const mask = new Float32Array(N * R * (P + R)).fill(HIDDEN);
  let row = 0;
  let m = 0;
  for (const [n, { prefix, tails }] of groups.entries()) {
    for (const [p, token] of prefix.entries()) {
      ids[row] = token;
      positions[row] = BigInt(p);
      prefixRows[n * P + p] = row++;
    }
    for (const [g, tail] of tails.entries()) {
      for (const [t, token] of tail.inputs.entries()) {
        ids[row] = token;
        positions[row] = BigInt(prefix.length + t);
        if (t >= tail.from) {
          targets[m] = tail.targets[t - tail.from]!;
          kept[m] = row;
          keptBack[row] = m++;
        }
        tailRows[(n * G + g) * R + t] = row++;
      }
    }
    for (let t = 0; t < R; t++) {
      const at = (n * R + t) * (P + R);
      mask.fill(0, at, at + prefix.length);
      mask.fill(0, at + P, at + P + t + 1);
    }
  }

  const spread = spreadOver(heads, S);
  const back = new Int32Array(S * heads);
  const lastBack = new Int32Array(S * heads).fill(N * G * heads * R);
  const keysBack = new Int32Array(S * kvHeads);
  placeBack(back, tailRows, R, heads, 0);
  placeBack(lastBack, tailRows, R, heads, 0);
  placeBack(keysBack, tailRows, R, kvHeads, 0);
  placeBack(back, prefixRows, P, heads, N * G * heads * R);
  placeBack(keysBack, prefixRows, P, kvHeads, N * G * kvHeads * R);
  const keptOut = new Int32Array(M * heads);
  for (let i = 0; i < M; i++) keptOut.set(back.subarray(kept[i]! * heads, (kept[i]! + 1) * heads), i * heads);
  const keptRows = tailRows.map((r) => (r < 0 || keptBack[r] === M ? -1 : keptBack[r]!));

  const feeds: Record<string, Feed> = {
    ids: { data: ids, shape: [S] },
    positions: { data: positions, shape: [S, 1] },
    queries: { data: spread(tailRows, R, 0), shape: [N, G, heads, R] },
    queriesOrZero: { data: spread(tailRows, R, S * heads), shape: [N, G, heads, R] },
    keptOrZero: { data: spread(keptRows, R, M * heads), shape: [N, G, heads, R] },
    keys: { data: keyRows(prefixRows, tailRows, [N, G, P, R], kvHeads), shape: [N, G, kvHeads, P + R] },
    rowsOut: { data: back, shape: [S, heads] },
    keptOut: { data: keptOut, shape: [M, heads] },
    lastBack: { data: lastBack, shape: [S, heads] },
    keysBack: { data: keysBack, shape: [S, kvHeads] },
    kept: { data: kept, shape: [M] },
    keptBack: { data: keptBack, shape: [S] },
    mask: { data: mask, shape: [N, R, P + R] },
  };
  if (hasPrefix) {
    feeds['prompt.queries'] = { data: spread(prefixRows, P, 0), shape: [N, heads, P] };
    feeds['prompt.queriesOrZero'] = { data: spread(prefixRows, P, S * heads), shape: [N, heads, P] };
    feeds['prompt.keys'] = { data: spreadOver(kvHeads, S)(prefixRows, P, 0), shape: [N, kvHeads, P] };
    feeds['prompt.mask'] = { data: causalMask(P), shape: [P, P] };
  }
  return { feeds, rows: S, ids, targets, hasPrefix };
}

/** [P, P]: 0 on and below the diagonal. */
export function causalMask(length: number): Float32Array {
  const mask = new Float32Array(length * length).fill(HIDDEN);
  for (let t = 0; t < length; t++) mask.fill(0, t * length, t * length + t + 1);
  return mask;
}

/** From rows [B, L] to indices [B, heads, L] into [rows * heads]; padding becomes `pad`. */
function spreadOver(heads: number, rows: number) {
  return (places: Int32Array, length: number, pad: number): Int32Array => {
    if (pad > rows * heads) throw new RangeError('padding points beyond the row of zeros');
    const out = new Int32Array(places.length * heads);
    for (let start = 0; start < places.length; start += length) {
      for (let h = 0; h < heads; h++) {
        const at = start * heads + h * length;
        for (let t = 0; t < length; t++) {
          const row = places[start + t]!;
          out[at + t] = row < 0 ? pad : row * heads + h;
        }
      }
    }
    return out;
  };
}

/** The way back: for each row and head the flat place in [B, heads, L], counted from `offset`. */
function placeBack(out: Int32Array, places: Int32Array, length: number, heads: number, offset: number): void {
  for (const [i, row] of places.entries()) {
    if (row < 0) continue;
    const b = Math.floor(i / length);
    const t = i - b * length;
    for (let h = 0; h < heads; h++) out[row * heads + h] = offset + (b * heads + h) * length + t;
  }
}

/** Key indices of every response, [N, G, kvHeads, P + R]: the rows of its group's prefix, then its own. */
function keyRows(
  prefixRows: Int32Array,
  tailRows: Int32Array,
  [N, G, P, R]: [number, number, number, number],
  kvHeads: number,
): Int32Array {
  const length = P + R;
  const out = new Int32Array(N * G * kvHeads * length);
  for (let b = 0; b < N * G; b++) {
    const prefix = Math.floor(b / G) * P;
    for (let h = 0; h < kvHeads; h++) {
      const at = (b * kvHeads + h) * length;
      for (let p = 0; p < P; p++) out[at + p] = Math.max(prefixRows[prefix + p]!, 0) * kvHeads + h;
      for (let t = 0; t < R; t++) out[at + P + t] = Math.max(tailRows[b * R + t]!, 0) * kvHeads + h;
    }
  }
  return out;
}

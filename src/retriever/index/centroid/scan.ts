/**
 * Full centroid interaction: the score of a chunk by the centroids of all its tokens,
 *   s(q, c) ~ sum_i max_j <q_i, centroid(c_j)>.
 * Products stand as bytes in a table with a row of 32 query tokens for each centroid, so that a token of a chunk costs two loads and two
 * maxima of a WebAssembly module of 200 bytes. Plain loops would take every number by itself.
 */
import {
  END,
  get,
  I32_ADD,
  I32_LT_U,
  i32Const,
  LOAD,
  loopWhile,
  seq,
  set,
  TYPE,
  wasmInstance,
} from '../../../core/wasm-module.js';

/** Query tokens of a row. Longer queries take several passes. */
const ROW = 32;
/** Tokens of chunks that are in the module's memory at a time; of a longer chunk only so many count. */
const BLOCK = 1 << 15;
/** Centroids whose rows are filled together. */
const STRIP = 512;
const PAGE = 1 << 16;

/** Scores `count` chunks of at least one token each; addresses in bytes. */
type Scan = (table: number, codes: number, lengths: number, sums: number, count: number) => void;

/** A table over so many centroids, and chunks that are looked up in it. */
export class CentroidScan {
  private readonly table: Uint8Array;
  private readonly codes: Uint16Array;
  private readonly lengths: Uint32Array;
  private readonly sums: Uint32Array;
  private readonly scan: Scan;

  constructor(centroids: number) {
    const bytes = centroids * ROW + BLOCK * (2 + 4 + 4);
    const { buffer, exports } = wasmInstance(
      [{ name: 'scan', params: Array.from({ length: 5 }, () => TYPE.i32), results: [], body: scanBody() }],
      Math.ceil(bytes / PAGE),
    );
    this.scan = (exports as { scan: Scan }).scan;
    this.table = new Uint8Array(buffer, 0, centroids * ROW);
    this.lengths = new Uint32Array(buffer, this.table.byteLength, BLOCK);
    this.sums = new Uint32Array(buffer, this.lengths.byteOffset + this.lengths.byteLength, BLOCK);
    this.codes = new Uint16Array(buffer, this.sums.byteOffset + this.sums.byteLength, BLOCK);
  }

  /** Scores of chunks that have tokens, in steps. `scores` are [T * K]: products of query tokens with centroids; below 0 counts as 0. */
  scores(scores: Float32Array, codesOf: readonly Uint16Array[]): Float32Array {
    const centroids = this.table.length / ROW;
    const tokens = scores.length / centroids;
    let largest = 0;
    for (let i = 0; i < scores.length; i++) if ((scores[i] as number) > largest) largest = scores[i] as number;
    const out = new Float32Array(codesOf.length);
    for (let first = 0; first < tokens; first += ROW) {
      this.fill(scores.subarray(first * centroids, (first + ROW) * centroids), largest > 0 ? 255 / largest : 0);
      this.pass(codesOf, out);
    }
    return out;
  }

  /** Turns rows of query tokens into rows of centroids. */
  private fill(scores: Float32Array, scale: number): void {
    const { table } = this;
    const centroids = table.length / ROW;
    const tokens = scores.length / centroids;
    if (tokens < ROW) table.fill(0);
    // In strips that stay in the nearest cache, whichever way they are walked.
    for (let from = 0; from < centroids; from += STRIP) {
      const to = Math.min(centroids, from + STRIP);
      for (let t = 0; t < tokens; t++) {
        for (let c = from, at = t * centroids + from; c < to; c++, at++) {
          const score = scores[at] as number;
          table[c * ROW + t] = score > 0 ? score * scale + 0.5 : 0;
        }
      }
    }
  }

  private pass(codesOf: readonly Uint16Array[], out: Float32Array): void {
    const { table, codes, lengths, sums } = this;
    for (let first = 0, end = 0; first < codesOf.length; first = end) {
      for (let at = 0; end < codesOf.length && end - first < BLOCK; end++) {
        const own = (codesOf[end] as Uint16Array).subarray(0, BLOCK);
        if (at + own.length > BLOCK) break;
        codes.set(own, at);
        lengths[end - first] = own.length;
        at += own.length;
      }
      this.scan(table.byteOffset, codes.byteOffset, lengths.byteOffset, sums.byteOffset, end - first);
      for (let i = first; i < end; i++) out[i] = (out[i] as number) + (sums[i - first] as number);
    }
  }
}

function scanBody(): number[] {
  const [table, codes, lengths, sums, count] = [0, 1, 2, 3, 4] as const;
  const [low, high, end, row] = [5, 6, 7, 8] as const;
  const tee = (local: number) => [0x22, local];
  const [I32_SUB, I32_SHL] = [[0x6b], [0x74]];
  const [I32_LOAD, I32_LOAD16_U, I32_STORE] = [
    [0x28, 2, 0],
    [0x2f, 1, 0],
    [0x36, 2, 0],
  ] as const;
  const LOAD_16_ON = [0xfd, 0x00, 4, 16];
  const ZERO = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => 0)];
  const MAX_U8 = [0xfd, 0x79];
  const PAIRS_OF_U8 = [0xfd, 0x7d];
  const ADD_I16 = [0xfd, 0x8e, 1];
  const PAIRS_OF_U16 = [0xfd, 0x7f];
  const lane = (i: number) => seq(get(low), [0xfd, 0x1b, i]);
  const advance = (local: number, by: number) => seq(get(local), i32Const(by), I32_ADD, set(local));
  const token = seq(
    seq(get(codes), I32_LOAD16_U, i32Const(5), I32_SHL, get(table), I32_ADD, set(row)),
    seq(get(row), LOAD, get(low), MAX_U8, set(low)),
    seq(get(row), LOAD_16_ON, get(high), MAX_U8, set(high)),
    advance(codes, 2),
  );
  const chunk = seq(
    seq(ZERO, set(low), ZERO, set(high)),
    seq(get(lengths), I32_LOAD, i32Const(1), I32_SHL, get(codes), I32_ADD, set(end)),
    loopWhile(token, seq(get(codes), get(end), I32_LT_U)),
    seq(get(low), PAIRS_OF_U8, get(high), PAIRS_OF_U8, ADD_I16, PAIRS_OF_U16, set(low)),
    seq(get(sums), lane(0), lane(1), I32_ADD, lane(2), lane(3), I32_ADD, I32_ADD, I32_STORE),
    advance(lengths, 4),
    advance(sums, 4),
  );
  const locals = [2, 2, TYPE.v128, 2, TYPE.i32];
  const more = seq(get(count), i32Const(1), I32_SUB, tee(count));
  return seq(locals, loopWhile(chunk, more), [END]);
}

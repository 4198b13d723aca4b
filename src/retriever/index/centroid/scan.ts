/**
 * Full centroid interaction: the score of a chunk by the centroids of all its tokens,
 *   s(q, c) ~ sum_i max_j <q_i, centroid(c_j)>.
 * Products stand as bytes in tables (nearest.ts) with a row of 32 query tokens for each centroid, so that a token of a chunk costs two
 * loads and two maxima of a WebAssembly module of 200 bytes. Plain loops would take every number by itself.
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
import { LEAST_STEP, TABLE_TOKENS } from './nearest.js';

/** Query tokens of a row. Longer queries take several passes. */
const ROW = TABLE_TOKENS;
/** Tokens of chunks that are in the module's memory at a time; of a longer chunk only so many count. */
const BLOCK = 1 << 15;
const PAGE = 1 << 16;

/** Scores `count` chunks of at least one token each; addresses in bytes. */
type Scan = (table: number, codes: number, lengths: number, sums: number, count: number) => void;

/** A table over so many centroids, and chunks that are looked up in it. */
export class CentroidScan {
  private readonly table: Int8Array;
  private readonly codes: Uint16Array;
  private readonly lengths: Uint32Array;
  private readonly sums: Int32Array;
  private readonly scan: Scan;

  constructor(centroids: number) {
    const bytes = centroids * ROW + BLOCK * (2 + 4 + 4);
    const { buffer, exports } = wasmInstance(
      [{ name: 'scan', params: Array.from({ length: 5 }, () => TYPE.i32), results: [], body: scanBody() }],
      Math.ceil(bytes / PAGE),
    );
    this.scan = (exports as { scan: Scan }).scan;
    this.table = new Int8Array(buffer, 0, centroids * ROW);
    this.lengths = new Uint32Array(buffer, this.table.byteLength, BLOCK);
    this.sums = new Int32Array(buffer, this.lengths.byteOffset + this.lengths.byteLength, BLOCK);
    this.codes = new Uint16Array(buffer, this.sums.byteOffset + this.sums.byteLength, BLOCK);
  }

  /** Scores of chunks that have tokens, in steps of the tables, one table for each {@link TABLE_TOKENS} tokens of a query. */
  scores(tables: readonly Int8Array[], codesOf: readonly Uint16Array[]): Float32Array {
    const out = new Float32Array(codesOf.length);
    for (const table of tables) {
      this.table.set(table);
      this.pass(codesOf, out);
    }
    return out;
  }

  private pass(codesOf: readonly Uint16Array[], out: Float32Array): void {
    const { table, codes, lengths, sums } = this;
    for (let first = 0, end = 0; first < codesOf.length; first = end) {
      for (let at = 0; end < codesOf.length && end - first < BLOCK; end++) {
        const all = codesOf[end] as Uint16Array;
        const own = all.length > BLOCK ? all.subarray(0, BLOCK) : all;
        if (at + own.length > BLOCK) break;
        codes.set(own, at);
        lengths[end - first] = own.length;
        at += own.length;
      }
      this.scan(table.byteOffset, codes.byteOffset, lengths.byteOffset, sums.byteOffset, end - first);
      for (let i = first; i < end; i++) out[i] = (out[i] as number) + (sums[i - first] as number) - ROW * LEAST_STEP;
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
  const LEAST = [0xfd, 0x0c, ...Array.from({ length: 16 }, () => LEAST_STEP & 0xff)];
  const MAX_I8 = [0xfd, 0x78];
  const PAIRS_OF_I8 = [0xfd, 0x7c];
  const ADD_I16 = [0xfd, 0x8e, 1];
  const PAIRS_OF_I16 = [0xfd, 0x7e];
  const lane = (i: number) => seq(get(low), [0xfd, 0x1b, i]);
  const advance = (local: number, by: number) => seq(get(local), i32Const(by), I32_ADD, set(local));
  const token = seq(
    seq(get(codes), I32_LOAD16_U, i32Const(5), I32_SHL, get(table), I32_ADD, set(row)),
    seq(get(row), LOAD, get(low), MAX_I8, set(low)),
    seq(get(row), LOAD_16_ON, get(high), MAX_I8, set(high)),
    advance(codes, 2),
  );
  const chunk = seq(
    seq(LEAST, set(low), LEAST, set(high)),
    seq(get(lengths), I32_LOAD, i32Const(1), I32_SHL, get(codes), I32_ADD, set(end)),
    loopWhile(token, seq(get(codes), get(end), I32_LT_U)),
    seq(get(low), PAIRS_OF_I8, get(high), PAIRS_OF_I8, ADD_I16, PAIRS_OF_I16, set(low)),
    seq(get(sums), lane(0), lane(1), I32_ADD, lane(2), lane(3), I32_ADD, I32_ADD, I32_STORE),
    advance(lengths, 4),
    advance(sums, 4),
  );
  const locals = [2, 2, TYPE.v128, 2, TYPE.i32];
  const more = seq(get(count), i32Const(1), I32_SUB, tee(count));
  return seq(locals, loopWhile(chunk, more), [END]);
}

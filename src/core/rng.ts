/**
 * Seeded random streams. Every random choice takes an `Rng` made here, so the same seed gives the same run.
 * Streams are split by label (`rng.fork('rollouts')`): adding a consumer never shifts the numbers of another.
 */
import { createHash } from 'node:crypto';

/** The whole state of a stream, as it stands in checkpoints. */
export type RngState = [number, number, number, number];

/** One stream of xoshiro128** (Blackman and Vigna, 2018): 32 bits a draw, period 2^128 - 1. */
export class Rng {
  private state: RngState;

  private constructor(state: RngState) {
    this.state = state;
  }

  /** The stream of a seed. Equal seeds (number or text) give equal streams. */
  static fromSeed(seed: number | string): Rng {
    const digest = createHash('sha256')
      .update(`ra-rft/${typeof seed}/${seed}`)
      .digest();
    const word = (i: number) => digest.readUInt32LE(4 * i);
    return new Rng([word(0), word(1), word(2), word(3) | 1]);
  }

  static fromState(state: RngState): Rng {
    return new Rng([...state]);
  }

  getState(): RngState {
    return [...this.state];
  }

  /** An independent stream named by `label`. Depends on this stream's present state, which it leaves untouched. */
  fork(label: number | string): Rng {
    return Rng.fromSeed(`${this.state.join(',')}/${typeof label}/${label}`);
  }

  /** The next 32 bits, as an integer in [0, 2^32). */
  nextUint32(): number {
    const s = this.state;
    const result = Math.imul(rotl(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 11);
    return result;
  }

  /** Uniform in [0, 1), with 24 bits: exactly a float32, never rounded up to 1. */
  next(): number {
    return (this.nextUint32() >>> 8) / 0x1000000;
  }

  /** Uniform integer in [0, n), without modulo bias. */
  int(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 0xffffffff) throw new RangeError(`Rng.int needs 1 <= n < 2^32, got ${n}`);
    const limit = 0x100000000 - (0x100000000 % n);
    for (;;) {
      const x = this.nextUint32();
      if (x < limit) return x % n;
    }
  }

  /** Standard normal (Box-Muller). */
  normal(): number {
    const u = 1 - this.next();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.next());
  }

  pick<T>(items: readonly T[]): T {
    return items[this.int(items.length)] as T;
  }

  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const out = items.slice();
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [out[i], out[j]] = [out[j] as T, out[i] as T];
    }
    return out;
  }

  /** `k` distinct items in random order; all of them where there are fewer. */
  sample<T>(items: readonly T[], k: number): T[] {
    return this.shuffle(items).slice(0, k);
  }
}

function rotl(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

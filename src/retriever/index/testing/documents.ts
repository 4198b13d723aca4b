/** Documents for tests of indexes. */
import { Rng } from '../../../core/rng.js';
import type { TokenVectors } from '../../encode/token-vectors.js';
import type { IndexDocument } from '../types.js';

/** Unit vectors around a few directions, as token vectors are. */
export function clusteredTexts(lengths: readonly number[], dim: number, rng: Rng, spread = 0.6): TokenVectors {
  const topics = Rng.fromSeed('topics');
  const centres = Array.from({ length: 24 }, () => Float32Array.from({ length: dim }, () => topics.normal()));
  const total = lengths.reduce((n, length) => n + length, 0);
  const vectors = new Float32Array(total * dim);
  for (let row = 0; row < total; row++) {
    const centre = centres[rng.int(centres.length)] as Float32Array;
    const own = centre.map((value) => value + spread * rng.normal());
    const norm = Math.hypot(...own);
    vectors.set(
      own.map((value) => value / norm),
      row * dim,
    );
  }
  return { dim, lengths: Int32Array.from(lengths), vectors };
}

/** Documents `d0`, `d1`, ... of one to three chunks; every seventh has no token at all. */
export function someDocuments(count: number, dim: number, seed = 'documents'): IndexDocument[] {
  const rng = Rng.fromSeed(seed);
  return Array.from({ length: count }, (_, i) => {
    const lengths = i % 7 === 6 ? [0] : Array.from({ length: 1 + rng.int(3) }, () => 1 + rng.int(9));
    const fields = { type: i % 2 === 0 ? 'even' : 'odd', level: i % 5, tags: [`t${i % 3}`] };
    return { id: `d${i}`, chunks: clusteredTexts(lengths, dim, rng), fields };
  });
}

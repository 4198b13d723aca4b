import { describe, expect, it, onTestFinished } from 'vitest';
import { Rng } from '../../../core/rng.js';
import { clusteredTexts } from '../testing/documents.js';
import { Candidates, selectBest, topOf } from './candidates.js';
import { assignCentroids, trainCentroids } from './kmeans.js';
import { CentroidProducts } from './nearest.js';
import { makePostings } from './postings.js';
import { CentroidScan } from './scan.js';

const dim = 8;

async function products(): Promise<CentroidProducts> {
  const made = await CentroidProducts.create(dim, 1);
  onTestFinished(() => made.dispose());
  return made;
}

describe('centroids', () => {
  it('lie near their vectors, the same each time', async () => {
    const made = await products();
    const { vectors } = clusteredTexts([2000], dim, Rng.fromSeed('rows'), 0.1);
    const train = () => trainCentroids(vectors, { dim, coarse: 8, fine: 8 }, made, Rng.fromSeed('centroids'));
    const centroids = await train();
    expect(await train()).toEqual(centroids);
    const codes = await assignCentroids(vectors, centroids, made);
    let sum = 0;
    for (const [i, code] of codes.entries())
      for (let d = 0; d < dim; d++) sum += vectors[i * dim + d]! * centroids.rows[code * dim + d]!;
    expect(sum / codes.length).toBeGreaterThan(0.97);
  });

  it('stand for fewer vectors than there are centroids', async () => {
    const made = await products();
    const { vectors } = clusteredTexts([3], dim, Rng.fromSeed('few'));
    const centroids = await trainCentroids(vectors, { dim, coarse: 4, fine: 4 }, made, Rng.fromSeed('centroids'));
    const codes = await assignCentroids(vectors, centroids, made);
    for (const [i, code] of codes.entries()) {
      const own = centroids.rows.subarray(code * dim, (code + 1) * dim);
      for (let d = 0; d < dim; d++) expect(own[d]).toBeCloseTo(vectors[i * dim + d]!, 5);
    }
  });
});

describe('inverted lists', () => {
  it('have each chunk once, empty ones keep their numbers', () => {
    const segments = [
      { codes: Uint16Array.from([2, 2, 0]), lengths: [2, 1, 0] },
      { codes: Uint16Array.from([2]), lengths: [0, 1] },
    ];
    const { starts, chunks } = makePostings(segments, 10, 3);
    expect([...starts]).toEqual([0, 1, 1, 3]);
    expect([...chunks]).toEqual([11, 10, 14]);
  });
});

describe('candidates', () => {
  it('are those with the largest sums over query tokens of their best centroid', () => {
    const lists = [makePostings([{ codes: Uint16Array.from([0, 1, 1, 2]), lengths: [2, 1, 1] }], 0, 3)];
    // Two query tokens; with all centroids looked at, sums are exact but for a constant.
    const scores = Float32Array.from([0.9, 0.5, 0.1, 0.2, 0.8, 0.3]);
    const options = { probes: 3, limit: 2, allowed: Uint8Array.from([1, 1, 1]) };
    const candidates = new Candidates(3);
    expect(candidates.best(scores, 3, lists, options).toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(candidates.best(scores, 3, lists, { ...options, allowed: Uint8Array.from([0, 1, 1]), limit: 1 })).toEqual([
      1,
    ]);
  });

  it('selects the largest', () => {
    const rng = Rng.fromSeed('values');
    const values = Float32Array.from({ length: 500 }, () => Math.abs(rng.normal()));
    const order = [...values.keys()].toSorted((a, b) => values[b]! - values[a]!);
    expect(topOf(values, 20)).toEqual(order.slice(0, 20));
    const all = new Uint8Array(500).fill(1);
    for (const limit of [1, 20, 499, 500, 600])
      expect(selectBest(values, all, limit).toSorted((a, b) => a - b)).toEqual(
        order.slice(0, limit).toSorted((a, b) => a - b),
      );
    expect(selectBest(new Float32Array(5), Uint8Array.from([0, 1, 1, 1, 0]), 2)).toEqual([1, 2]);
  });
});

describe('full centroid interaction', () => {
  const centroids = 700;

  /** Sums of the best centroid of each query token, by plain loops; below 0 counts as 0. */
  function expected(scores: Float32Array, codesOf: readonly Uint16Array[]): number[] {
    return codesOf.map((codes) => {
      let sum = 0;
      for (let from = 0; from < scores.length; from += centroids)
        sum += Math.max(0, ...Array.from(codes, (code) => scores[from + code]!));
      return sum;
    });
  }

  it.each([1, 31, 32, 33, 80])('is what plain loops give within half a step a token, for %i query tokens', (tokens) => {
    const rng = Rng.fromSeed(`scan ${tokens}`);
    const scores = Float32Array.from({ length: tokens * centroids }, () => rng.normal() / 4);
    const codesOf = Array.from({ length: 300 }, () =>
      Uint16Array.from({ length: 1 + rng.int(400) }, () => rng.int(centroids)),
    );
    const largest = scores.reduce((a, b) => Math.max(a, b), 0);
    const found = new CentroidScan(centroids).scores(scores, codesOf);
    for (const [i, sum] of expected(scores, codesOf).entries())
      expect(Math.abs((found[i]! * largest) / 255 - sum)).toBeLessThanOrEqual((tokens * largest) / 510 + 1e-4);
  });

  it('begins anew with each query, and takes a chunk longer than its memory by its first tokens', () => {
    const scan = new CentroidScan(centroids);
    const high = new Float32Array(32 * centroids).fill(1);
    expect([...scan.scores(high, [Uint16Array.of(3)])]).toEqual([32 * 255]);
    const low = new Float32Array(centroids);
    low[5] = 2;
    const long = new Uint16Array(100_000).fill(4);
    long[7] = 5;
    expect([...scan.scores(low, [Uint16Array.of(4), long, Uint16Array.of(5)])]).toEqual([0, 255, 255]);
    expect([...scan.scores(new Float32Array(centroids).fill(-1), [long])]).toEqual([0]);
  });
});

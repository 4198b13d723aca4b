import { describe, expect, it, onTestFinished } from 'vitest';
import { Rng } from '../../../core/rng.js';
import { clusteredTexts } from '../testing/documents.js';
import { Candidates, selectBest } from './candidates.js';
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
    const best = { places: Int32Array.of(0, 1, 2, 1, 2, 0), scores: Float32Array.of(0.9, 0.5, 0.1, 0.8, 0.3, 0.2) };
    const options = { probes: 3, limit: 2, allowed: Uint8Array.from([1, 1, 1]) };
    const candidates = new Candidates(3);
    expect(candidates.best(best, lists, options).toSorted((a, b) => a - b)).toEqual([0, 1]);
    expect(candidates.best(best, lists, { ...options, allowed: Uint8Array.from([0, 1, 1]), limit: 1 })).toEqual([1]);
  });

  it('selects the largest', () => {
    const rng = Rng.fromSeed('values');
    const values = Float32Array.from({ length: 500 }, () => Math.abs(rng.normal()));
    const order = [...values.keys()].toSorted((a, b) => values[b]! - values[a]!);
    const all = new Uint8Array(500).fill(1);
    for (const limit of [1, 20, 499, 500, 600])
      expect(selectBest(values, all, limit).toSorted((a, b) => a - b)).toEqual(
        order.slice(0, limit).toSorted((a, b) => a - b),
      );
    expect(selectBest(new Float32Array(5), Uint8Array.from([0, 1, 1, 1, 0]), 2)).toEqual([1, 2]);
  });
});

describe('a query beside the centroids', () => {
  it('has its best ones, ties to the first, and tables of steps of all products', async () => {
    const made = await products();
    const rows = clusteredTexts([40], dim, Rng.fromSeed('query')).vectors;
    const centroids = clusteredTexts([300], dim, Rng.fromSeed('centroids')).vectors;
    centroids.copyWithin(7 * dim, 3 * dim, 4 * dim);
    const product = (t: number, c: number) =>
      rows.subarray(t * dim, (t + 1) * dim).reduce((sum, value, d) => sum + value * centroids[c * dim + d]!, 0);
    const { places, scores } = await made.best(rows, centroids, 5);
    for (let t = 0; t < 40; t++) {
      const order = Array.from({ length: 300 }, (_, c) => c).toSorted((a, b) => product(t, b) - product(t, a));
      for (let i = 0; i < 5; i++) {
        expect(scores[t * 5 + i]).toBeCloseTo(product(t, order[i]!), 5);
        expect(product(t, places[t * 5 + i]!)).toBeCloseTo(product(t, order[i]!), 5);
      }
      const own = [...places.subarray(t * 5, t * 5 + 5)];
      if (own.includes(7)) expect(own.indexOf(3)).toBe(own.indexOf(7) - 1);
    }
    const largest = scores.reduce((a, b) => Math.max(a, b), 0);
    const tables = await made.steps(rows, centroids, largest);
    expect(tables.map(({ length }) => length)).toEqual([300 * 32, 300 * 32]);
    for (let t = 0; t < 64; t++) {
      for (let c = 0; c < 300; c++) {
        const step = tables[t >> 5]![c * 32 + (t & 31)]!;
        const exact = t < 40 ? (Math.max(0, product(t, c)) * 255) / largest - 128 : -128;
        expect(Math.abs(step - exact)).toBeLessThanOrEqual(1.001);
      }
    }
  });
});

describe('full centroid interaction', () => {
  const centroids = 700;

  it.each([1, 2, 3])('is the sum of the best steps of each query token, for %i tables', (count) => {
    const rng = Rng.fromSeed(`scan ${count}`);
    const tables = Array.from({ length: count }, () =>
      Int8Array.from({ length: 32 * centroids }, () => rng.int(256) - 128),
    );
    const codesOf = Array.from({ length: 300 }, () =>
      Uint16Array.from({ length: 1 + rng.int(400) }, () => rng.int(centroids)),
    );
    const found = new CentroidScan(centroids).scores(tables, codesOf);
    for (const [i, codes] of codesOf.entries()) {
      let sum = 0;
      for (const table of tables)
        for (let t = 0; t < 32; t++) sum += 128 + Math.max(...Array.from(codes, (code) => table[code * 32 + t]!));
      expect(found[i]).toBe(sum);
    }
  });

  it('begins anew with each query, and takes a chunk longer than its memory by its first tokens', () => {
    const scan = new CentroidScan(centroids);
    expect([...scan.scores([new Int8Array(32 * centroids).fill(127)], [Uint16Array.of(3)])]).toEqual([32 * 255]);
    const low = new Int8Array(32 * centroids).fill(-128);
    low[5 * 32] = 127;
    const long = new Uint16Array(100_000).fill(4);
    long[7] = 5;
    expect([...scan.scores([low], [Uint16Array.of(4), long, Uint16Array.of(5)])]).toEqual([0, 255, 255]);
    expect([...scan.scores([new Int8Array(32 * centroids).fill(-128)], [long])]).toEqual([0]);
  });
});

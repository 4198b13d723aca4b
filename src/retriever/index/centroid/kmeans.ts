/**
 * Spherical k-means in two levels: coarse clusters, and centroids in each of them. A vector is compared with the coarse ones and then
 * with those of its cluster, so 256 x 256 centroids cost 512 products a vector in place of 65,536.
 */
import type { Rng } from '../../../core/rng.js';
import type { CentroidProducts, Rows } from './nearest.js';

const ITERATIONS = 4;
/** Vectors a centroid that coarse clusters are made from. */
const COARSE_SAMPLE = 256;

export interface CentroidShape {
  dim: number;
  coarse: number;
  /** Centroids in each coarse cluster. */
  fine: number;
}

/** Coarse centres [coarse, dim] and centroids [coarse * fine, dim], unit vectors. */
export interface Centroids extends CentroidShape {
  coarseRows: Rows;
  rows: Rows;
}

/** Centroids of a sample. */
export async function trainCentroids(
  sample: Rows,
  { dim, coarse, fine }: CentroidShape,
  products: CentroidProducts,
  rng: Rng,
): Promise<Centroids> {
  const part = pick(sample, dim, coarse * COARSE_SAMPLE, rng.fork('coarse sample'));
  const coarseRows = await kMeans(part, { dim, count: coarse }, products, rng.fork('coarse'));
  const rows = new Float32Array(coarse * fine * dim);
  const groups = groupRows(await products.nearest(sample, coarseRows), coarse);
  for (const [c, group] of groups.entries()) {
    const own = group.length > 0 ? gatherRows(sample, dim, group) : coarseRows.subarray(c * dim, (c + 1) * dim);
    rows.set(await kMeans(own, { dim, count: fine }, products, rng.fork(`fine ${c}`)), c * fine * dim);
  }
  return { dim, coarse, fine, coarseRows, rows };
}

/** The centroid of each vector: the nearest in its coarse cluster. */
export async function assignCentroids(
  vectors: Rows,
  { dim, coarse, fine, coarseRows, rows }: Centroids,
  products: CentroidProducts,
): Promise<Uint16Array> {
  const codes = new Uint16Array(vectors.length / dim);
  const groups = groupRows(await products.nearest(vectors, coarseRows), coarse);
  for (const [c, group] of groups.entries()) {
    if (group.length === 0) continue;
    const own = rows.subarray(c * fine * dim, (c + 1) * fine * dim);
    const nearest = await products.nearest(gatherRows(vectors, dim, group), own);
    for (const [i, at] of group.entries()) codes[at] = c * fine + (nearest[i] as number);
  }
  return codes;
}

async function kMeans(
  rows: Rows,
  { dim, count }: { dim: number; count: number },
  products: CentroidProducts,
  rng: Rng,
): Promise<Rows> {
  const centres = new Float32Array(count * dim);
  const first = pick(rows, dim, count, rng);
  for (let i = 0; i < count; i++) {
    // Where there are fewer vectors than centres, some centres are equal: the first of them takes all.
    const from = (i * dim) % first.length;
    centres.set(first.subarray(from, from + dim), i * dim);
  }
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const nearest = await products.nearest(rows, centres);
    const sums = new Float64Array(count * dim);
    for (let i = 0; i < nearest.length; i++) {
      const to = (nearest[i] as number) * dim;
      const from = i * dim;
      for (let d = 0; d < dim; d++) sums[to + d] = (sums[to + d] as number) + (rows[from + d] as number);
    }
    for (let c = 0; c < count; c++) setUnit(centres, sums.subarray(c * dim, (c + 1) * dim), c * dim);
  }
  return centres;
}

/** A centre without vectors, or whose vectors cancel out, stays where it was. */
function setUnit(centres: Rows, sum: Float64Array, at: number): void {
  let square = 0;
  for (const value of sum) square += value * value;
  const norm = Math.sqrt(square);
  if (norm < 1e-12) return;
  for (let d = 0; d < sum.length; d++) centres[at + d] = (sum[d] as number) / norm;
}

/** `count` different rows at random, or all where there are no more. */
function pick(rows: Rows, dim: number, count: number, rng: Rng): Rows {
  const total = rows.length / dim;
  if (total <= count) return rows;
  const order = Uint32Array.from({ length: total }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + rng.int(total - i);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return gatherRows(rows, dim, order.subarray(0, count));
}

/** Which rows belong to each group, in their order. */
function groupRows(groupOf: Int32Array, count: number): Uint32Array[] {
  const sizes = new Uint32Array(count);
  for (const group of groupOf) sizes[group] = (sizes[group] as number) + 1;
  const groups = Array.from(sizes, (size) => new Uint32Array(size));
  sizes.fill(0);
  for (let i = 0; i < groupOf.length; i++) {
    const group = groupOf[i] as number;
    const at = sizes[group] as number;
    (groups[group] as Uint32Array)[at] = i;
    sizes[group] = at + 1;
  }
  return groups;
}

function gatherRows(rows: Rows, dim: number, at: Uint32Array): Rows {
  const out = new Float32Array(at.length * dim);
  for (let i = 0; i < at.length; i++) {
    const from = (at[i] as number) * dim;
    const to = i * dim;
    for (let d = 0; d < dim; d++) out[to + d] = rows[from + d] as number;
  }
  return out;
}

/** Centroids of an index on disk: made from a sample of its vectors, then the code of every token, segment by segment. Goes on where it was stopped. */
import { join } from 'node:path';
import { Rng } from '../../../core/rng.js';
import { alignedBuffer, bytesOf, readWhole, writeNew } from '../store/files.js';
import { damaged, type IndexHeader } from '../store/header.js';
import type { IndexStore } from '../store/store.js';
import { assignCentroids, trainCentroids, type Centroids } from './kmeans.js';
import type { CentroidProducts } from './nearest.js';

/** Centroids for n tokens: this times the square root of n, as PLAID has it. */
const CENTROIDS_PER_ROOT = 16;
/** Coarse clusters, and centroids in each: codes have 16 bits. */
const SIDE = { least: 4, most: 256 };
/** Vectors of the sample for each centroid, and numbers of the sample altogether (512 MB). */
const SAMPLE_A_CENTROID = 32;
const SAMPLE_NUMBERS = 1 << 27;
/** Numbers of vectors that are in memory at once while codes are made (64 MB). */
const BLOCK_NUMBERS = 1 << 24;

/** Whether searches may go by centroids: they are there, and every token has its code. */
export function hasCentroids({ centroids, segments }: IndexHeader): boolean {
  return centroids !== undefined && segments.every(({ codes }) => codes !== undefined);
}

/** Whether centroids are those of a corpus with less than a sixteenth of the tokens, so that there should be four times as many. */
export function outgrown({ centroids, tokens }: IndexHeader): boolean {
  if (!centroids) return false;
  const [coarse, fine] = centroids.shape;
  return coarse < SIDE.most && tokens > 16 * ((coarse * fine) / CENTROIDS_PER_ROOT) ** 2;
}

/** Makes what is missing of centroids and codes. */
export async function buildCentroids(
  store: IndexStore,
  products: CentroidProducts,
  report: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  if (!store.header.centroids) await makeCentroids(store, products);
  const centroids = await readCentroids(store);
  const total = store.header.segments.length;
  for (let segment = 0; segment < total; segment++) {
    report(segment, total);
    if (store.header.segments[segment]?.codes) continue;
    const pieces = segmentCodes(store, segment, centroids, products);
    await store.amend(async (header, name) => {
      const codes = await writeNew(store.folder, `segment-${name}.codes`, pieces);
      const segments = header.segments.map((entry, i) => (i === segment ? { ...entry, codes } : entry));
      return { ...header, segments };
    });
  }
  report(total, total);
}

/** Drops centroids and codes, for new ones where the corpus has become another. */
export async function dropCentroids(store: IndexStore): Promise<void> {
  await store.amend(({ centroids: _centroids, lists: _lists, ...header }) => {
    const segments = header.segments.map(({ codes: _codes, ...entry }) => entry);
    return Promise.resolve({ ...header, segments });
  });
}

/** Centroids as they are on disk. Throws `model` where the file is damaged. */
export async function readCentroids({ folder, header }: IndexStore): Promise<Centroids> {
  if (!header.centroids) throw damaged(folder, 'the index has no centroids');
  const [coarse, fine] = header.centroids.shape;
  const { dim } = header;
  const values = new Float32Array(alignedBuffer(await readWhole(folder, header.centroids)));
  if (values.length !== (coarse + coarse * fine) * dim) throw damaged(join(folder, header.centroids.file));
  return { dim, coarse, fine, coarseRows: values.subarray(0, coarse * dim), rows: values.subarray(coarse * dim) };
}

/** Codes of a segment. Throws `model` where the file is damaged. */
export async function readCodes({ folder, header }: IndexStore, segment: number): Promise<Uint16Array> {
  const { codes, tokens } = header.segments[segment] as IndexHeader['segments'][number];
  if (!codes) throw damaged(folder, `segment ${segment} has no codes`);
  const bytes = await readWhole(folder, codes);
  if (bytes.length !== 2 * tokens) throw damaged(join(folder, codes.file));
  return new Uint16Array(alignedBuffer(bytes));
}

async function makeCentroids(store: IndexStore, products: CentroidProducts): Promise<void> {
  const { dim, tokens } = store.header;
  const side = Math.min(SIDE.most, Math.max(SIDE.least, Math.ceil(Math.sqrt(CENTROIDS_PER_ROOT * Math.sqrt(tokens)))));
  // The seed is fixed: the same vectors give the same centroids.
  const rng = Rng.fromSeed('centroids');
  const sample = sampleRows(store, Math.min(side * side * SAMPLE_A_CENTROID, Math.floor(SAMPLE_NUMBERS / dim)), rng);
  const { coarseRows, rows } = await trainCentroids(sample, { dim, coarse: side, fine: side }, products, rng);
  await store.amend(async ({ lists: _lists, ...header }, name) => {
    const file = await writeNew(store.folder, `centroids-${name}.f32`, [bytesOf(coarseRows), bytesOf(rows)]);
    const segments = header.segments.map(({ codes: _codes, ...entry }) => entry);
    return { ...header, segments, centroids: { ...file, shape: [side, side] } };
  });
}

/** Vectors of chunks drawn at random, about `count` of them. */
function sampleRows(store: IndexStore, count: number, rng: Rng): Float32Array {
  const { lengthOf } = store.documents;
  const order = rng.fork('chunks').shuffle(Array.from(lengthOf, (_, chunk) => chunk));
  const chosen: number[] = [];
  for (let rows = 0, i = 0; rows < count && i < order.length; i++) {
    chosen.push(order[i] as number);
    rows += lengthOf[order[i] as number] as number;
  }
  return store.readChunks(chosen.toSorted((a, b) => a - b)).vectors;
}

async function* segmentCodes(
  store: IndexStore,
  segment: number,
  centroids: Centroids,
  products: CentroidProducts,
): AsyncGenerator<Uint8Array> {
  const { documents, header } = store;
  const [from, to] = documents.chunksOfSegment(segment);
  let block: number[] = [];
  let numbers = 0;
  for (let chunk = from; chunk < to; chunk++) {
    block.push(chunk);
    numbers += (documents.lengthOf[chunk] as number) * header.dim;
    if (numbers < BLOCK_NUMBERS && chunk < to - 1) continue;
    yield bytesOf(await assignCentroids(store.readChunks(block).vectors, centroids, products));
    [block, numbers] = [[], 0];
  }
}

/** Search by centroids: which chunks of an index on disk are worth an exact score. */
import type { TokenVectors } from '../../encode/token-vectors.js';
import type { IndexStore } from '../store/store.js';
import { readCentroids, readCodes } from './build.js';
import { Candidates, selectBest } from './candidates.js';
import { assignCentroids, type Centroids } from './kmeans.js';
import type { CentroidProducts } from './nearest.js';
import { makePostings, type Postings, type SegmentCodes } from './postings.js';
import { CentroidScan } from './scan.js';

export interface CentroidSearchOptions {
  /** Centroids of each query token whose chunks are looked at. */
  probes: number;
  /** The best of those chunks, which are compared by the centroids of all their tokens. */
  pool: number;
  /** The best of the pool, which get an exact score; at least four times k. */
  candidates: number;
}

export const CENTROID_DEFAULTS: CentroidSearchOptions = { probes: 8, pool: 16_384, candidates: 512 };

/** Codes and inverted lists in memory: a list of all that was there at opening, and one of what came since, so that adding stays cheap. */
export class CentroidSearch {
  private readonly store: IndexStore;
  private readonly products: CentroidProducts;
  private readonly centroids: Centroids;
  private readonly base: { segments: number; chunks: number; lists: Postings };
  private readonly segments: SegmentCodes[];
  private readonly scan: CentroidScan;
  private lists: Postings[];
  private scratch: Candidates;

  private constructor(
    { store, products }: { store: IndexStore; products: CentroidProducts },
    centroids: Centroids,
    segments: SegmentCodes[],
  ) {
    this.store = store;
    this.products = products;
    this.centroids = centroids;
    const chunks = store.documents.documentOf.length;
    const count = centroids.coarse * centroids.fine;
    const lists = makePostings(segments, 0, count);
    this.segments = segments;
    this.scan = new CentroidScan(count);
    this.base = { segments: segments.length, chunks, lists };
    this.lists = [lists];
    this.scratch = new Candidates(chunks);
  }

  static async load(store: IndexStore, products: CentroidProducts): Promise<CentroidSearch> {
    const centroids = await readCentroids(store);
    const segments: SegmentCodes[] = [];
    for (let i = 0; i < store.header.segments.length; i++) segments.push(await codesOf(store, i));
    return new CentroidSearch({ store, products }, centroids, segments);
  }

  /** Codes of new tokens, by the centroids that there are. */
  code(vectors: TokenVectors): Promise<Uint16Array> {
    return assignCentroids(vectors.vectors, this.centroids, this.products);
  }

  /** Takes in the segments that were added. */
  async follow(): Promise<void> {
    const total = this.store.header.segments.length;
    for (let i = this.segments.length; i < total; i++) this.segments.push(await codesOf(this.store, i));
    const { coarse, fine } = this.centroids;
    const since = this.segments.slice(this.base.segments);
    this.lists = [this.base.lists, makePostings(since, this.base.chunks, coarse * fine)];
    this.scratch = new Candidates(this.store.documents.documentOf.length);
  }

  /** The chunks for one query, in no order, among those that `allowed` marks: chunks with tokens. */
  async candidates(query: Float32Array, allowed: Uint8Array, options: CentroidSearchOptions): Promise<number[]> {
    const count = this.centroids.coarse * this.centroids.fine;
    const limit = options.candidates;
    const scores = await this.products.scores(query, this.centroids.rows);
    const probing = { probes: Math.min(options.probes, count), limit: Math.max(options.pool, limit), allowed };
    const pool = this.scratch.best(scores, count, this.lists, probing);
    if (pool.length <= limit) return pool;
    const sums = this.scan.scores(
      scores,
      pool.map((chunk) => this.codesOfChunk(chunk)),
    );
    return selectBest(sums, new Uint8Array(sums.length).fill(1), limit).map((at) => pool[at] as number);
  }

  private codesOfChunk(chunk: number): Uint16Array {
    const { segmentOf, rowOf, lengthOf } = this.store.documents;
    const row = rowOf[chunk] as number;
    const { codes } = this.segments[segmentOf[chunk] as number] as SegmentCodes;
    return codes.subarray(row, row + (lengthOf[chunk] as number));
  }
}

async function codesOf(store: IndexStore, segment: number): Promise<SegmentCodes> {
  const [from, to] = store.documents.chunksOfSegment(segment);
  return { codes: await readCodes(store, segment), lengths: store.documents.lengthOf.slice(from, to) };
}

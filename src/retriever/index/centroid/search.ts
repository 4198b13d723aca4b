/** Search by centroids: which chunks of an index on disk are worth an exact score. */
import type { TokenVectors } from '../../encode/token-vectors.js';
import type { IndexStore } from '../store/store.js';
import { readCentroids, readCodes } from './build.js';
import { Candidates, selectBest } from './candidates.js';
import { assignCentroids, type Centroids } from './kmeans.js';
import type { CentroidProducts } from './nearest.js';
import { makeLists, readLists, writeLists, type SegmentLists } from './lists.js';
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

export const CENTROID_DEFAULTS: CentroidSearchOptions = { probes: 8, pool: 16_384, candidates: 768 };

/** Share of the chunks that may be outside of the lists on disk before these are written anew. */
const MOST_OUTSIDE = 0.25;

/** Codes and inverted lists in memory: lists of the first segments, which are kept on disk, and one of what came since, so that adding stays cheap. */
export class CentroidSearch {
  private readonly store: IndexStore;
  private readonly products: CentroidProducts;
  private readonly centroids: Centroids;
  private readonly segments: SegmentCodes[];
  private readonly scan: CentroidScan;
  private base: SegmentLists;
  /** Whether the base is as it stands on disk. */
  private kept: boolean;
  private lists: Postings[] = [];
  private scratch = new Candidates(0);

  private constructor(
    { store, products }: { store: IndexStore; products: CentroidProducts },
    centroids: Centroids,
    segments: SegmentCodes[],
    lists: SegmentLists | undefined,
  ) {
    this.store = store;
    this.products = products;
    this.centroids = centroids;
    this.segments = segments;
    this.scan = new CentroidScan(this.count);
    this.base = lists ?? makeLists(store, segments, this.count);
    this.kept = lists !== undefined;
    this.listTail();
  }

  static async load(store: IndexStore, products: CentroidProducts): Promise<CentroidSearch> {
    const centroids = await readCentroids(store);
    const segments: SegmentCodes[] = [];
    for (let i = 0; i < store.header.segments.length; i++) segments.push(await codesOf(store, i));
    const lists = await readLists(store, centroids.coarse * centroids.fine);
    return new CentroidSearch({ store, products }, centroids, segments, lists);
  }

  /** Codes of new tokens, by the centroids that there are. */
  code(vectors: TokenVectors): Promise<Uint16Array> {
    return assignCentroids(vectors.vectors, this.centroids, this.products);
  }

  /** Takes in the segments that were added. */
  async follow(): Promise<void> {
    const total = this.store.header.segments.length;
    for (let i = this.segments.length; i < total; i++) this.segments.push(await codesOf(this.store, i));
    const chunks = this.store.documents.documentOf.length;
    if (chunks - this.base.chunks > MOST_OUTSIDE * chunks) await this.keepLists();
    else this.listTail();
  }

  /** Writes lists of all segments, so that opening need not make them; nothing where they are there. */
  async keepLists(): Promise<void> {
    if (this.kept && this.base.segments === this.segments.length) return;
    this.base = makeLists(this.store, this.segments, this.count);
    this.kept = false;
    this.listTail();
    await writeLists(this.store, this.base);
    this.kept = true;
  }

  /** The chunks for one query, in no order, among those that `allowed` marks: chunks with tokens. */
  async candidates(query: Float32Array, allowed: Uint8Array, options: CentroidSearchOptions): Promise<number[]> {
    const { count } = this;
    const limit = options.candidates;
    const probes = Math.min(options.probes, count);
    const best = await this.products.best(query, this.centroids.rows, probes);
    const probing = { probes, limit: Math.max(options.pool, limit), allowed };
    const pool = this.scratch.best(best, this.lists, probing);
    if (pool.length <= limit) return pool;
    const largest = best.scores.reduce((a, b) => Math.max(a, b), 0);
    const sums = this.scan.scores(
      await this.products.steps(query, this.centroids.rows, largest),
      pool.map((chunk) => this.codesOfChunk(chunk)),
    );
    return selectBest(sums, new Uint8Array(sums.length).fill(1), limit).map((at) => pool[at] as number);
  }

  private get count(): number {
    return this.centroids.coarse * this.centroids.fine;
  }

  private listTail(): void {
    const { base, segments } = this;
    const since = segments.slice(base.segments);
    this.lists = [base.lists, ...(since.length > 0 ? [makePostings(since, base.chunks, this.count)] : [])];
    this.scratch = new Candidates(this.store.documents.documentOf.length);
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

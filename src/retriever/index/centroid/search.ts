/** Search by centroids: which chunks of an index on disk are worth an exact score. */
import type { TokenVectors } from '../../encode/token-vectors.js';
import type { IndexStore } from '../store/store.js';
import { readCentroids, readCodes } from './build.js';
import { Candidates } from './candidates.js';
import { assignCentroids, type Centroids } from './kmeans.js';
import type { CentroidProducts } from './nearest.js';
import { makePostings, type Postings, type SegmentCodes } from './postings.js';

export interface CentroidSearchOptions {
  /** Centroids looked at for each query token. */
  probes: number;
  /** Chunks with an exact score; at least four times k. */
  candidates: number;
}

export const CENTROID_DEFAULTS: CentroidSearchOptions = { probes: 8, candidates: 256 };

/** Inverted lists in memory: one of all that was there at opening, and one of what came since, so that adding stays cheap. */
export class CentroidSearch {
  private readonly store: IndexStore;
  private readonly products: CentroidProducts;
  private readonly centroids: Centroids;
  private readonly base: { segments: number; chunks: number; lists: Postings };
  private readonly since: SegmentCodes[] = [];
  private lists: Postings[];
  private scratch: Candidates;

  private constructor(
    { store, products }: { store: IndexStore; products: CentroidProducts },
    centroids: Centroids,
    lists: Postings,
  ) {
    this.store = store;
    this.products = products;
    this.centroids = centroids;
    const chunks = store.documents.documentOf.length;
    this.base = { segments: store.header.segments.length, chunks, lists };
    this.lists = [lists];
    this.scratch = new Candidates(chunks);
  }

  static async load(store: IndexStore, products: CentroidProducts): Promise<CentroidSearch> {
    const centroids = await readCentroids(store);
    const segments: SegmentCodes[] = [];
    for (let i = 0; i < store.header.segments.length; i++) segments.push(await codesOf(store, i));
    const lists = makePostings(segments, 0, centroids.coarse * centroids.fine);
    return new CentroidSearch({ store, products }, centroids, lists);
  }

  /** Codes of new tokens, by the centroids that there are. */
  code(vectors: TokenVectors): Promise<Uint16Array> {
    return assignCentroids(vectors.vectors, this.centroids, this.products);
  }

  /** Takes in the segments that were added. */
  async follow(): Promise<void> {
    const total = this.store.header.segments.length;
    for (let i = this.base.segments + this.since.length; i < total; i++) this.since.push(await codesOf(this.store, i));
    const { coarse, fine } = this.centroids;
    this.lists = [this.base.lists, makePostings(this.since, this.base.chunks, coarse * fine)];
    this.scratch = new Candidates(this.store.documents.documentOf.length);
  }

  /** The chunks for one query, in no order, among those that `allowed` marks. */
  async candidates(query: Float32Array, allowed: Uint8Array, options: CentroidSearchOptions): Promise<number[]> {
    const count = this.centroids.coarse * this.centroids.fine;
    const scores = await this.products.scores(query, this.centroids.rows);
    const probes = Math.min(options.probes, count);
    return this.scratch.best(scores, count, this.lists, { probes, limit: options.candidates, allowed });
  }
}

async function codesOf(store: IndexStore, segment: number): Promise<SegmentCodes> {
  const [from, to] = store.documents.chunksOfSegment(segment);
  return { codes: await readCodes(store, segment), lengths: store.documents.lengthOf.slice(from, to) };
}

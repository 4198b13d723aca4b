/** An index on disk, searched exactly or, once it has centroids, by them with exact scores of the candidates. */
import { closeAll, openWhole } from '../../core/closing.js';
import { inPlace, Slots } from '../../core/slots.js';
import type { Scorer } from '../encode/net/port.js';
import { sliceTexts, type TokenVectors } from '../encode/token-vectors.js';
import { optionsOf } from '../score/ranking.js';
import { bestOfChunks } from './best-chunks.js';
import { buildCentroids, dropCentroids, hasCentroids } from './centroid/build.js';
import type { CentroidProducts } from './centroid/nearest.js';
import { CENTROID_DEFAULTS, CentroidSearch, type CentroidSearchOptions } from './centroid/search.js';
import { SCORE_CELLS } from './exact-index.js';
import { filterMask, rankFor } from './may-come-back.js';
import type { Documents } from './store/documents.js';
import type { AddFacts, IndexStore } from './store/store.js';
import { StoredSearch } from './stored-search.js';
import type { IndexDocument, IndexSearch, Scored, TokenIndex } from './types.js';

/** Numbers that the scorer keeps between searches (512 MB); a larger index is read through in blocks, at every search. */
const RESIDENT_NUMBERS = 1 << 27;
const BLOCK_NUMBERS = 1 << 23;

export interface StoredIndexOptions {
  /** Compares vectors; it is not disposed of here. */
  scorer: Pick<Scorer, 'score'> & { setDocuments(vectors: TokenVectors): Promise<void> | void };
  /** Products with centroids; without them the index is searched exactly whatever it has. */
  products?: CentroidProducts;
  search?: Partial<CentroidSearchOptions>;
  /** Numbers that the scorer may keep; for tests. */
  residentNumbers?: number;
}

/** What an exact search goes through: the documents that can be found and their chunks, in blocks. */
interface Plan {
  places: number[];
  blocks: number[][];
  /** Which of `places` owns each chunk, block after block. */
  ownerOf: number[];
  /** Whether the scorer has the only block. */
  given: boolean;
}

/** A {@link TokenIndex} over a store. Reads files as it searches: make one where that may block the thread, or keep it small. */
export class StoredIndex implements TokenIndex {
  readonly store: IndexStore;
  private readonly options: StoredIndexOptions;
  private readonly tuning: CentroidSearchOptions;
  private readonly turn = new Slots(1);
  private centroids: CentroidSearch | undefined;
  private exact: StoredSearch | undefined;
  /** What searches go through; undefined after a change. */
  private plan: Plan | undefined;
  private findable: Uint8Array | undefined;

  private constructor(store: IndexStore, options: StoredIndexOptions) {
    this.store = store;
    this.options = options;
    this.tuning = { ...CENTROID_DEFAULTS, ...options.search };
  }

  /** Takes over the store, and closes it also where this throws. */
  static open(store: IndexStore, options: StoredIndexOptions): Promise<StoredIndex> {
    return openWhole(async (own) => {
      const index = own(new StoredIndex(store, options));
      await index.loadCentroids();
      return index;
    });
  }

  get size(): number {
    return this.store.documents.size;
  }

  has(id: string): boolean {
    return this.store.documents.has(id);
  }

  add(documents: readonly IndexDocument[], facts?: AddFacts): Promise<void> {
    return this.inTurn(async () => {
      const { centroids } = this;
      await this.store.add(documents, facts, centroids && ((vectors) => centroids.code(vectors)));
      this.changed();
      await centroids?.follow();
    });
  }

  remove(ids: readonly string[]): Promise<number> {
    return this.inTurn(async () => {
      const removed = await this.store.remove(ids);
      this.changed();
      return removed;
    });
  }

  /** Gives back the room of removed documents, and puts small additions together. Centroids stay as they are. */
  compact(): Promise<void> {
    return this.inTurn(async () => {
      const { centroids } = this;
      await this.store.compact(centroids && ((vectors) => centroids.code(vectors)));
      this.changed();
      await this.loadCentroids();
      await this.centroids?.keepLists();
    });
  }

  /** Makes centroids, or goes on where that was stopped; `anew` drops those that there are. */
  buildCentroids({ anew = false } = {}, report?: (done: number, total: number) => void): Promise<void> {
    return this.inTurn(async () => {
      const { products } = this.options;
      if (!products || (!anew && this.centroids)) return;
      if (anew) await dropCentroids(this.store);
      await buildCentroids(this.store, products, report);
      await this.loadCentroids();
      await this.centroids?.keepLists();
    });
  }

  /** Vectors as they are on disk, of each document; without chunks where one is not there. */
  vectorsOf(ids: readonly string[]): Promise<TokenVectors[]> {
    return this.inTurn(() => {
      const { documents } = this.store;
      const chunks = ids.map((id) => {
        const place = documents.placeOf(id);
        return this.store.readChunks(place === undefined ? [] : documents.chunksOf(place));
      });
      return Promise.resolve(chunks);
    });
  }

  search(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]> {
    return this.inTurn(() => {
      const { ids, fields } = this.store.documents;
      const mask = filterMask(options, ids, (at) => fields[at]);
      const { centroids, exact } = this;
      return centroids && exact
        ? this.byCentroids({ centroids, exact }, queries, options, mask)
        : this.exactly(queries, options, mask);
    });
  }

  dispose(): Promise<void> {
    return this.inTurn(() => closeAll([this.store, this.exact]));
  }

  /** One call after the other: a change moves the places that a search is in the middle of. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return inPlace(this.turn, work);
  }

  private changed(): void {
    this.plan = undefined;
    this.findable = undefined;
  }

  private async loadCentroids(): Promise<void> {
    const { products } = this.options;
    this.centroids = undefined;
    if (!products || !hasCentroids(this.store.header)) return;
    this.exact ??= await StoredSearch.create(this.store.header, products.threads);
    try {
      this.centroids = await CentroidSearch.load(this.store, products);
    } catch (error) {
      // Files that another process has removed since are no damage.
      await this.store.refuseStale();
      throw error;
    }
  }

  private async exactly(queries: TokenVectors, options: IndexSearch, mask?: Uint8Array): Promise<Scored[][]> {
    const plan = (this.plan ??= this.makePlan());
    const ids = plan.places.map((place) => this.store.documents.ids[place] as string);
    const own = mask && Uint8Array.from(plan.places, (place) => mask[place] as number);
    const total = queries.lengths.length;
    const atOnce = Math.max(1, Math.floor(SCORE_CELLS / Math.max(1, plan.ownerOf.length)));
    const scored_Q: Scored[][] = [];
    for (let from = 0; from < total; from += atOnce) {
      const to = Math.min(total, from + atOnce);
      const scores_Q = await this.scoresOf(plan, sliceTexts(queries, from, to));
      for (const [i, scores] of scores_Q.entries())
        scored_Q.push(rankFor(from + i, options, ids, bestOfChunks(scores, plan.ownerOf, ids.length), own));
    }
    return scored_Q;
  }

  /** Scores of all chunks of a plan, for each query. */
  private async scoresOf(plan: Plan, queries: TokenVectors): Promise<Float32Array[]> {
    const count = queries.lengths.length;
    const scores_Q = Array.from({ length: count }, () => new Float32Array(plan.ownerOf.length));
    let first = 0;
    for (const block of plan.blocks) {
      if (!plan.given) await this.options.scorer.setDocuments(this.store.readChunks(block));
      plan.given = plan.blocks.length === 1;
      const scores = await this.options.scorer.score(queries);
      for (const [q, own] of scores_Q.entries())
        own.set(scores.subarray(q * block.length, (q + 1) * block.length), first);
      first += block.length;
    }
    return scores_Q;
  }

  private makePlan(): Plan {
    const { documents, header } = this.store;
    const places = [...documents.live.keys()].filter((place) => documents.live[place] === 1);
    const most = this.options.residentNumbers ?? RESIDENT_NUMBERS;
    const chunks = places.flatMap((place) => documents.chunksOf(place));
    const numbers = chunks.reduce((n, chunk) => n + (documents.lengthOf[chunk] as number), 0) * header.dim;
    const size = numbers <= most ? Infinity : Math.min(most, BLOCK_NUMBERS);
    const blocks: number[][] = [];
    let room = 0;
    for (const chunk of chunks) {
      if (room <= 0) {
        blocks.push([]);
        room = size;
      }
      blocks.at(-1)?.push(chunk);
      room -= (documents.lengthOf[chunk] as number) * header.dim;
    }
    const at = new Map(places.map((place, i) => [place, i]));
    const ownerOf = chunks.map((chunk) => at.get(documents.documentOf[chunk] as number) as number);
    return { places, blocks, ownerOf, given: false };
  }

  private async byCentroids(
    { centroids, exact }: { centroids: CentroidSearch; exact: StoredSearch },
    queries: TokenVectors,
    options: IndexSearch,
    mask?: Uint8Array,
  ): Promise<Scored[][]> {
    const { documents } = this.store;
    const candidates = Math.max(this.tuning.candidates, 4 * options.k);
    const scored_Q: Scored[][] = [];
    for (let q = 0; q < queries.lengths.length; q++) {
      const allowed = this.allowedChunks(q, options, mask);
      const query = sliceTexts(queries, q, q + 1);
      if (query.vectors.length === 0) {
        scored_Q.push(this.withoutTokens(q, options, allowed));
        continue;
      }
      let count = 0;
      for (let chunk = 0; chunk < allowed.length; chunk++) count += allowed[chunk] as number;
      const found =
        count <= candidates
          ? [...allowed.keys()].filter((chunk) => allowed[chunk] === 1)
          : await centroids.candidates(query.vectors, allowed, { ...this.tuning, candidates });
      // All chunks of a document that was found, so that its score is that of its best.
      const places = [...new Set(found.map((chunk) => documents.documentOf[chunk] as number))];
      const chunks = places.map((place) => documents.chunksOf(place));
      const scores = await exact.score(this.store, query, chunks.flat());
      const ownerOf = chunks.flatMap((own, at) => own.map(() => at));
      const ids = places.map((place) => documents.ids[place] as string);
      scored_Q.push(rankFor(q, options, ids, bestOfChunks(scores, ownerOf, ids.length)));
    }
    return scored_Q;
  }

  /** A query without tokens scores 0 with every document that has some. */
  private withoutTokens(q: number, options: IndexSearch, allowed: Uint8Array): Scored[] {
    const { ids, documentOf } = this.store.documents;
    const scores = Float32Array.from(allowed, (one) => (one === 1 ? 0 : -Infinity));
    return rankFor(q, options, ids, bestOfChunks(scores, documentOf, ids.length));
  }

  /** 1 at each chunk with tokens whose document may come back for a query. */
  private allowedChunks(q: number, options: IndexSearch, mask?: Uint8Array): Uint8Array {
    const { documents } = this.store;
    const { exclude, only } = optionsOf(options, q);
    const all = (this.findable ??= findableChunks(documents));
    const placesOf = (ids: ReadonlySet<string>) =>
      [...ids].map((id) => documents.placeOf(id)).filter((place) => place !== undefined);
    let allowed = all;
    if (only) {
      allowed = new Uint8Array(all.length);
      for (const place of placesOf(only))
        for (const chunk of documents.chunksOf(place)) allowed[chunk] = all[chunk] as number;
    }
    if (mask) {
      const { documentOf } = documents;
      allowed = allowed.map((one, chunk) => one & (mask[documentOf[chunk] as number] as number));
    }
    if (exclude) {
      if (allowed === all) allowed = all.slice();
      for (const place of placesOf(exclude)) for (const chunk of documents.chunksOf(place)) allowed[chunk] = 0;
    }
    return allowed;
  }
}

function findableChunks({ documentOf, lengthOf, live }: Documents): Uint8Array {
  return Uint8Array.from(documentOf, (place, chunk) => ((lengthOf[chunk] as number) > 0 ? (live[place] as number) : 0));
}

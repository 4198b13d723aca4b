/** An index on disk in a worker thread of its own. */
import { WorkerClient, type Report } from '../../core/worker-rpc.js';
import type { TokenVectors } from '../encode/token-vectors.js';
import type { IndexMethods, IndexSetup } from './index-worker.js';
import type { IndexHeader } from './store/header.js';
import type { AddFacts } from './store/store.js';
import type { IndexDocument, IndexSearch, Scored, VectorIndex } from './types.js';

/** A {@link VectorIndex} on disk that is searched by centroids once they are built, and exactly before. */
export class IndexClient implements VectorIndex {
  private readonly worker: WorkerClient<IndexMethods>;
  private readonly ids: Set<string>;
  private closed = false;

  private constructor(worker: WorkerClient<IndexMethods>, ids: readonly string[]) {
    this.worker = worker;
    this.ids = new Set(ids);
  }

  /** Opens the index of a folder, or an empty one; the signal ends it at once. Dispose it after use: the thread holds native memory. */
  static async open(setup: IndexSetup, signal?: AbortSignal): Promise<IndexClient> {
    const worker = new WorkerClient<IndexMethods>(new URL('./index-worker.js', import.meta.url), 'index', { signal });
    try {
      return new IndexClient(worker, await worker.call('open', setup));
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  header(): Promise<IndexHeader> {
    return this.worker.call('header', null);
  }

  async add(documents: readonly IndexDocument[], facts: AddFacts = {}): Promise<void> {
    await this.worker.call('add', { documents, facts });
    for (const { id } of documents) this.ids.add(id);
  }

  async remove(ids: readonly string[]): Promise<number> {
    const removed = await this.worker.call('remove', ids);
    for (const id of ids) this.ids.delete(id);
    return removed;
  }

  /** Gives back the room of removed documents, and puts small additions together. */
  compact(): Promise<void> {
    return this.worker.call('compact', null);
  }

  /** Makes centroids, or goes on where that was stopped; `anew` drops those that there are. */
  buildCentroids(options: { anew?: boolean } = {}, report?: Report): Promise<void> {
    return this.worker.call('buildCentroids', options, report);
  }

  vectorsOf(ids: readonly string[]): Promise<TokenVectors[]> {
    return this.worker.call('vectorsOf', ids);
  }

  search(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]> {
    return this.worker.call('search', { queries, options });
  }

  async dispose(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.worker.close('close', null);
  }
}

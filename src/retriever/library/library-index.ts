/** The vectors of a library's traces: in memory while they are few, in an index on disk beyond that. */
import { openWhole } from '../../core/closing.js';
import { EXACT_TRACES } from '../index/encoder-retriever.js';
import { outgrown } from '../index/centroid/build.js';
import type { ExactIndex } from '../index/exact-index.js';
import { IndexClient } from '../index/index-client.js';
import { readIndexHeader, type IndexHeader, type IndexKey } from '../index/store/header.js';
import { linkIndex } from '../index/store/link.js';
import { IndexStore } from '../index/store/store.js';
import type { IndexDocument, IndexSearch, Scored, VectorIndex } from '../index/types.js';
import type { TokenVectors } from '../encode/token-vectors.js';

/** Where vectors are: `auto` is in memory up to {@link MEMORY_NUMBERS}. */
export type VectorPlace = 'auto' | 'memory' | 'disk';

/** Numbers of vectors in memory (512 MB; the search has them a second time): some 3,000 traces of 300 tokens with 128 numbers each. */
const MEMORY_NUMBERS = 1 << 27;
/** Segments from which they are put together: each is an open file. */
const MOST_SEGMENTS = 512;
/** Share of removed documents from which an index is written anew when it is saved. */
const WASTE = 1 / 4;
/** Numbers of documents that move to the disk together. */
const MOVED_NUMBERS = 1 << 25;

export interface LibraryIndexOptions {
  /** What an index on disk is made with; a saved one has the hash of its corpus too. */
  key: IndexKey;
  place?: VectorPlace | undefined;
  threads?: number | undefined;
  /** Ends the index at once, whatever it does. */
  signal?: AbortSignal | undefined;
  /** Makes a folder of this process's own; called once, when vectors go to the disk or a saved index is changed. */
  makeFolder: () => Promise<string>;
  /** For tests. */
  memoryNumbers?: number;
}

/** An index on disk. One that was saved is only read: `isOwn` says whether it may be changed. */
interface OnDisk {
  folder: string;
  client: IndexClient;
  isOwn: boolean;
}

/** Calls come one after the other: whoever has it sees to that. */
export class LibraryIndex implements VectorIndex {
  private readonly options: LibraryIndexOptions;
  private memory: ExactIndex | undefined;
  private disk: OnDisk | undefined;

  /** `memory` is empty; it is disposed of here. */
  constructor(memory: ExactIndex, options: LibraryIndexOptions) {
    this.options = options;
    this.memory = memory;
  }

  get size(): number {
    return this.inner.size;
  }

  has(id: string): boolean {
    return this.inner.has(id);
  }

  /** Takes over an index that {@link saveTo} wrote with `key`. Throws as indexes do where it is another one or damaged. */
  async open(folder: string, key: IndexKey): Promise<{ truncatedDocuments: number }> {
    const header = await readIndexHeader(folder);
    const numbers = (header?.tokens ?? 0) * key.dim;
    if (this.belongsOnDisk(numbers)) {
      const { threads, signal } = this.options;
      const client = await IndexClient.open({ folder, key, threads }, signal);
      await this.moveTo({ folder, client, isOwn: false });
    } else {
      const store = await IndexStore.open(folder, key);
      try {
        const { ids, live } = store.documents;
        const places = [...ids.keys()].filter((place) => live[place] === 1);
        const chunks = (place: number) => store.readChunks(store.documents.chunksOf(place));
        await this.inner.add(places.map((place) => ({ id: ids[place] as string, chunks: chunks(place) })));
      } finally {
        store.close();
      }
    }
    return { truncatedDocuments: header?.truncatedDocuments ?? 0 };
  }

  async add(documents: readonly IndexDocument[]): Promise<void> {
    if (this.memory && this.belongsOnDisk(numbersOf(this.memory.all()) + numbersOf(documents)))
      await this.leaveMemory();
    const index = await this.changeable();
    if (index instanceof IndexClient && (await index.header()).segments.length >= MOST_SEGMENTS) await index.compact();
    await index.add(documents);
  }

  async remove(ids: readonly string[]): Promise<number> {
    return (await this.changeable()).remove(ids);
  }

  /** To be called after additions: an index that has grown large gets what it is searched by. */
  async settle(): Promise<void> {
    if (!this.disk) return;
    const header = await this.disk.client.header();
    const isLarge = this.size > EXACT_TRACES || header.tokens * header.dim > this.mostInMemory;
    const anew = outgrown(header);
    if (!anew && (header.centroids || !isLarge)) return;
    const index = await this.changeable();
    if (index instanceof IndexClient) await index.buildCentroids({ anew });
  }

  search(queries: TokenVectors, options: IndexSearch): Promise<Scored[][]> {
    return this.inner.search(queries, options);
  }

  vectorsOf(ids: readonly string[]): Promise<TokenVectors[]> {
    return this.inner.vectorsOf(ids);
  }

  /** Writes the index into a new folder. What is on disk is shared with it. */
  async saveTo(folder: string, key: IndexKey, truncatedDocuments: number): Promise<void> {
    if (this.disk) {
      if (isWasteful(await this.disk.client.header())) {
        const index = await this.changeable();
        if (index instanceof IndexClient) await index.compact();
      }
      const header = await this.disk.client.header();
      await linkIndex(this.disk.folder, { ...header, ...key, truncatedDocuments }, folder);
      return;
    }
    const store = await IndexStore.open(folder, key);
    try {
      await store.add(this.memory?.all() ?? [], { truncated: truncatedDocuments });
    } finally {
      store.close();
    }
  }

  async dispose(): Promise<void> {
    await this.inner.dispose();
  }

  private get inner(): VectorIndex {
    return (this.disk?.client ?? this.memory) as VectorIndex;
  }

  private get mostInMemory(): number {
    return this.options.memoryNumbers ?? MEMORY_NUMBERS;
  }

  private belongsOnDisk(numbers: number): boolean {
    const { place = 'auto' } = this.options;
    return place === 'auto' ? numbers > this.mostInMemory : place === 'disk';
  }

  private async leaveMemory(): Promise<void> {
    const documents = this.memory?.all() ?? [];
    const { key, threads, signal, makeFolder } = this.options;
    const folder = await makeFolder();
    const client = await openWhole(async (own) => {
      const opened = own(await IndexClient.open({ folder, key, threads }, signal));
      for (const part of inParts(documents)) await opened.add(part);
      return opened;
    });
    await this.moveTo({ folder, client, isOwn: true });
  }

  private async moveTo(disk: OnDisk): Promise<void> {
    this.disk = disk;
    const { memory } = this;
    this.memory = undefined;
    await memory?.dispose();
  }

  /** What may be changed: a saved index stays as it is, and this process goes on with one that shares its files. */
  private async changeable(): Promise<VectorIndex> {
    const { disk } = this;
    if (!disk || disk.isOwn) return this.inner;
    const { key, threads, signal, makeFolder } = this.options;
    const folder = await makeFolder();
    const { corpusHash: _all, ...header } = await disk.client.header();
    await linkIndex(disk.folder, header, folder);
    const client = await IndexClient.open({ folder, key, threads }, signal);
    this.disk = { folder, client, isOwn: true };
    await disk.client.dispose();
    return client;
  }
}

function isWasteful({ segments, documents }: IndexHeader): boolean {
  const written = segments.reduce((n, segment) => n + segment.documents, 0);
  return written - documents > WASTE * written;
}

function numbersOf(documents: readonly IndexDocument[]): number {
  return documents.reduce((n, { chunks }) => n + chunks.vectors.length, 0);
}

function* inParts(documents: readonly IndexDocument[]): Generator<IndexDocument[]> {
  let part: IndexDocument[] = [];
  let numbers = 0;
  for (const document of documents) {
    part.push(document);
    numbers += document.chunks.vectors.length;
    if (numbers < MOVED_NUMBERS) continue;
    yield part;
    [part, numbers] = [[], 0];
  }
  if (part.length > 0) yield part;
}

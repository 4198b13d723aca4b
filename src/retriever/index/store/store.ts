/** An index on disk: segments that are only appended, marks for what was removed, and a header that is renamed into place last. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RaRftError } from '../../../core/errors.js';
import { assertFinite, DAMAGED_HINT } from '../../../core/finite.js';
import { takeLock } from '../../../core/run-lock.js';
import { checkTokenVectors, type TokenVectors } from '../../encode/token-vectors.js';
import type { IndexDocument } from '../types.js';
import { Documents, type SegmentTable } from './documents.js';
import { bytesOf, commitHeader, prepareFolder, readWhole, removeUnnamed, writeNew } from './files.js';
import {
  FORMAT,
  readIndexHeader,
  refuseMismatch,
  type IndexHeader,
  type IndexKey,
  type SegmentEntry,
} from './header.js';
import { BYTES_OF, fromStored, type IndexDtype } from './quantise.js';
import { readTable, SegmentVectors, storeDocument, writeSegment, type StoredDocument } from './segment.js';

/** Tokens of a segment where segments are put together. */
const COMPACT_TOKENS = 1 << 20;

/** What may be said of a call that adds documents. */
export interface AddFacts {
  /** Documents of the call that were cut. */
  truncated?: number;
}

/** Codes of the tokens of a new segment, in the order of its rows; undefined where the index has no centroids. */
export type CodeTokens = (vectors: TokenVectors) => Promise<Uint16Array>;

/** Made by one process at a time; others may read meanwhile what they have opened. */
export class IndexStore {
  readonly folder: string;
  private current: IndexHeader;
  private table = new Documents();
  private vectors: SegmentVectors[] = [];
  private prepared = false;

  private constructor(folder: string, header: IndexHeader) {
    this.folder = folder;
    this.current = header;
  }

  /**
   * Opens the index of a folder; where there is none, an empty one that gets its files with the first documents. Throws `data` where
   * it was made with another key, `model` where files are damaged.
   */
  static async open(folder: string, key: IndexKey, dtype: IndexDtype = 'float32'): Promise<IndexStore> {
    const counts = { documents: 0, tokens: 0, truncatedDocuments: 0, revision: 0 };
    const empty = { format: FORMAT, ...key, dtype, ...counts, segments: [] };
    for (;;) {
      const found = await readIndexHeader(folder);
      if (found) refuseMismatch(folder, found, key);
      const store = new IndexStore(folder, found ?? empty);
      try {
        await store.load();
        return store;
      } catch (error) {
        // Another process may have put segments together meanwhile, and removed those that were to be read.
        if (await store.isCurrent()) throw error;
      }
    }
  }

  get header(): IndexHeader {
    return this.current;
  }

  get documents(): Documents {
    return this.table;
  }

  /** Appends documents, all or none, as a segment of their own. */
  async add(documents: readonly IndexDocument[], { truncated = 0 }: AddFacts = {}, code?: CodeTokens): Promise<void> {
    const ids = documents.map(({ id }) => id);
    this.table.refuseKnown(ids);
    for (const { id, chunks } of documents) refuseSize(id, chunks, this.current.dim);
    if (documents.length === 0) return;
    const { dtype } = this.current;
    const stored = documents.map((document) => storeDocument(document, dtype));
    await this.change(async (header, name) => {
      const written = await writeSegment(this.folder, name, stored);
      const { entry, table } = { ...written, entry: await this.coded(written.entry, name, stored, code) };
      const next: IndexHeader = {
        ...header,
        documents: header.documents + documents.length,
        tokens: header.tokens + entry.tokens,
        truncatedDocuments: header.truncatedDocuments + truncated,
        segments: [...header.segments, entry],
      };
      return [next, () => this.attach(entry, table)];
    });
  }

  /** Marks documents as removed. Resolves to how many were there. Their room is given back by {@link compact}. */
  async remove(ids: readonly string[]): Promise<number> {
    const own = [...new Set(ids)].filter((id) => this.table.has(id));
    if (own.length === 0) return 0;
    await this.change(async (header, name) => {
      const text = JSON.stringify(this.table.removedBySegment(own));
      const removed = await writeNew(this.folder, `removed-${name}.json`, [new TextEncoder().encode(text)]);
      const next: IndexHeader = { ...header, documents: header.documents - own.length, removed };
      return [next, () => this.table.remove(own)];
    });
    return own.length;
  }

  /** Writes what can be found anew, in few files and without what was removed. Ids stay what they were; places do not. */
  async compact(code?: CodeTokens): Promise<void> {
    await this.change(async (header, name) => {
      const segments: SegmentEntry[] = [];
      for (const group of this.liveGroups()) {
        const stored = group.map((place) => this.stored(place));
        const part = `${name}-${segments.length}`;
        const { entry } = await writeSegment(this.folder, part, stored);
        segments.push(await this.coded(entry, part, stored, code));
      }
      const tokens = segments.reduce((n, segment) => n + segment.tokens, 0);
      const { removed: _removed, lists: _lists, ...rest } = header;
      return [{ ...rest, tokens, segments }, () => this.load()];
    });
    await removeUnnamed(this.folder, this.current);
  }

  /** Another header over the same segments: centroids and codes, which are made by others. */
  async amend(make: (header: IndexHeader, name: string) => Promise<IndexHeader>): Promise<void> {
    await this.change(async (header, name) => [await make(header, name), () => undefined]);
    await removeUnnamed(this.folder, this.current);
  }

  /** Vectors of chunks as float32, one sequence each. */
  readChunks(chunks: readonly number[]): TokenVectors {
    const { dim, dtype } = this.current;
    const lengths = Int32Array.from(chunks, (chunk) => this.table.lengthOf[chunk] as number);
    const vectors = new Float32Array(lengths.reduce((n, length) => n + length, 0) * dim);
    let at = 0;
    for (const [i, chunk] of chunks.entries()) {
      const out = vectors.subarray(at, at + (lengths[i] as number) * dim);
      fromStored({ bytes: this.bytesOf(chunk), scale: this.table.scaleOf[chunk] as number }, dim, dtype, out);
      at += out.length;
    }
    assertFinite(vectors, { what: 'tensor vectors', where: this.folder, hint: DAMAGED_HINT });
    return { dim, lengths, vectors };
  }

  /** Fills `out` with the first rows of a chunk as they are stored. */
  readBytes(chunk: number, out: Uint8Array): void {
    const { segmentOf, rowOf } = this.table;
    (this.vectors[segmentOf[chunk] as number] as SegmentVectors).read(rowOf[chunk] as number, out);
  }

  /** Compares the content of every file of vectors with its hash. Throws `model` at one that has changed. */
  async verify(): Promise<void> {
    for (const { vectors } of this.current.segments) await readWhole(this.folder, vectors);
  }

  /** Throws `io` where another process has changed the index since it was opened. */
  async refuseStale(): Promise<void> {
    if (await this.isCurrent()) return;
    throw new RaRftError({
      code: 'io',
      message: 'the index was changed by another process',
      where: join(this.folder, 'index.json'),
      hint: 'Open it again.',
    });
  }

  close(): void {
    for (const one of this.vectors) one.close();
    this.vectors = [];
  }

  private async isCurrent(): Promise<boolean> {
    return ((await readIndexHeader(this.folder))?.revision ?? 0) === this.current.revision;
  }

  private async load(): Promise<void> {
    this.close();
    const { segments, removed, dim, dtype } = this.current;
    const gone = removed && (JSON.parse((await readWhole(this.folder, removed)).toString('utf8')) as number[][]);
    const table = new Documents();
    try {
      for (const [i, entry] of segments.entries()) {
        table.append(await readTable(this.folder, entry), gone?.[i]);
        this.vectors.push(new SegmentVectors(this.folder, entry, dim, dtype));
      }
    } catch (error) {
      this.close();
      throw error;
    }
    this.table = table;
  }

  private attach(entry: SegmentEntry, table: SegmentTable): void {
    this.table.append(table);
    this.vectors.push(new SegmentVectors(this.folder, entry, this.current.dim, this.current.dtype));
  }

  /** Runs a change under the lock: files first, then the header, then what is in memory. */
  private async change(
    work: (header: IndexHeader, name: string) => Promise<[IndexHeader, () => void | Promise<void>]>,
  ): Promise<void> {
    await mkdir(dirname(this.folder), { recursive: true });
    const lock = await takeLock(`${this.folder}.lock`);
    try {
      await this.refuseStale();
      if (!this.prepared) await prepareFolder(this.folder, this.current);
      this.prepared = true;
      const revision = this.current.revision + 1;
      const [header, after] = await work(this.current, String(revision));
      const next = { ...header, revision };
      await commitHeader(this.folder, next);
      this.current = next;
      await after();
    } finally {
      await lock.release();
    }
  }

  private async coded(
    entry: SegmentEntry,
    name: string,
    documents: readonly StoredDocument[],
    code: CodeTokens | undefined,
  ): Promise<SegmentEntry> {
    if (!code) return entry;
    const codes = await code(this.decoded(documents));
    return { ...entry, codes: await writeNew(this.folder, `segment-${name}.codes`, [bytesOf(codes)]) };
  }

  /** What stands on disk, not what was given: the same codes whenever they are made. */
  private decoded(documents: readonly StoredDocument[]): TokenVectors {
    const { dim, dtype } = this.current;
    const chunks = documents.flatMap((document) => document.chunks);
    const lengths = Int32Array.from(chunks, ({ length }) => length);
    const vectors = new Float32Array(lengths.reduce((n, length) => n + length, 0) * dim);
    let at = 0;
    for (const chunk of chunks) {
      fromStored(chunk, dim, dtype, vectors.subarray(at, at + chunk.length * dim));
      at += chunk.length * dim;
    }
    return { dim, lengths, vectors };
  }

  private bytesOf(chunk: number): Uint8Array {
    const { dim, dtype } = this.current;
    const bytes = new Uint8Array((this.table.lengthOf[chunk] as number) * dim * BYTES_OF[dtype]);
    this.readBytes(chunk, bytes);
    return bytes;
  }

  private stored(place: number): StoredDocument {
    const chunks = this.table.chunksOf(place).map((chunk) => ({
      length: this.table.lengthOf[chunk] as number,
      scale: this.table.scaleOf[chunk] as number,
      bytes: this.bytesOf(chunk),
    }));
    return { id: this.table.ids[place] as string, fields: this.table.fields[place] ?? null, chunks };
  }

  private *liveGroups(): Generator<number[]> {
    let group: number[] = [];
    let tokens = 0;
    for (const [place, live] of this.table.live.entries()) {
      if (live === 0) continue;
      group.push(place);
      tokens += this.table.chunksOf(place).reduce((n, chunk) => n + (this.table.lengthOf[chunk] as number), 0);
      if (tokens < COMPACT_TOKENS) continue;
      yield group;
      [group, tokens] = [[], 0];
    }
    if (group.length > 0) yield group;
  }
}

/** Throws where the vectors of a document are not of an index's size, or are not as many as their lengths say. */
export function refuseSize(id: string, chunks: TokenVectors, dim: number): void {
  checkTokenVectors(chunks, `document ${id}`);
  if (chunks.dim === dim) return;
  throw new RaRftError({
    code: 'data',
    message: `vectors of ${chunks.dim} numbers`,
    where: `document ${id}`,
    expected: `${dim} numbers, as the index has`,
  });
}

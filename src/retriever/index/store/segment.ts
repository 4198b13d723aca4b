/** A segment: documents that were added together, in one file of vectors and one table. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { assertFinite } from '../../../core/finite.js';
import { rowOffsets } from '../../encode/token-vectors.js';
import type { IndexDocument } from '../types.js';
import type { SegmentTable } from './documents.js';
import { readWhole, writeNew } from './files.js';
import { damaged, type SegmentEntry } from './header.js';
import { BYTES_OF, toStored, type IndexDtype } from './quantise.js';

/** A chunk as it is stored. */
export interface StoredChunk {
  length: number;
  scale: number;
  bytes: Uint8Array;
}

/** A document as it is stored; copied as it is where an index is compacted. */
export interface StoredDocument {
  id: string;
  fields: SegmentTable['fields'][number];
  chunks: StoredChunk[];
}

/** A document in stored form. Throws `not-finite` where a vector is not a number. */
export function storeDocument({ id, fields, chunks }: IndexDocument, dtype: IndexDtype): StoredDocument {
  assertFinite(chunks.vectors, {
    what: 'tensor vectors',
    where: `document ${id}`,
    hint: 'The encoder has diverged: train the retriever again.',
  });
  const offsets = rowOffsets(chunks.lengths);
  const stored = Array.from(chunks.lengths, (length, i) => {
    const from = (offsets[i] as number) * chunks.dim;
    return { length, ...toStored(chunks.vectors.subarray(from, from + length * chunks.dim), chunks.dim, dtype) };
  });
  return { id, fields: fields ?? null, chunks: stored };
}

/** Writes a segment under the names of `revision`; no header names it yet. */
export async function writeSegment(
  folder: string,
  name: string,
  documents: readonly StoredDocument[],
): Promise<{ entry: SegmentEntry; table: SegmentTable }> {
  const chunks = documents.flatMap((document) => document.chunks);
  const table: SegmentTable = {
    ids: documents.map(({ id }) => id),
    fields: documents.map(({ fields }) => fields),
    chunks: documents.map((document) => document.chunks.length),
    lengths: chunks.map(({ length }) => length),
    scales: chunks.map(({ scale }) => scale),
  };
  const vectors = await writeNew(folder, `segment-${name}.vectors`, joined(chunks));
  const text = new TextEncoder().encode(JSON.stringify(table));
  const entry: SegmentEntry = {
    documents: documents.length,
    tokens: table.lengths.reduce((n, length) => n + length, 0),
    table: await writeNew(folder, `segment-${name}.json`, [text]),
    vectors,
  };
  return { entry, table };
}

/** Few large writes instead of one a chunk. */
function* joined(chunks: readonly StoredChunk[]): Generator<Uint8Array> {
  const LARGEST = 1 << 22;
  let group: Uint8Array[] = [];
  let size = 0;
  for (const { bytes } of chunks) {
    group.push(bytes);
    size += bytes.length;
    if (size < LARGEST) continue;
    yield Buffer.concat(group);
    [group, size] = [[], 0];
  }
  yield Buffer.concat(group);
}

export async function readTable(folder: string, { table, documents, tokens }: SegmentEntry): Promise<SegmentTable> {
  const read = JSON.parse((await readWhole(folder, table)).toString('utf8')) as SegmentTable;
  if (read.ids.length !== documents || read.lengths.reduce((n, length) => n + length, 0) !== tokens)
    throw damaged(join(folder, table.file));
  return read;
}

/** The open file of a segment's vectors, from which rows are read. Its length is checked; its content is by {@link readWhole}. */
export class SegmentVectors {
  private readonly descriptor: number;
  private readonly path: string;
  private readonly rowBytes: number;

  constructor(folder: string, { vectors, tokens }: SegmentEntry, dim: number, dtype: IndexDtype) {
    this.path = join(folder, vectors.file);
    this.rowBytes = dim * BYTES_OF[dtype];
    try {
      this.descriptor = openSync(this.path, 'r');
    } catch (cause) {
      throw damaged(this.path, 'the file cannot be read', cause);
    }
    try {
      const { size } = fstatSync(this.descriptor);
      if (size !== tokens * this.rowBytes)
        throw damaged(this.path, `the file has ${size} bytes and not ${tokens * this.rowBytes}`);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Fills `out` with the stored rows from `row` on. */
  read(row: number, out: Uint8Array): void {
    let done = 0;
    while (done < out.length) {
      const got = readSync(this.descriptor, out, done, out.length - done, row * this.rowBytes + done);
      if (got === 0) throw damaged(this.path, 'the file has become shorter');
      done += got;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

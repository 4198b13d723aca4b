/** Inverted lists of an index on disk: as a file of it, or made anew from codes where that is missing or not what it was. */
import { alignedBuffer, bytesOf, readWhole, writeNew } from '../store/files.js';
import type { IndexStore } from '../store/store.js';
import { makePostings, type Postings, type SegmentCodes } from './postings.js';

/** Lists of the chunks of the first segments of an index. */
export interface SegmentLists {
  /** Segments that are in them, and their chunks. */
  segments: number;
  chunks: number;
  lists: Postings;
}

/** Lists of the segments that there are; `segments` are the codes of all of them. */
export function makeLists(store: IndexStore, segments: readonly SegmentCodes[], centroids: number): SegmentLists {
  return {
    segments: segments.length,
    chunks: store.documents.documentOf.length,
    lists: makePostings(segments, 0, centroids),
  };
}

/** Lists as they stand on disk; undefined where there are none or the file is damaged, for they can be made from codes. */
export async function readLists(store: IndexStore, centroids: number): Promise<SegmentLists | undefined> {
  const { folder, documents } = store;
  const { lists, segments } = store.header;
  if (!lists || lists.segments > segments.length) return undefined;
  const bytes = await readWhole(folder, lists).catch(() => undefined);
  if (!bytes || bytes.length % 4 !== 0 || bytes.length < 4 * (centroids + 1)) return undefined;
  const values = new Uint32Array(alignedBuffer(bytes));
  const [starts, chunks] = [values.subarray(0, centroids + 1), values.subarray(centroids + 1)];
  if (starts[centroids] !== chunks.length) return undefined;
  return { segments: lists.segments, chunks: documents.chunksOfSegment(lists.segments)[0], lists: { starts, chunks } };
}

/** Puts lists of the first segments beside them. */
export async function writeLists(
  store: IndexStore,
  { segments, lists: { starts, chunks } }: SegmentLists,
): Promise<void> {
  await store.amend(async (header, name) => {
    const file = await writeNew(store.folder, `lists-${name}.u32`, [bytesOf(starts), bytesOf(chunks)]);
    return { ...header, lists: { ...file, segments } };
  });
}

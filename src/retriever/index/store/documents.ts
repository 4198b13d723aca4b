/** What an index knows of its documents and their chunks, without the vectors: a place for each, in the order in which they were added. */
import { RaRftError } from '../../../core/errors.js';
import type { Fields } from '../filter.js';

/** The table of a segment, as it stands on disk: columns, documents and their chunks one after the other. */
export interface SegmentTable {
  ids: string[];
  fields: (Fields | null)[];
  /** Chunks of each document. */
  chunks: number[];
  /** Tokens of each chunk, and what its stored numbers are to be multiplied by. */
  lengths: number[];
  scales: number[];
}

/** Documents and chunks of all segments. A removed document keeps its place, so that places never move. */
export class Documents {
  readonly ids: string[] = [];
  readonly fields: (Fields | undefined)[] = [];
  /** 1 at a document that can be found. */
  readonly live: number[] = [];
  /** Columns of chunks: their document, their segment, the first row in it, tokens, scale. */
  readonly documentOf: number[] = [];
  readonly segmentOf: number[] = [];
  readonly rowOf: number[] = [];
  readonly lengthOf: number[] = [];
  readonly scaleOf: number[] = [];
  private readonly places = new Map<string, number>();
  /** First document of each segment, and first chunk of each document. */
  private readonly firstOf: number[] = [];
  private readonly firstChunkOf: number[] = [];

  /** Documents that can be found. */
  get size(): number {
    return this.places.size;
  }

  has(id: string): boolean {
    return this.places.has(id);
  }

  placeOf(id: string): number | undefined {
    return this.places.get(id);
  }

  /** Chunks of the document at a place. */
  chunksOf(place: number): number[] {
    const first = this.firstChunkOf[place] as number;
    const end = this.firstChunkOf[place + 1] ?? this.documentOf.length;
    return Array.from({ length: end - first }, (_, i) => first + i);
  }

  /** The chunks of a segment: the first, and the one after the last. */
  chunksOfSegment(segment: number): [from: number, to: number] {
    const first = (at: number | undefined) => (at === undefined ? undefined : this.firstChunkOf[at]);
    const end = this.documentOf.length;
    return [first(this.firstOf[segment]) ?? end, first(this.firstOf[segment + 1]) ?? end];
  }

  /** Appends a segment; `removed` are the documents in it that cannot be found. */
  append(table: SegmentTable, removed: readonly number[] = []): void {
    const segment = this.firstOf.length;
    const first = this.ids.length;
    this.firstOf.push(first);
    const gone = new Set(removed);
    let [chunk, row] = [0, 0];
    for (const [at, id] of table.ids.entries()) {
      this.ids.push(id);
      this.firstChunkOf.push(this.documentOf.length);
      this.fields.push(table.fields[at] ?? undefined);
      this.live.push(gone.has(at) ? 0 : 1);
      if (!gone.has(at)) this.places.set(id, first + at);
      for (let i = 0; i < (table.chunks[at] as number); i++, chunk++) {
        const length = table.lengths[chunk] as number;
        this.documentOf.push(first + at);
        this.segmentOf.push(segment);
        this.rowOf.push(row);
        this.lengthOf.push(length);
        this.scaleOf.push(table.scales[chunk] as number);
        row += length;
      }
    }
  }

  /** Takes documents out of what can be found. */
  remove(ids: readonly string[]): void {
    for (const id of ids) {
      const place = this.places.get(id);
      if (place === undefined) continue;
      this.places.delete(id);
      this.live[place] = 0;
    }
  }

  /** Places in their segments of the documents that cannot be found, by segment. */
  removedBySegment(alsoIds: readonly string[] = []): number[][] {
    const also = new Set(alsoIds.map((id) => this.places.get(id)));
    return this.firstOf.map((first, segment) => {
      const end = this.firstOf[segment + 1] ?? this.ids.length;
      const removed: number[] = [];
      for (let i = first; i < end; i++) if (this.live[i] === 0 || also.has(i)) removed.push(i - first);
      return removed;
    });
  }

  /** Throws `data` at an id that is there or comes twice. */
  refuseKnown(ids: readonly string[]): void {
    refuseTwice(ids, this);
  }
}

/** Throws `data` at an id that an index has already, or that comes twice. */
export function refuseTwice(ids: readonly string[], index: { has(id: string): boolean }): void {
  const seen = new Set<string>();
  for (const id of ids) {
    if (!seen.has(id) && !index.has(id)) {
      seen.add(id);
      continue;
    }
    throw new RaRftError({
      code: 'data',
      message: `the document ${JSON.stringify(id)} ${seen.has(id) ? 'comes twice' : 'is in the index already'}`,
      where: `document ${id}`,
      expected: 'an id of its own for each document',
      hint: 'Remove a document before it is added anew.',
    });
  }
}

/** Rows of a Parquet file in bounded memory: a few thousand rows of the wanted columns at a time. */
import { open, type FileHandle } from 'node:fs/promises';
import {
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type AsyncBuffer,
  type FileMetaData,
  type RowGroup,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { errorFacts, RaRftError } from '../core/errors.js';
import { unreadable } from './byte-stream.js';
import { parseExactJson } from './exact-json.js';
import { alternativesOf, INVALID_TEXT } from './fields.js';
import { exactReading } from './parquet-exact.js';
import { pageLocations, type PageLocation } from './parquet-pages.js';
import type { ReadOptions, RecordLine } from './record-line.js';

const DEFAULT_WINDOW_BYTES = 16 * 2 ** 20;
const LEAST_WINDOW_ROWS = 64;

/**
 * Streams the rows in order; `line` counts them from 1. Only the wanted columns are read (all of them where none of the
 * wanted exists, so that a message can name what is there). Throws `io` where the file cannot be read, `data` where it is no
 * Parquet file or damaged.
 */
export async function* readParquetRecords(path: string, options: ReadOptions = {}): AsyncGenerator<RecordLine> {
  const handle = await openFile(path);
  try {
    const file = await bufferOf(handle);
    const { metadata, mend } = exactReading(await whole(path, parquetMetadataAsync(file)));
    const columns = wantedColumns(metadata, options.fields);
    const source = { file, metadata, columns, windowBytes: options.windowBytes ?? DEFAULT_WINDOW_BYTES };
    let line = 0;
    for (const groups = groupsOf(source); ;) {
      const { value: group, done } = await whole(path, groups.next());
      if (done) break;
      for (let from = 0; from < group.rows; from += group.step) {
        for (const record of await whole(path, readWindow(source, group, from))) {
          line++;
          mend(record);
          yield { where: `${path}:${line}`, line, record };
        }
      }
    }
  } finally {
    await handle.close();
  }
}

/** Number of rows, from the file's own account. */
export async function countParquetRows(path: string): Promise<number> {
  const handle = await openFile(path);
  try {
    return Number((await whole(path, parquetMetadataAsync(await bufferOf(handle)))).num_rows);
  } finally {
    await handle.close();
  }
}

interface Source {
  file: AsyncBuffer;
  metadata: FileMetaData;
  columns: string[];
  windowBytes: number;
}

/** A row group and the pages of its wanted columns, where it is read in parts. */
interface Group {
  index: number;
  /** Number of its first row in the file. */
  start: number;
  rows: number;
  /** Rows read at a time. */
  step: number;
  pages: Record<string, PageLocation[]> | undefined;
}

async function* groupsOf({ file, metadata, columns, windowBytes }: Source): AsyncGenerator<Group> {
  let start = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rows = Number(group.num_rows);
    const step = rowsOfWindow(group, columns, windowBytes);
    const pages = step < rows ? await pageLocations(file, group, columns) : undefined;
    yield { index, start, rows, step: pages ? step : rows, pages };
    start += rows;
  }
}

/** How many rows of a group make up a window. */
function rowsOfWindow(group: RowGroup, columns: readonly string[], windowBytes: number): number {
  const bytes = group.columns.reduce((sum, { meta_data: meta }) => {
    return sum + (meta && columns.includes(meta.path_in_schema[0] ?? '') ? Number(meta.total_uncompressed_size) : 0);
  }, 0);
  return Math.max(LEAST_WINDOW_ROWS, Math.floor((Number(group.num_rows) * windowBytes) / Math.max(1, bytes)));
}

function readWindow(source: Source, group: Group, from: number): Promise<Record<string, unknown>[]> {
  const { file, metadata, columns } = source;
  const rowStart = group.start + from;
  const rowEnd = group.start + Math.min(group.rows, from + group.step);
  const pageLocationsByGroup = metadata.row_groups.map((_, i) => (i === group.index ? group.pages : undefined));
  const options = { file, metadata, columns, rowStart, rowEnd, compressors, parsers, pageLocationsByGroup };
  return parquetReadObjects(options);
}

/** Texts that are not UTF-8 become a value that no field accepts, instead of one with replacement signs. */
const decoder = new TextDecoder('utf-8', { fatal: true });
const parsers = {
  stringFromBytes: (bytes: Uint8Array | undefined): unknown => {
    try {
      return bytes && decoder.decode(bytes);
    } catch {
      return INVALID_TEXT;
    }
  },
  jsonFromBytes: (bytes: Uint8Array | undefined): unknown => {
    try {
      return bytes && parseExactJson(decoder.decode(bytes));
    } catch {
      return INVALID_TEXT;
    }
  },
  geometryFromBytes: (bytes: Uint8Array | undefined): unknown => bytes,
};

/** Columns that hold the fields; the path `meta.answer` stands in the column `meta`. */
function wantedColumns(metadata: FileMetaData, fields: readonly string[] | undefined): string[] {
  const all = parquetSchema(metadata).children.map(({ element }) => element.name);
  if (!fields) return all;
  const heads = new Set(
    fields.flatMap((name) => [name, ...alternativesOf(name).flatMap((one) => [one, one.split('.')[0] ?? one])]),
  );
  const wanted = all.filter((name) => heads.has(name));
  return wanted.length > 0 ? wanted : all;
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (cause) {
    throw await unreadable(path, cause);
  }
}

async function bufferOf(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    slice: async (start, end = size) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      let done = 0;
      while (done < bytes.length) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.buffer;
    },
  };
}

/** A failure of the decoder is a fault of the file as a whole: rows after it cannot be found. */
async function whole<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { code, message } = errorFacts(cause);
    throw new RaRftError({
      code: code === 'io' ? 'io' : 'data',
      message: `cannot be read as Parquet: ${message}`,
      where: path,
      expected: 'a whole Parquet file',
      hint: 'Fetch or write the file again.',
      cause,
    });
  }
}

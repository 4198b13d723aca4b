/**
 * Where the pages of a Parquet row group lie. Files with one huge row group and no page index (pyarrow's default) could
 * otherwise only be read whole: walking the page headers gives the same index for a few bytes a page.
 */
import type { AsyncBuffer, ColumnMetaData, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

type PageHeader = ReturnType<typeof parquetHeader>;

/** A data page as in Parquet's own offset index: where it begins, its size with its header, its first row in the group. */
export interface PageLocation {
  offset: bigint;
  compressed_page_size: number;
  first_row_index: bigint;
}

/** Bytes read to parse one page header; with long statistics it is read again with more. */
const HEADER_BYTES = 4096;
const MAX_HEADER_BYTES = 2 ** 22;

/**
 * Locations of the data pages of the named columns, by dotted path. Undefined where a column's pages do not tell their
 * rows (lists in pages of version 1): such a group is read whole.
 */
export async function pageLocations(
  file: AsyncBuffer,
  group: RowGroup,
  columns: readonly string[],
): Promise<Record<string, PageLocation[]> | undefined> {
  const found: Record<string, PageLocation[]> = {};
  for (const { meta_data: meta } of group.columns) {
    if (!meta || !columns.includes(meta.path_in_schema[0] ?? '')) continue;
    const pages = await pagesOf(file, meta, Number(group.num_rows));
    if (!pages) return undefined;
    found[meta.path_in_schema.join('.')] = pages;
  }
  return found;
}

async function pagesOf(file: AsyncBuffer, meta: ColumnMetaData, rows: number): Promise<PageLocation[] | undefined> {
  const pages: PageLocation[] = [];
  const start = Number(meta.dictionary_page_offset ?? meta.data_page_offset);
  const end = start + Number(meta.total_compressed_size);
  let row = 0;
  for (let at = start; at < end && row < rows;) {
    const { header, length } = await headerAt(file, at, end);
    const size = length + header.compressed_page_size;
    const inPage = header.data_page_header_v2?.num_rows ?? header.data_page_header?.num_values;
    if (inPage !== undefined) {
      pages.push({ offset: BigInt(at), compressed_page_size: size, first_row_index: BigInt(row) });
      row += inPage;
    }
    at += size;
  }
  // A list has more values than rows, and its pages of version 1 count values.
  return row === rows ? pages : undefined;
}

async function headerAt(file: AsyncBuffer, at: number, end: number): Promise<{ header: PageHeader; length: number }> {
  for (let bytes = HEADER_BYTES; ; bytes *= 8) {
    const view = new DataView(await file.slice(at, Math.min(end, at + bytes)));
    const reader = { view, offset: 0 };
    try {
      const header = parquetHeader(reader);
      return { header, length: reader.offset };
    } catch (error) {
      if (bytes >= MAX_HEADER_BYTES || at + bytes >= end) throw error;
    }
  }
}

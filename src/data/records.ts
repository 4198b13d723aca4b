/** Records of a data file one by one, whatever its format: each with its place, or with what is wrong there. */
import { countJsonlRecords, readJsonlRecords } from './jsonl-records.js';
import { countParquetRows, readParquetRecords } from './parquet-records.js';
import type { ReadOptions, RecordLine } from './record-line.js';

/** Reads a Parquet file (by its ending), or JSONL. Bounded memory. Throws `io` or `data` where the file as a whole cannot be read. */
export function readRecords(path: string, options: ReadOptions = {}): AsyncGenerator<RecordLine> {
  return isParquet(path) ? readParquetRecords(path, options) : readJsonlRecords(path, options);
}

/** How many records a file has: rows, or lines that are not empty text. Needs no parsing. */
export function countRecords(path: string): Promise<number> {
  return isParquet(path) ? countParquetRows(path) : countJsonlRecords(path);
}

function isParquet(path: string): boolean {
  return path.toLowerCase().endsWith('.parquet');
}

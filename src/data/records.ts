/**
 * Records of a data file one by one, whatever its format: each with its place, or with what is wrong there. The libraries of
 * a format are loaded with its first file.
 */
import { fileForm } from './file-form.js';
import { countJsonRecords, readJsonRecords } from './json-records.js';
import type { ReadOptions, RecordLine } from './record-line.js';

/**
 * Reads Parquet, JSONL, JSON, CSV or TSV, told by the content; the text formats also with gzip and in UTF-16. Bounded memory.
 * Throws `io` or `data` where the file as a whole cannot be read.
 */
export async function* readRecords(path: string, options: ReadOptions = {}): AsyncGenerator<RecordLine> {
  const form = await fileForm(path);
  if (form.format === 'parquet') yield* (await parquet()).readParquetRecords(path, options);
  else if (form.format === 'csv') yield* (await csv()).readCsvRecords(path, form, options);
  else yield* readJsonRecords(path, form, options);
}

/** How many records a file has: rows, list items, or lines that are not empty text. */
export async function countRecords(path: string): Promise<number> {
  const form = await fileForm(path);
  if (form.format === 'parquet') return (await parquet()).countParquetRows(path);
  return form.format === 'csv' ? (await csv()).countCsvRecords(path, form) : countJsonRecords(path, form);
}

const parquet = () => import('./parquet-records.js');
const csv = () => import('./csv-records.js');

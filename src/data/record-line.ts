/** What reading a data file gives: one record a line or row, or what is wrong with it. */

/** A line or row with its place: its record, or why there is none. Reading goes on after a bad one. */
export type RecordLine =
  | { where: string; line: number; record: Record<string, unknown> }
  | { where: string; line: number; problem: string; expected: string };

export interface ReadOptions {
  /** A longer line, record or row of a text file is told and passed over, and never held in memory. Default 8 MiB. */
  maxLineBytes?: number;
  /** Decoded bytes of a Parquet file that are held at a time, about. Default 16 MiB. */
  windowBytes?: number;
  /** Fields that will be read: other columns of a Parquet file are left where they are. All of them where it is missing. */
  fields?: readonly string[];
}

export const DEFAULT_MAX_LINE_BYTES = 8 * 2 ** 20;

/** A size for people. */
export function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1).replace(/\.0$/, '');
}

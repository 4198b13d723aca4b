/** Rows of a table in text (RFC 4180: CSV, TSV, other delimiters), named by its first row. */
import { Readable, pipeline } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import { RaRftError } from '../core/errors.js';
import { textBytes } from './byte-stream.js';
import type { FileForm } from './file-form.js';
import { DEFAULT_MAX_LINE_BYTES, megabytes, type ReadOptions, type RecordLine } from './record-line.js';

type CsvForm = Extract<FileForm, { format: 'csv' }>;

/** A row as the parser gives it: its cells, and the line on which it ends. */
interface Row {
  record: string[];
  info: Info;
}

/**
 * Streams the rows below the names; each has the line on which it begins. A row of another length is told and passed over.
 * Throws `io` where the file cannot be read, `data` where quotes are not closed or the names are no names.
 */
export async function* readCsvRecords(
  path: string,
  form: CsvForm,
  options: ReadOptions = {},
): AsyncGenerator<RecordLine> {
  const { maxLineBytes = DEFAULT_MAX_LINE_BYTES } = options;
  let names: string[] | undefined;
  for await (const { cells, line } of rowsOf(path, form, maxLineBytes)) {
    const at = { where: `${path}:${line}`, line };
    if (names === undefined) {
      names = namesOf(cells, at.where);
    } else if (cells.length !== names.length) {
      const problem = `a row of ${cells.length} cells under ${names.length} names`;
      yield {
        ...at,
        problem,
        expected: 'as many cells as the first row; a cell with a delimiter in it stands in quotes',
      };
    } else if (cells.some((cell) => cell.includes('\uFFFD'))) {
      yield { ...at, problem: 'not valid UTF-8', expected: 'text in UTF-8' };
    } else {
      yield { ...at, record: Object.fromEntries(names.map((name, i) => [name, cells[i]!])) };
    }
  }
}

/** How many rows stand below the names. */
export async function countCsvRecords(path: string, form: CsvForm): Promise<number> {
  let count = -1;
  for await (const _ of rowsOf(path, form, DEFAULT_MAX_LINE_BYTES)) count++;
  return Math.max(0, count);
}

async function* rowsOf(
  path: string,
  form: CsvForm,
  maxLineBytes: number,
): AsyncGenerator<{ cells: string[]; line: number }> {
  /** Line on which the last whole row ended. */
  let ended = 0;
  const parser = parse({
    on_record: (row, { lines }) => {
      ended = lines;
      return row;
    },
    delimiter: form.delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxLineBytes,
    relax_quotes: form.delimiter === '\t', // what is separated by tabs is often written without any quoting
  });

  pipeline(Readable.from(textBytes(path, form)), parser, () => {}); // its error reaches the loop below
  try {
    for await (const row of parser) {
      const { record, info } = row as Row;
      const breaks = record.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
      yield { cells: record, line: info.lines - breaks };
    }
  } catch (cause) {
    throw cause instanceof CsvError ? broken(path, cause, ended + 1, maxLineBytes) : cause;
  }
}

/** `began`: line on which the broken row begins. */
function broken(path: string, error: CsvError, began: number, maxLineBytes: number): RaRftError {
  const messages: Partial<Record<CsvError['code'], string>> = {
    CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
    CSV_MAX_RECORD_SIZE: `a row of more than ${megabytes(maxLineBytes)} MB: a quote may be open`,
  };
  return new RaRftError({
    code: 'data',
    message: messages[error.code] ?? error.message,
    where: `${path}:${began}`,
    expected:
      'a table as of RFC 4180: a cell with quotes, delimiters or line breaks stands in quotes, its quotes doubled',
    hint: 'Mend the table, or write it as JSONL.',
    cause: error,
  });
}

function namesOf(cells: readonly string[], where: string): string[] {
  const names = cells.map((cell) => cell.trim());
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
  if (twice === undefined) return names;
  const message = `two columns are named ${twice}`;
  throw new RaRftError({ code: 'data', message, where, expected: 'a first row of names, each once' });
}

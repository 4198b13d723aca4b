/** What a data file is, told by its content and not by its name. */
import { RaRftError } from '../core/errors.js';
import { firstBytes, type Packing, type TextEncoding } from './byte-stream.js';

/**
 * `jsonl`: a JSON object a line. `json`: one document, a list of objects, an object that holds one (`wrapper` is its key), or
 * objects one after the other over many lines. `csv`: cells between `delimiter`s, named by the first row.
 */
export type FileForm = { format: 'parquet' } | (Packing & TextForm);

type TextForm =
  | { format: 'jsonl' }
  | ({ format: 'json'; oneLine: boolean } & Placing)
  | { format: 'csv'; delimiter: string };

/** Where a document has its records: in the list that it is, in the list under a key, or one after the other. */
export type Placing = { shape: 'list' | 'sequence' } | { shape: 'wrapped'; wrapper: string };

/** As much of a file as is looked at. */
const HEAD_BYTES = 64 * 1024;

/** Keys under which an object may hold all records of a file. */
export const WRAPPERS = 'data|rows|records|examples|instances|items|problems|questions|samples|train|test|validation';

/** Looks at the beginning of a file. Throws `io` where it cannot be read, `data` where it is none of the forms, naming what it is. */
export async function fileForm(path: string): Promise<FileForm> {
  const raw = await firstBytes(path, HEAD_BYTES);
  if (raw.length === 0 && path.toLowerCase().endsWith('.parquet')) throw foreign(path, 'empty');
  if (startsWith(raw, 'PAR1')) return { format: 'parquet' };
  refuseForeign(path, raw);
  const gzip = raw[0] === 0x1f && raw[1] === 0x8b;
  const head = gzip ? await firstBytes(path, HEAD_BYTES, true) : raw;
  if (gzip) {
    if (startsWith(head, 'PAR1')) throw foreign(path, 'Parquet within gzip', 'Unpack it: gunzip FILE.');
    refuseForeign(path, head);
  }
  const encoding = encodingOf(head);
  const packing = { gzip, encoding };
  const text = new TextDecoder(encoding).decode(head.subarray(0, head.length - (head.length % 2)));
  return { ...packing, ...textForm(path, text, head.length < HEAD_BYTES) };
}

/** `whole`: the text is all there is of the file. */
function textForm(path: string, text: string, whole: boolean): TextForm {
  const start = text.trimStart();
  const oneLine = !start.trimEnd().includes('\n');
  // A list in the first line of JSONL is a fault of that line; a list of objects is the file.
  if (/^\[\s*(?:\{|\]\s*$)/.test(start)) return { format: 'json', shape: 'list', oneLine };
  if (start.startsWith('{')) {
    const wrapper = new RegExp(`^\\{(?:\\s*${SIMPLE_MEMBER}\\s*,)*\\s*"(${WRAPPERS})"\\s*:\\s*\\[\\s*[{\\]]`).exec(
      start,
    )?.[1];
    if (wrapper !== undefined && !hasMoreLines(start, whole))
      return { format: 'json', shape: 'wrapped', wrapper, oneLine };
    // JSON laid out over lines: the first ends in the middle of its object, and the second begins no other.
    const spread = /^[^\n]*(?:[{,]\s*\n\s*[^\s{]|\[\s*\n)/.test(start);
    return spread ? { format: 'json', shape: 'sequence', oneLine } : { format: 'jsonl' };
  }
  const delimiter = delimiterOf(path, start);
  return delimiter === undefined ? { format: 'jsonl' } : { format: 'csv', delimiter };
}

/** A member whose value is plain, or an object of such. */
const SIMPLE_MEMBER = '"[^"]*"\\s*:\\s*(?:"(?:[^"\\\\]|\\\\.)*"|[-+.\\w]+|\\{[^{}]*\\})';

/** Whether the first line is an object by itself with more lines after it: JSONL whose lines happen to hold such a key. */
function hasMoreLines(start: string, whole: boolean): boolean {
  const [first = '', ...rest] = start.split('\n');
  if (rest.every((line) => line.trim() === '')) return !whole && rest.length > 0;
  try {
    JSON.parse(first);
    return true;
  } catch {
    return false;
  }
}

/** The delimiter of a table; undefined where the text is none. A name says so, or a first row of names. */
function delimiterOf(path: string, start: string): string | undefined {
  const firstLine = start.split('\n', 1)[0]!.trimEnd();
  const name = path.toLowerCase().replace(/\.gz$/, '');
  const outside = firstLine.replace(/"[^"]*"/g, 'x');
  const counted = ['\t', ',', ';', '|'].map((sign) => ({ sign, count: outside.split(sign).length - 1 }));
  const best = counted.toSorted((a, b) => b.count - a.count)[0]!;
  if (name.endsWith('.tsv')) return '\t';
  if (name.endsWith('.csv')) return best.count > 0 ? best.sign : ',';
  const cells = outside.split(best.sign);
  const names = cells.every((cell) => /^\s*"?[\p{L}_][\p{L}\p{N}_ .-]{0,40}"?\s*$/u.test(cell));
  return best.count > 0 && names && start.includes('\n') ? best.sign : undefined;
}

function encodingOf(head: Buffer): TextEncoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  // Without a mark: JSON and tables begin with ASCII signs, of which UTF-16 has every other byte zero.
  if (head.length >= 4 && head[0] !== 0 && head[1] === 0 && head[2] !== 0 && head[3] === 0) return 'utf-16le';
  if (head.length >= 4 && head[0] === 0 && head[1] !== 0 && head[2] === 0 && head[3] !== 0) return 'utf-16be';
  return 'utf-8';
}

const UNPACK = 'Unpack it, or write it as JSONL or Parquet.';

/** Beginnings of files that are often taken for data files. */
const FOREIGN: readonly [start: string, is: string, hint: string][] = [
  ['PK\u0003\u0004', 'a zip archive or an Excel workbook', 'Unpack it; save a workbook as CSV.'],
  ['\u0028\u00b5\u002f\u00fd', 'compressed with zstd', UNPACK],
  ['BZh', 'compressed with bzip2', UNPACK],
  ['\u00fd7zXZ', 'compressed with xz', UNPACK],
  ['7z\u00bc\u00af', 'a 7z archive', UNPACK],
  ['ARROW1', 'an Arrow file', 'Write it as Parquet: datasets.load_from_disk(FOLDER).to_parquet(FILE).'],
  ['PARE', 'an encrypted Parquet file', 'Write it without encryption.'],
  ['SQLite format 3', 'an SQLite database', 'Write its table as CSV or JSONL.'],
];

function refuseForeign(path: string, head: Buffer): void {
  if (startsWith(head, 'version https://git-lfs')) {
    const hint = 'Fetch the file itself: `git lfs pull` in its repository, or download it again.';
    throw foreign(path, 'a Git LFS pointer, which stands for the file and holds none of its data', hint);
  }
  for (const [start, is, hint] of FOREIGN) if (startsWith(head, start)) throw foreign(path, is, hint);
  if (/^\s*<(?:!doctype html|html|\?xml)/i.test(head.toString('latin1', 0, 200))) {
    throw foreign(
      path,
      'a web page or XML',
      'Download the data file itself; on the Hugging Face Hub its address holds /resolve/.',
    );
  }
}

function startsWith(bytes: Buffer, start: string): boolean {
  return bytes.toString('latin1', 0, start.length) === start;
}

function foreign(where: string, is: string, hint?: string): RaRftError {
  const expected = 'JSONL, JSON, CSV, TSV (each also with gzip) or Parquet';
  return new RaRftError({ code: 'data', message: `the file is ${is}`, where, expected, hint });
}

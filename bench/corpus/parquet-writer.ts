/**
 * Writes Parquet in the way that is hardest to read in parts: one row group, no page index, required text columns in plain
 * gzipped pages. As much of the format as that takes (https://parquet.apache.org/docs/file-format/).
 */
import { open } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const PAGE_BYTES = 2 ** 20;
const MAGIC = Buffer.from('PAR1');
/** Numbers of the format. */
const [BYTE_ARRAY, REQUIRED, UTF8, PLAIN, RLE, GZIP, DATA_PAGE] = [6, 0, 0, 0, 3, 2, 0] as const;

/** A column by its name; its values are generated one by one, once. */
export interface Column {
  name: string;
  values: () => Iterable<string>;
}

interface Chunk {
  name: string;
  offset: number;
  values: number;
  bytes: number;
  compressedBytes: number;
}

/** Writes the columns, which must be equally long; holds one page at a time. */
export async function writeParquet(path: string, columns: readonly Column[]): Promise<void> {
  const file = await open(path, 'w');
  let at = 0;
  const write = async (...parts: Buffer[]) => {
    for (const part of parts) {
      await file.writeFile(part);
      at += part.length;
    }
  };
  try {
    await write(MAGIC);
    const chunks: Chunk[] = [];
    for (const { name, values } of columns) {
      const chunk: Chunk = { name, offset: at, values: 0, bytes: 0, compressedBytes: 0 };
      for (const { count, plain } of pages(values())) {
        const data = gzipSync(plain, { level: 1 });
        const header = pageHeader(count, plain.length, data.length);
        await write(header, data);
        chunk.values += count;
        chunk.bytes += header.length + plain.length;
        chunk.compressedBytes += header.length + data.length;
      }
      chunks.push(chunk);
    }
    const footer = fileMetadata(chunks);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(footer.length);
    await write(footer, length, MAGIC);
  } finally {
    await file.close();
  }
}

function* pages(values: Iterable<string>): Generator<{ count: number; plain: Buffer }> {
  let parts: Buffer[] = [];
  let bytes = 0;
  const page = () => ({ count: parts.length / 2, plain: Buffer.concat(parts) });
  for (const value of values) {
    const text = Buffer.from(value);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    parts.push(length, text);
    bytes += 4 + text.length;
    if (bytes < PAGE_BYTES) continue;
    yield page();
    [parts, bytes] = [[], 0];
  }
  if (parts.length > 0) yield page();
}

function pageHeader(count: number, bytes: number, compressedBytes: number): Buffer {
  const dataPage = struct([1, int(count)], [2, int(PLAIN)], [3, int(RLE)], [4, int(RLE)]);
  return struct([1, int(DATA_PAGE)], [2, int(bytes)], [3, int(compressedBytes)], [5, dataPage]).bytes;
}

function fileMetadata(chunks: readonly Chunk[]): Buffer {
  const root = struct([4, text('schema')], [5, int(chunks.length)]);
  const fields = chunks.map(({ name }) =>
    struct([1, int(BYTE_ARRAY)], [3, int(REQUIRED)], [4, text(name)], [6, int(UTF8)]),
  );
  const rows = long(chunks[0]?.values ?? 0);
  const columns = chunks.map((chunk) => struct([2, long(chunk.offset)], [3, columnMetadata(chunk)]));
  const size = chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  const group = struct([1, list(columns)], [2, long(size)], [3, rows]);
  return struct([1, int(1)], [2, list([root, ...fields])], [3, rows], [4, list([group])]).bytes;
}

function columnMetadata({ name, offset, values, bytes, compressedBytes }: Chunk): Value {
  return struct(
    [1, int(BYTE_ARRAY)],
    [2, list([int(PLAIN)])],
    [3, list([text(name)])],
    [4, int(GZIP)],
    [5, long(values)],
    [6, long(bytes)],
    [7, long(compressedBytes)],
    [9, long(offset)],
  );
}

/** A value in Thrift's compact protocol: the number of its type, and its bytes. */
interface Value {
  type: number;
  bytes: Buffer;
}

const int = (value: number): Value => ({ type: 5, bytes: varint(2 * value) });
const long = (value: number): Value => ({ type: 6, bytes: varint(2 * value) });

function text(value: string): Value {
  const bytes = Buffer.from(value);
  return { type: 8, bytes: Buffer.concat([varint(bytes.length), bytes]) };
}

function list(values: readonly Value[]): Value {
  const type = values[0]?.type ?? 0;
  const short = values.length < 15;
  const head = short
    ? Buffer.of((values.length << 4) | type)
    : Buffer.concat([Buffer.of(0xf0 | type), varint(values.length)]);
  return { type: 9, bytes: Buffer.concat([head, ...values.map(({ bytes }) => bytes)]) };
}

/** Fields by ascending id, at most fifteen apart. */
function struct(...fields: [id: number, value: Value][]): Value {
  let last = 0;
  const parts = fields.flatMap(([id, { type, bytes }]) => {
    const head = Buffer.of(((id - last) << 4) | type);
    last = id;
    return [head, bytes];
  });
  return { type: 12, bytes: Buffer.concat([...parts, Buffer.of(0)]) };
}

/** Seven bits a byte, lowest first. Numbers that are not negative, up to 2^52. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.of(...bytes, value);
}

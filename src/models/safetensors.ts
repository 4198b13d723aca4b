/**
 * Reading safetensors: an 8-byte header length, a JSON header, then the tensors' bytes. One file or sharded by
 * model.safetensors.index.json. Tensors are read one by one, straight into the caller's float32 buffer.
 */
import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { assertFinite, DAMAGED_HINT } from '../core/finite.js';
import { decodeBfloat16, decodeFloat16 } from './half.js';
import { checksum, checksumsOf } from './tensor-checksum.js';

/** Bytes per element of the formats that can be read; other formats may stand in a file but not be asked for. */
const FLOAT_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;
const ALL_BYTES: Record<string, number> = {
  ...FLOAT_BYTES,
  F64: 8,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
};
const MAX_HEADER_BYTES = 100_000_000;
/** 16-bit tensors are decoded in pieces of this many elements, so that the scratch buffer stays small. */
const CHUNK = 1 << 20;

/** Where a tensor stands in its file. */
export interface TensorInfo {
  name: string;
  dtype: string;
  shape: number[];
  file: string;
  /** First byte, from the start of the file. */
  start: number;
  end: number;
  /** CRC-32 of its bytes as they were written, where the file has it. */
  crc32?: number;
}

/** The tensors of one file or of a sharded model. Close it after use. */
export class SafetensorsReader {
  private readonly tensors: Map<string, TensorInfo>;
  private readonly handles = new Map<string, FileHandle>();
  /** The file or index that was opened, for errors. */
  readonly source: string;

  private constructor(source: string, tensors: Map<string, TensorInfo>) {
    this.source = source;
    this.tensors = tensors;
  }

  /**
   * Opens a .safetensors file, or a folder that holds model.safetensors or model.safetensors.index.json.
   * Headers are checked whole: throws `model` at a truncated file, a damaged header or a missing shard.
   */
  static async open(path: string): Promise<SafetensorsReader> {
    const { source, files } = await findFiles(path);
    const tensors = new Map<string, TensorInfo>();
    for (const [file, names] of files) {
      const found = await readHeader(file);
      for (const info of found) tensors.set(info.name, info);
      const here = new Set(found.map((info) => info.name));
      const missing = [...(names ?? [])].find((name) => !here.has(name));
      if (missing)
        throw problem(
          `${file}: ${missing}`,
          `the index puts ${missing} into ${basename(file)}, which lacks it`,
          'shards that belong to the index',
        );
      const stranger = names && found.find((info) => !names.has(info.name));
      if (stranger) throw notIndexed(stranger, files);
    }
    return new SafetensorsReader(source, tensors);
  }

  names(): string[] {
    return [...this.tensors.keys()];
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** Throws `model` where the file lacks the tensor. */
  info(name: string): TensorInfo {
    const info = this.tensors.get(name);
    if (info) return info;
    throw problem(
      `${this.source}: ${name}`,
      `tensor ${name} is missing`,
      `a file with this tensor; it has ${this.tensors.size} others`,
      'The file may be of another model than config.json.',
    );
  }

  /**
   * Reads a tensor into `out`, decoded to float32. Throws `model` where it is missing, its shape is not `shape` or its bytes are others than
   * were written under its name (where the file has checksums), `not-finite`
   * where a number of it is NaN or infinite.
   */
  async readInto(name: string, shape: readonly number[], out: Float32Array): Promise<void> {
    const sum = await this.decodeInto(name, shape, out);
    assertFinite(out, { what: `tensor ${name}`, where: `${this.info(name).file}: ${name}`, hint: DAMAGED_HINT });
    this.verify(this.info(name), sum);
  }

  /** Answers the checksum of the bytes read, where the file has one to compare it with. */
  private async decodeInto(name: string, shape: readonly number[], out: Float32Array): Promise<number | undefined> {
    const info = this.info(name);
    const where = `${info.file}: ${name}`;
    if (info.shape.join() !== shape.join())
      throw problem(
        where,
        `tensor ${name} has shape [${info.shape.join(', ')}]`,
        `[${shape.join(', ')}]`,
        'The file may be of another model than config.json.',
      );
    if (!(info.dtype in FLOAT_BYTES))
      throw problem(where, `tensor ${name} is of type ${info.dtype}`, Object.keys(FLOAT_BYTES).join(', '));
    const handle = await this.handle(info.file);
    if (info.dtype === 'F32') {
      const bytes = new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
      await readExactly(handle, bytes, info.start, where);
      return info.crc32 === undefined ? undefined : checksum(bytes);
    }
    const decode = info.dtype === 'F16' ? decodeFloat16 : decodeBfloat16;
    let sum = info.crc32 === undefined ? undefined : 0;
    const scratch = new Uint16Array(Math.min(CHUNK, out.length));
    for (let i = 0; i < out.length; i += CHUNK) {
      const piece = scratch.subarray(0, Math.min(CHUNK, out.length - i));
      const bytes = new Uint8Array(piece.buffer, 0, piece.byteLength);
      await readExactly(handle, bytes, info.start + 2 * i, where);
      if (sum !== undefined) sum = checksum(bytes, sum);
      decode(piece, out.subarray(i, i + piece.length));
    }
    return sum;
  }

  /** Throws `model` where a tensor's bytes are others than were written under its name. */
  private verify({ name, file, crc32 }: TensorInfo, found: number | undefined): void {
    if (crc32 === found) return;
    const owner = [...this.tensors.values()].find((other) => other.crc32 === found)?.name;
    throw problem(
      `${file}: ${name}`,
      owner === undefined
        ? `the bytes of tensor ${name} are not those that were written`
        : `tensor ${name} has the bytes of ${owner}`,
      "bytes with the checksum of this name in the file's header",
      'The file was damaged, or its tensors have changed places: make or copy it again.',
    );
  }

  /** A tensor in a buffer of its own. */
  async read(name: string): Promise<{ shape: number[]; data: Float32Array }> {
    const { shape } = this.info(name);
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    await this.readInto(name, shape, data);
    return { shape, data };
  }

  async close(): Promise<void> {
    await Promise.all([...this.handles.values()].map((handle) => handle.close()));
    this.handles.clear();
  }

  private async handle(file: string): Promise<FileHandle> {
    const handle = this.handles.get(file) ?? (await open(file, 'r'));
    this.handles.set(file, handle);
    return handle;
  }
}

/** Files of a model, each with the tensors wanted from it (undefined: all). */
async function findFiles(path: string): Promise<{ source: string; files: Map<string, Set<string> | undefined> }> {
  const isFolder = await stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );
  const single = isFolder ? join(path, 'model.safetensors') : path;
  const singleExists = await stat(single).then(
    (s) => s.isFile(),
    () => false,
  );
  if (singleExists && single.endsWith('.safetensors')) return { source: single, files: new Map([[single, undefined]]) };
  const index = isFolder ? join(path, 'model.safetensors.index.json') : path;
  const text = await readFile(index, 'utf8').catch((cause: unknown) => {
    throw problem(
      path,
      `no weights in ${path}`,
      'model.safetensors, or model.safetensors.index.json with its shards',
      'Check the path of the model; other formats (.bin, .pth) are not read.',
      cause,
    );
  });
  const files = new Map<string, Set<string>>();
  try {
    const { weight_map: map } = JSON.parse(text) as { weight_map: Record<string, string> };
    for (const [name, shard] of Object.entries(map)) {
      const file = join(dirname(index), shard);
      files.set(file, (files.get(file) ?? new Set()).add(name));
    }
  } catch (cause) {
    throw problem(index, `${index} is not a valid index`, '{"weight_map": {tensor: file}}', undefined, cause);
  }
  return { source: index, files };
}

type RawHeader = Record<string, { dtype: string; shape: number[]; data_offsets: [number, number] }>;

async function readHeader(file: string): Promise<TensorInfo[]> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw problem(file, `cannot open ${file}`, 'a readable safetensors file', 'Download the file again.', cause);
  });
  try {
    const { size } = await handle.stat();
    const lengthBytes = new Uint8Array(8);
    await readExactly(handle, lengthBytes, 0, file);
    const headerBytes = Number(new DataView(lengthBytes.buffer).getBigUint64(0, true));
    if (headerBytes > MAX_HEADER_BYTES || headerBytes < 2)
      throw problem(
        file,
        `header length ${headerBytes} makes no sense`,
        'a safetensors file',
        'The file is damaged or of another format.',
      );
    const text = new Uint8Array(headerBytes);
    await readExactly(handle, text, 8, file);
    return parseHeader(new TextDecoder().decode(text), file, 8 + headerBytes, size);
  } finally {
    await handle.close();
  }
}

function readChecksums(metadata: unknown, file: string): Map<string, number> {
  try {
    return checksumsOf(metadata as Record<string, string> | undefined);
  } catch (cause) {
    throw problem(file, "the header's checksums are damaged", 'JSON of digits by tensor name', undefined, cause);
  }
}

function parseHeader(text: string, file: string, dataStart: number, fileSize: number): TensorInfo[] {
  let header: RawHeader;
  try {
    header = JSON.parse(text) as RawHeader;
  } catch (cause) {
    throw problem(file, 'the header is not valid JSON', 'a safetensors file', 'The file is damaged.', cause);
  }
  const tensors: TensorInfo[] = [];
  const sums = readChecksums(header['__metadata__'], file);
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const bytes = ALL_BYTES[entry.dtype];
    const [from, to] = Array.isArray(entry.data_offsets) ? entry.data_offsets : [NaN, NaN];
    const size = Array.isArray(entry.shape) ? entry.shape.reduce((a, b) => a * b, 1) : NaN;
    if (bytes === undefined || !(from >= 0) || to - from !== size * bytes) {
      throw problem(
        `${file}: ${name}`,
        `the header's entry of ${name} is damaged: ${JSON.stringify(entry).slice(0, 120)}`,
        'dtype, shape and data_offsets that agree',
        'Download the file again.',
      );
    }
    const place = { file, start: dataStart + from, end: dataStart + to };
    const crc32 = sums.get(name);
    tensors.push({ name, dtype: entry.dtype, shape: entry.shape, ...place, ...(crc32 !== undefined && { crc32 }) });
  }
  tensors.sort((a, b) => a.start - b.start);
  let end = dataStart;
  for (const t of tensors) {
    if (t.start !== end)
      throw problem(
        `${file}: ${t.name}`,
        t.start < end
          ? `the bytes of ${t.name} overlap those of another tensor`
          : `${t.start - end} bytes before ${t.name} belong to no tensor`,
        'tensors that follow each other, each name once',
        'The file is damaged, or a name stands in its header twice.',
      );
    end = t.end;
  }
  if (end > fileSize) {
    const cut = tensors.find((t) => t.end > fileSize);
    throw problem(
      `${file}: ${cut?.name}`,
      `the file is truncated: ${fileSize} bytes`,
      `${end} bytes`,
      'Download or copy the file again.',
    );
  }
  if (end < fileSize) {
    throw problem(
      file,
      `${fileSize - end} bytes at the end belong to no tensor`,
      `${end} bytes`,
      'The file is damaged, or a name stands in its header twice.',
    );
  }
  return tensors;
}

/** A shard's tensor that the index does not expect there: which one counts, or whether it does, would be a guess. */
function notIndexed(
  { name, file }: TensorInfo,
  files: ReadonlyMap<string, ReadonlySet<string> | undefined>,
): RaRftError {
  const other = [...files].find(([, names]) => names?.has(name))?.[0];
  const place = other === undefined ? 'does not name it' : `puts it into ${basename(other)}`;
  return problem(
    `${file}: ${name}`,
    `${name} stands in this shard, and the index ${place}`,
    'shards that belong to the index',
  );
}

/** Fills `target` from `position`; a file that ends before is truncated. Reads at most 1 GiB a call (the system's limit is 2). */
async function readExactly(handle: FileHandle, target: Uint8Array, position: number, where: string): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await handle.read(target, done, Math.min(target.length - done, 1 << 30), position + done);
    if (bytesRead === 0)
      throw problem(
        where,
        'the file is truncated',
        `${position + target.length} bytes or more`,
        'Download or copy the file again.',
      );
    done += bytesRead;
  }
}

function problem(where: string, message: string, expected: string, hint?: string, cause?: unknown): RaRftError {
  return new RaRftError({ code: 'model', message, where, expected, hint, cause });
}

/** GGUF files: header through @huggingface/gguf, checked against the file's size, and tensors decoded one by one. */
import { open, stat, type FileHandle } from 'node:fs/promises';
import { gguf } from '@huggingface/gguf';
import { RaRftError } from '../core/errors.js';
import { assertFinite, DAMAGED_HINT } from '../core/finite.js';
import { dequantize, ggmlFormat, type GgmlFormat } from './gguf-dequantize.js';

/** A tensor of a GGUF file. */
export interface GgufTensor {
  name: string;
  /** In Hugging Face's order ([out, in]; GGUF itself writes the fastest dimension first). */
  shape: number[];
  format: GgmlFormat;
  /** First byte, from the start of the file. */
  start: number;
  bytes: number;
}

/** Bytes decoded at a time; a multiple of every format's block is taken below it. */
const CHUNK_BYTES = 8 << 20;

/** An open GGUF file. Close it after use. */
export class GgufFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
  private readonly metadata: Readonly<Record<string, unknown>>;
  private readonly handle: FileHandle;

  private constructor(
    path: string,
    metadata: Record<string, unknown>,
    tensors: Map<string, GgufTensor>,
    handle: FileHandle,
  ) {
    this.path = path;
    this.metadata = metadata;
    this.tensors = tensors;
    this.handle = handle;
  }

  /** Reads the header. Throws `model` where the file is missing, of another kind, truncated, or in a format that cannot be decoded. */
  static async open(path: string): Promise<GgufFile> {
    const size = await stat(path).then(
      (s) => s.size,
      (cause: unknown) => {
        throw new RaRftError({
          code: 'model',
          message: `cannot read ${path}`,
          where: path,
          expected: 'a GGUF file',
          hint: 'Check the path.',
          cause,
        });
      },
    );
    const parsed = await gguf(path, { allowLocalFile: true }).catch((cause: unknown) => {
      throw new RaRftError({
        code: 'model',
        message: `${path} cannot be read as GGUF: ${String(cause).slice(0, 200)}`,
        where: path,
        expected: 'a GGUF file, version 2 or 3',
        hint: 'The file is damaged or of another format.',
        cause,
      });
    });
    const dataStart = Number(parsed.tensorDataOffset);
    // The parser takes what is beyond the end of the file as zeros, so its answer counts only within the file.
    if (dataStart > size) throw truncated(path, path, size, dataStart);
    const tensors = new Map<string, GgufTensor>();
    for (const info of parsed.tensorInfos) {
      const where = `${path}: ${info.name}`;
      const format = ggmlFormat(info.dtype, where);
      const shape = info.shape.map(Number).toReversed();
      const numbers = shape.reduce((a, b) => a * b, 1);
      const start = dataStart + Number(info.offset);
      const bytes = (numbers / format.blockSize) * format.blockBytes;
      if (start + bytes > size) throw truncated(path, where, size, start + bytes);
      if (tensors.has(info.name)) {
        throw new RaRftError({
          code: 'model',
          message: `tensor ${info.name} stands in the file twice`,
          where,
          expected: 'each tensor once',
          hint: 'The file is damaged or was put together wrongly.',
        });
      }
      tensors.set(info.name, { name: info.name, shape, format, start, bytes });
    }
    return new GgufFile(path, { ...parsed.metadata }, tensors, await open(path, 'r'));
  }

  /** Metadata as a string; undefined where it is absent or of another type. */
  text(key: string): string | undefined {
    const value = this.metadata[key];
    return typeof value === 'string' ? value : undefined;
  }

  /** Metadata as a number (64-bit integers too). */
  number(key: string): number | undefined {
    const value = this.metadata[key];
    return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
  }

  boolean(key: string): boolean | undefined {
    const value = this.metadata[key];
    return typeof value === 'boolean' ? value : undefined;
  }

  /** Metadata as a list of texts; undefined where it is absent. */
  texts(key: string): string[] | undefined {
    const value = this.metadata[key];
    return Array.isArray(value) ? value.map(String) : undefined;
  }

  numbers(key: string): number[] | undefined {
    const value = this.metadata[key];
    return Array.isArray(value) ? value.map(Number) : undefined;
  }

  /**
   * Decodes a tensor into `out`. Throws `model` where it is missing or its shape is not `shape`, `not-finite` where a number of
   * it is NaN or infinite.
   */
  async readInto(name: string, shape: readonly number[], out: Float32Array): Promise<void> {
    const tensor = this.tensors.get(name);
    const where = `${this.path}: ${name}`;
    const expected = `shape [${shape.join(', ')}]`;
    if (!tensor)
      throw new RaRftError({
        code: 'model',
        message: `tensor ${name} is missing`,
        where,
        expected,
        hint: 'The file may be of another architecture.',
      });
    if (tensor.shape.join() !== shape.join()) {
      throw new RaRftError({
        code: 'model',
        message: `tensor ${name} has shape [${tensor.shape.join(', ')}]`,
        where,
        expected,
      });
    }
    const { format } = tensor;
    const step = Math.floor(CHUNK_BYTES / format.blockBytes);
    const blocks = tensor.bytes / format.blockBytes;
    const scratch = Buffer.alloc(Math.min(step, blocks) * format.blockBytes);
    for (let b = 0; b < blocks; b += step) {
      const n = Math.min(step, blocks - b);
      const piece = scratch.subarray(0, n * format.blockBytes);
      const position = tensor.start + b * format.blockBytes;
      const { bytesRead } = await this.handle.read(piece, 0, piece.length, position);
      if (bytesRead < piece.length) throw truncated(this.path, where, position + bytesRead, position + piece.length);
      dequantize(format, piece, out.subarray(b * format.blockSize, (b + n) * format.blockSize));
    }
    assertFinite(out, { what: `tensor ${name}`, where, hint: DAMAGED_HINT });
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

function truncated(path: string, where: string, size: number, needed: number): RaRftError {
  return new RaRftError({
    code: 'model',
    message: `${path} is truncated: ${size} bytes`,
    where,
    expected: `${needed} bytes or more`,
    hint: 'Download or copy the file again.',
  });
}

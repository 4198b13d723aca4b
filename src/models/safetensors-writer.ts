/** Writing safetensors in float32, float16 or bfloat16, tensor by tensor, without a second copy of the model. */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { RaRftError } from '../core/errors.js';
import { besideName } from '../core/files.js';
import { assertFinite } from '../core/finite.js';
import { encodeBfloat16, encodeFloat16, OVERFLOWS_FROM } from './half.js';
import type { WeightDtype } from './hf-config.js';
import { checksum, checksumMetadata } from './tensor-checksum.js';

/** A tensor to be written; `data` may be a view into a larger buffer. */
export interface NamedTensor {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

const NAMES = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const;
/** Elements encoded and written at a time. */
const CHUNK = 1 << 20;

/**
 * Writes one safetensors file, whole or not at all (temporary file, flushed, renamed), with a checksum for every tensor's name unless told
 * otherwise. Throws `not-finite` before anything is
 * written where a number is NaN or infinite, or would be in this format. System errors pass through.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  dtype: WeightDtype,
  { checksums = true } = {},
): Promise<void> {
  for (const { name, data } of tensors) checkNumbers(name, data, dtype, path);
  const temporary = besideName(path, 'tmp');
  try {
    const file = await open(temporary, 'w');
    try {
      const sums = new Map(checksums ? tensors.map(({ name }) => [name, 0]) : []);
      await writeAll(file, header(tensors, dtype, sums));
      const scratch = new Uint16Array(dtype === 'float32' ? 0 : CHUNK);
      for (const { name, data } of tensors) {
        const sum = await writeTensor(file, data, dtype, scratch);
        if (checksums) sums.set(name, sum);
      }
      const known = header(tensors, dtype, sums);
      await file.write(known, 0, known.length, 0);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function checkNumbers(name: string, data: Float32Array, dtype: WeightDtype, path: string): void {
  assertFinite(data, { what: `tensor ${name}`, where: path });
  if (dtype === 'float32') return;
  const at = data.findIndex((x) => Math.abs(x) >= OVERFLOWS_FROM[dtype]);
  if (at < 0) return;
  throw new RaRftError({
    code: 'not-finite',
    message: `number ${at} of tensor ${name} is ${data[at]}, which is infinite in ${dtype}`,
    where: path,
    expected: `below ${OVERFLOWS_FROM[dtype]}`,
    hint: 'Write the weights in float32 or bfloat16.',
  });
}

/** Length and JSON header, padded with spaces so that the data start at a multiple of 8 bytes. */
function header(tensors: readonly NamedTensor[], dtype: WeightDtype, sums: ReadonlyMap<string, number>): Uint8Array {
  const bytes = dtype === 'float32' ? 4 : 2;
  const entries: Record<string, unknown> = { __metadata__: { format: 'pt', ...checksumMetadata(sums) } };
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    const end = offset + data.length * bytes;
    entries[name] = { dtype: NAMES[dtype], shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(entries));
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  json.copy(padded, 8);
  return padded;
}

/** Answers the checksum of the bytes written. */
async function writeTensor(
  file: FileHandle,
  data: Float32Array,
  dtype: WeightDtype,
  scratch: Uint16Array,
): Promise<number> {
  if (dtype === 'float32') {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    await writeAll(file, bytes);
    return checksum(bytes);
  }
  let sum = 0;
  const encode = dtype === 'float16' ? encodeFloat16 : encodeBfloat16;
  for (let i = 0; i < data.length; i += CHUNK) {
    const piece = data.subarray(i, i + CHUNK);
    encode(piece, scratch);
    const bytes = new Uint8Array(scratch.buffer, 0, piece.length * 2);
    await writeAll(file, bytes);
    sum = checksum(bytes, sum);
  }
  return sum;
}

/** Appends all bytes, at most 1 GiB a call (the system's limit is 2). */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 1 << 30));
    done += bytesWritten;
  }
}

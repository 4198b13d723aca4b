/** Writing safetensors in float32, float16 or bfloat16, tensor by tensor, without a second copy of the model. */
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { RaRftError } from '../core/errors.js';
import { besideName } from '../core/files.js';
import { assertFinite } from '../core/finite.js';
import { encodeBfloat16, encodeFloat16, OVERFLOWS_FROM } from './half.js';
import type { WeightDtype } from './hf-config.js';

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
 * Writes one safetensors file, whole or not at all (temporary file, flushed, renamed). Throws `not-finite` before anything is
 * written where a number is NaN or infinite, or would be in this format. System errors pass through.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly NamedTensor[],
  dtype: WeightDtype,
): Promise<void> {
  for (const { name, data } of tensors) checkNumbers(name, data, dtype, path);
  const temporary = besideName(path, 'tmp');
  try {
    const file = await open(temporary, 'w');
    try {
      await writeAll(file, header(tensors, dtype));
      const scratch = new Uint16Array(dtype === 'float32' ? 0 : CHUNK);
      for (const { data } of tensors) await writeTensor(file, data, dtype, scratch);
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
function header(tensors: readonly NamedTensor[], dtype: WeightDtype): Uint8Array {
  const bytes = dtype === 'float32' ? 4 : 2;
  const entries: Record<string, unknown> = { __metadata__: { format: 'pt' } };
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

async function writeTensor(
  file: FileHandle,
  data: Float32Array,
  dtype: WeightDtype,
  scratch: Uint16Array,
): Promise<void> {
  if (dtype === 'float32') {
    await writeAll(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return;
  }
  const encode = dtype === 'float16' ? encodeFloat16 : encodeBfloat16;
  for (let i = 0; i < data.length; i += CHUNK) {
    const piece = data.subarray(i, i + CHUNK);
    encode(piece, scratch);
    await writeAll(file, new Uint8Array(scratch.buffer, 0, piece.length * 2));
  }
}

/** Appends all bytes, at most 1 GiB a call (the system's limit is 2). */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 1 << 30));
    done += bytesWritten;
  }
}

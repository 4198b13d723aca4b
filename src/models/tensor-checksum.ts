/**
 * Checksums of tensors by name, in the header of the safetensors files that this project writes: right bytes under a wrong name load
 * without a complaint otherwise, where two tensors have the same shape. Files without them are read as they are.
 */
import { crc32 } from 'node:zlib';

/** Where the header's metadata keeps them: JSON of eight hexadecimal digits by tensor name. */
const KEY = 'crc32';

/** Bytes summed at a time. */
const PIECE = 1 << 30;

/** CRC-32 of bytes, going on from that of the bytes before. */
export function checksum(bytes: Uint8Array, before = 0): number {
  let sum = before;
  for (let i = 0; i < bytes.length; i += PIECE) sum = crc32(bytes.subarray(i, i + PIECE), sum);
  return sum;
}

/** Metadata with these checksums; as long whatever they are. */
export function checksumMetadata(sums: ReadonlyMap<string, number>): Record<string, string> {
  if (sums.size === 0) return {};
  const digits = Array.from(sums, ([name, sum]) => [name, sum.toString(16).padStart(8, '0')]);
  return { [KEY]: JSON.stringify(Object.fromEntries(digits)) };
}

/** Those of a header; none where it has none. Throws where they cannot be read. */
export function checksumsOf(metadata: Readonly<Record<string, string>> | undefined): Map<string, number> {
  const digits = metadata?.[KEY] === undefined ? {} : (JSON.parse(metadata[KEY]) as Record<string, string>);
  return new Map(Object.entries(digits).map(([name, hex]) => [name, Number.parseInt(hex, 16)]));
}

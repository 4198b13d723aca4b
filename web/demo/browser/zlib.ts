/** `node:zlib` for the page: the checksum of weights alone. */

const POLYNOMIAL = 0xedb88320;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of some bytes, going on from the checksum of those before them. */
export function crc32(data: Uint8Array, before = 0): number {
  let value = ~before >>> 0;
  for (const byte of data) value = (table[(value ^ byte) & 0xff]! ^ (value >>> 8)) >>> 0;
  return ~value >>> 0;
}

/** `node:crypto` for the page: SHA-256 alone, which seeds random streams and names content. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** What is hashed so far. */
class Hash {
  private readonly inner = sha256.create();

  update(data: string | Uint8Array): this {
    this.inner.update(typeof data === 'string' ? utf8ToBytes(data) : data);
    return this;
  }

  digest(): Digest;
  digest(encoding: 'hex'): string;
  digest(encoding?: 'hex'): Digest | string {
    const bytes = this.inner.digest();
    return encoding === 'hex' ? bytesToHex(bytes) : new Digest(bytes);
  }
}

/** The part of a Buffer that random streams read. */
class Digest {
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  readUInt32LE(offset: number): number {
    return this.view.getUint32(offset, true);
  }
}

export function createHash(algorithm: string): Hash {
  if (algorithm !== 'sha256') throw new RangeError(`no hash ${algorithm} in the browser`);
  return new Hash();
}

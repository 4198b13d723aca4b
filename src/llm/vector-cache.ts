/** Vectors of texts in an append-only JSONL file, so that no text is paid for twice. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { closeAll, openWhole } from '../core/closing.js';
import { JsonlWriter, readJsonl } from '../core/jsonl.js';
import { takeLock, type Lock } from '../core/run-lock.js';

/** One line: float32 numbers, little-endian, as base64. */
interface VectorLine {
  key: string;
  vector: string;
}

/** An open cache; one process at a time holds it. */
export class VectorCache {
  private readonly vectors = new Map<string, Float32Array>();
  private readonly writer: JsonlWriter;
  private readonly lock: Lock;

  private constructor(writer: JsonlWriter, lock: Lock) {
    this.writer = writer;
    this.lock = lock;
  }

  /** Opens or makes the file; a line torn by a kill is cut. Throws `run-folder` where another process has it open. */
  static async open(path: string): Promise<VectorCache> {
    await mkdir(dirname(path), { recursive: true });
    return openWhole(async (own) => {
      const lock = own(await takeLock(`${path}.lock`));
      const cache = new VectorCache(own(await JsonlWriter.open(path)), lock);
      for await (const { value } of readJsonl<VectorLine>(path)) cache.vectors.set(value.key, decode(value.vector));
      return cache;
    });
  }

  get(key: string): Float32Array | undefined {
    return this.vectors.get(key);
  }

  /** Keeps vectors; returns when they are written. */
  async put(entries: readonly (readonly [key: string, vector: Float32Array])[]): Promise<void> {
    const fresh = entries.filter(([key]) => !this.vectors.has(key));
    for (const [key, vector] of fresh) this.vectors.set(key, vector);
    await this.writer.append(...fresh.map(([key, vector]): VectorLine => ({ key, vector: encode(vector) })));
  }

  close(): Promise<void> {
    return closeAll([this.writer, this.lock]);
  }
}

function encode(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes.toString('base64');
}

function decode(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}

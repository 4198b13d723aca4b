/** Which batches have been submitted, in an append-only file: a command that was stopped collects them instead of paying again. */
import { openWhole } from '../core/closing.js';
import { JsonlWriter, readJsonlAll } from '../core/jsonl.js';

/** A submitted batch. */
export interface PendingBatch {
  /** Our own name of it. */
  name: string;
  fileId: string;
  /** The server's; undefined where a kill came between upload and start. */
  batchId?: string;
  /** Requests whose replies may still come out of it. */
  keys: Set<string>;
}

/** One line: a batch was uploaded, was started, or gave no reply to some requests. */
type StateLine =
  | { batch: string; fileId: string; keys: string[] }
  | { batch: string; batchId: string }
  | { batch: string; failedKeys: string[] };

export class BatchState {
  /** By the keys of their requests. */
  private readonly byKey = new Map<string, PendingBatch>();
  private readonly writer: JsonlWriter;
  private count = 0;

  private constructor(writer: JsonlWriter) {
    this.writer = writer;
  }

  static async open(path: string): Promise<BatchState> {
    return openWhole(async (own) => {
      const state = new BatchState(own(await JsonlWriter.open(path)));
      const batches = new Map<string, PendingBatch>();
      for (const line of await readJsonlAll<StateLine>(path)) state.apply(line, batches);
      for (const batch of batches.values()) for (const key of batch.keys) state.byKey.set(key, batch);
      state.count = batches.size;
      return state;
    });
  }

  /** The batch that holds a request, where one has been submitted. */
  batchOf(key: string): PendingBatch | undefined {
    return this.byKey.get(key);
  }

  /** A name that no batch of this file has. */
  nextName(hash: string): string {
    return `${hash}-${++this.count}`;
  }

  async uploaded(name: string, fileId: string, keys: readonly string[]): Promise<PendingBatch> {
    await this.writer.append({ batch: name, fileId, keys });
    const batch: PendingBatch = { name, fileId, keys: new Set(keys) };
    for (const key of keys) this.byKey.set(key, batch);
    return batch;
  }

  async started(batch: PendingBatch, batchId: string): Promise<void> {
    await this.writer.append({ batch: batch.name, batchId });
    batch.batchId = batchId;
  }

  /** These requests will get no reply from the batch; the next time they are asked, they are submitted anew. */
  async failed(batch: PendingBatch, keys: readonly string[]): Promise<void> {
    if (keys.length === 0) return;
    await this.writer.append({ batch: batch.name, failedKeys: keys });
    for (const key of keys) {
      batch.keys.delete(key);
      this.byKey.delete(key);
    }
  }

  close(): Promise<void> {
    return this.writer.close();
  }

  private apply(line: StateLine, batches: Map<string, PendingBatch>): void {
    if ('fileId' in line) {
      batches.set(line.batch, { name: line.batch, fileId: line.fileId, keys: new Set(line.keys) });
      return;
    }
    const batch = batches.get(line.batch);
    if (!batch) return;
    if ('batchId' in line) batch.batchId = line.batchId;
    else for (const key of line.failedKeys) batch.keys.delete(key);
  }
}

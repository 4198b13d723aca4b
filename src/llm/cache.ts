/** Every request and its reply in one append-only JSONL file, so that nothing is paid twice, by whichever run. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { closeAll, openWhole } from '../core/closing.js';
import { JsonlWriter, readJsonl } from '../core/jsonl.js';
import { takeLock, type Lock } from '../core/run-lock.js';
import { requestFields } from './request.js';
import type { ChatReply, ChatRequest } from './types.js';

/** One line of the file. */
export interface CacheEntry {
  key: string;
  model: string;
  request: ChatRequest;
  reply: Omit<ChatReply, 'cached'>;
}

/** An open cache; one process at a time holds it. */
export class ReplyCache {
  private readonly replies = new Map<string, Omit<ChatReply, 'cached'>>();
  private readonly writer: JsonlWriter;
  private readonly lock: Lock;

  private constructor(writer: JsonlWriter, lock: Lock) {
    this.writer = writer;
    this.lock = lock;
  }

  /** Opens or makes the file; a line torn by a kill is cut. Throws `run-folder` where another process has it open. */
  static async open(path: string): Promise<ReplyCache> {
    await mkdir(dirname(path), { recursive: true });
    return openWhole(async (own) => {
      const lock = own(await takeLock(`${path}.lock`));
      const cache = new ReplyCache(own(await JsonlWriter.open(path)), lock);
      for await (const { value } of readJsonl<CacheEntry>(path)) cache.replies.set(value.key, value.reply);
      return cache;
    });
  }

  get(key: string): Omit<ChatReply, 'cached'> | undefined {
    return this.replies.get(key);
  }

  /** Keeps a reply; the first one of a key stays. Returns when it is written. */
  async put(entry: CacheEntry): Promise<void> {
    if (this.replies.has(entry.key)) return;
    this.replies.set(entry.key, entry.reply);
    const { key, model, request, reply } = entry;
    await this.writer.append({ key, model, request: requestFields(request), reply });
  }

  keys(): Iterable<string> {
    return this.replies.keys();
  }

  /** Waits for the writes and gives the file back. */
  close(): Promise<void> {
    return closeAll([this.writer, this.lock]);
  }
}

/** Keys that a cache file holds, for estimates; none, and nothing made, where there is no file. */
export async function cachedKeys(path: string): Promise<ReadonlySet<string>> {
  if (!existsSync(path)) return new Set();
  const cache = await ReplyCache.open(path);
  const keys = new Set(cache.keys());
  await cache.close();
  return keys;
}

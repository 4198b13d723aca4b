/** The verdicts of a selection on disk, a wave a line: what a stopped selection goes on with. */
import { rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { openWhole } from '../core/closing.js';
import { mendLastLine, JsonlWriter, readJsonlAll } from '../core/jsonl.js';
import type { Label } from './types.js';

/** First line of the file: what its waves were chosen from. */
interface Header {
  key: string;
}

export class WaveFile {
  readonly #writer: JsonlWriter;
  readonly #kept: Label[][];

  private constructor(writer: JsonlWriter, kept: Label[][]) {
    this.#writer = writer;
    this.#kept = kept;
  }

  /** Opens the file; waves that were chosen from something else than `key` stands for are dropped. */
  static async open(path: string, key: string): Promise<WaveFile> {
    await mendLastLine(path);
    const [header, ...waves] = existsSync(path) ? await readJsonlAll<Header | { labels: Label[] }>(path) : [];
    const fits = header !== undefined && 'key' in header && header.key === key;
    if (!fits) await rm(path, { force: true });
    return openWhole(async (own) => {
      const writer = own(await JsonlWriter.open(path));
      if (!fits) await writer.append({ key } satisfies Header);
      return new WaveFile(writer, fits ? waves.flatMap((wave) => ('labels' in wave ? [wave.labels] : [])) : []);
    });
  }

  /** Pairs that an earlier attempt has judged and that {@link next} has not given yet. */
  get pairs(): number {
    return this.#kept.reduce((sum, labels) => sum + labels.length, 0);
  }

  /** The next wave of an earlier attempt, where it is one of the audit, or none; else undefined, as after the last. */
  next(audit: boolean): Label[] | undefined {
    const isAudit = this.#kept[0]?.[0]?.chosen?.startsWith('audit') ?? false;
    return isAudit === audit ? this.#kept.shift() : undefined;
  }

  async append(labels: readonly Label[]): Promise<void> {
    await this.#writer.append({ labels });
  }

  async close(): Promise<void> {
    await this.#writer.close();
  }
}

/** Tokenizers of the runs' models, opened when they are first needed; the last few stay open. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '../../../models/index.js';
import { modelFolderOf } from '../../../pipeline/index.js';

const KEPT = 3;

export class RunTokenizers {
  /** By the folder and when its file was written; the last used stands last. */
  private readonly open = new Map<string, Promise<Tokenizer>>();

  /** Of a model as a configuration names it. Rejects where it is not there or damaged. */
  async of(path: string): Promise<Tokenizer> {
    const folder = modelFolderOf({ model: { path } });
    const { mtimeMs, size } = await stat(join(folder, 'tokenizer.json'));
    const key = JSON.stringify([folder, mtimeMs, size]);
    const tokenizer = this.open.get(key) ?? Tokenizer.load(folder);
    this.open.delete(key);
    this.open.set(key, tokenizer);
    const [first] = this.open.keys();
    if (this.open.size > KEPT && first !== undefined) this.open.delete(first);
    return tokenizer.catch((error: unknown) => {
      this.open.delete(key);
      throw error;
    });
  }
}

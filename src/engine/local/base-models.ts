/** Model folders in memory. Policies opened from the same folder share its weights, which nobody writes to. */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ignoreMissing } from '../../core/missing.js';
import { loadParams, readTokenizerFiles, type TokenizerBytes } from '../../models/checkpoint.js';
import { readDecoderConfig, type DecoderConfig } from '../../models/hf-config.js';
import type { Params } from '../../models/parameters.js';

export interface BaseModel {
  config: DecoderConfig;
  /** Shared: to be read only. */
  params: ReadonlyMap<string, Float32Array>;
  /** Kept, because the folder may be gone when a checkpoint is written. */
  tokenizer: TokenizerBytes;
}

/** A model that stays in memory until every holder has released it. */
export interface HeldModel {
  model: BaseModel;
  release: () => void;
}

export class BaseModels {
  private readonly held = new Map<string, { model: Promise<BaseModel>; holders: number }>();

  /** Reads a folder, or shares what another policy has read of it. Throws what `loadParams` throws. */
  async hold(folder: string): Promise<HeldModel> {
    const key = await identity(folder);
    const entry = this.held.get(key) ?? { model: readModel(folder), holders: 0 };
    this.held.set(key, entry);
    entry.holders++;
    let released = false;
    const release = (): void => {
      if (released) return;
      released = true;
      if (--entry.holders === 0) this.held.delete(key);
    };
    try {
      return { model: await entry.model, release };
    } catch (error) {
      release();
      throw error;
    }
  }
}

async function readModel(folder: string): Promise<BaseModel> {
  const config = await readDecoderConfig(folder);
  const params: Params = await loadParams(folder, config);
  return { config, params, tokenizer: await readTokenizerFiles(folder) };
}

/** Path, sizes and times of a folder's files: one that was written anew is another. */
async function identity(folder: string): Promise<string> {
  const names = ((await readdir(folder).catch(ignoreMissing)) ?? []).toSorted();
  const facts = await Promise.all(names.map((name) => stat(join(folder, name)).catch(ignoreMissing)));
  const files = facts.map((f, i) => [names[i], f?.size, f?.mtimeMs, f?.ino]);
  return JSON.stringify([resolve(folder), files]);
}

/** Downloads a model folder from the Hugging Face Hub. Only the files that are read here are fetched. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeFolderAtomic } from '../core/files.js';
import { refuseStrangers } from '../core/owned-folder.js';
import { fetchHubFile, listHubFiles } from '../data/index.js';
import { TOKENIZER_FILES } from './checkpoint.js';
import { readDecoderConfig } from './hf-config.js';

export interface HubOptions {
  /** Branch, tag or commit. */
  revision?: string;
  /** For gated models. */
  accessToken?: string;
  /** Another hub or a mirror. */
  hubUrl?: string;
  /** A transfer that does not get on for so long is given up. Default one minute. */
  stallMs?: number;
  /** Called after each file: bytes so far and bytes in all. */
  report?: (done: number, total: number) => void;
}

const SMALL_FILES: readonly string[] = ['config.json', 'generation_config.json', ...TOKENIZER_FILES];

/**
 * Fetches `repo` (`owner/name`) into `folder`, which is whole or absent. The config comes first, so that a model that
 * cannot be computed is refused before its weights are fetched. Throws `model` at a repository without safetensors or
 * of another architecture, `io` where the Hub cannot be reached or the folder holds files of others.
 */
export async function importFromHub(repo: string, folder: string, options: HubOptions = {}): Promise<void> {
  const { report = () => {}, ...access } = options;
  await refuseStrangers(folder);
  const at = { kind: 'model', repo, ...access } as const;
  const sizes = await listHubFiles(at);
  const names = [...sizes.keys()];
  const weights = names.filter((name) => /^model.*\.safetensors(\.index\.json)?$/.test(name));
  if (!names.includes('config.json') || weights.length === 0) {
    throw new RaRftError({
      code: 'model',
      message: `${repo} holds no model in Hugging Face layout`,
      where: repo,
      expected: 'config.json and model*.safetensors',
      hint: 'Take the repository with the original weights; a GGUF file is downloaded by hand and given as a path.',
    });
  }
  const wanted = [...SMALL_FILES.filter((name) => names.includes(name)), ...weights];
  const total = wanted.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
  await writeFolderAtomic(folder, async (temporary) => {
    await mkdir(temporary, { recursive: true });
    let done = 0;
    for (const name of wanted) {
      await fetchHubFile(at, name, sizes.get(name) ?? 0, join(temporary, name));
      if (name === SMALL_FILES[1] || name === SMALL_FILES[0]) await readDecoderConfig(temporary);
      report((done += sizes.get(name) ?? 0), total);
    }
  });
}

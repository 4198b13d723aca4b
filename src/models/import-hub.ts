/** Downloads the folder of a model or an encoder from the Hugging Face Hub. Only the files that are read here are fetched. */
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeFolderAtomic } from '../core/files.js';
import { refuseStrangers } from '../core/owned-folder.js';
import { fetchHubFile, listHubFiles } from '../data/index.js';
import { TOKENIZER_FILES } from './checkpoint.js';
import { readJsonObject } from './config-reader.js';
import { isEncoderType } from './encoders/config.js';
import { readEncoderConfig, TEXT_FORM_FILES } from './encoders/folder.js';
import { MODULES_FILE, modulePaths, readModules } from './encoders/modules.js';
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

/** What a fetched folder is: a policy's model, or what a retriever reads with. */
export type ImportedKind = 'decoder' | 'encoder';

const CONFIG = 'config.json';
/** What says how it is computed. */
const FIRST_FILES: readonly string[] = [CONFIG, 'generation_config.json', MODULES_FILE];
const SMALL_FILES: readonly string[] = [...TOKENIZER_FILES, ...TEXT_FORM_FILES];
const WEIGHTS = /^model.*\.safetensors(\.index\.json)?$/;

/**
 * Fetches `repo` (`owner/name`) into `folder`, which is whole or absent: a model, or an encoder with the modules of its head. What says
 * how it is computed comes first, so that one that cannot be is refused before its weights are fetched. Throws `model` at a repository
 * without safetensors or of another architecture, `io` where the Hub cannot be reached or the folder holds files of others.
 */
export async function importFromHub(repo: string, folder: string, options: HubOptions = {}): Promise<ImportedKind> {
  const { report = () => {}, ...access } = options;
  await refuseStrangers(folder);
  const at = { kind: 'model', repo, ...access } as const;
  // Heads of encoders stand in folders of their own.
  const sizes = await listHubFiles(at, { recursive: true });
  const names = [...sizes.keys()];
  const weights = names.filter((name) => WEIGHTS.test(name));
  if (!sizes.has(CONFIG) || weights.length === 0) {
    throw new RaRftError({
      code: 'model',
      message: `${repo} holds no model in Hugging Face layout`,
      where: repo,
      expected: 'config.json and model*.safetensors',
      hint: 'Take the repository with the original weights; a GGUF file is downloaded by hand and given as a path.',
    });
  }
  let kind: ImportedKind = 'decoder';
  await writeFolderAtomic(folder, async (temporary) => {
    const fetchAll = async (wanted: readonly string[], fetched: (name: string) => void = () => {}) => {
      for (const name of wanted) {
        await mkdir(dirname(join(temporary, name)), { recursive: true });
        await fetchHubFile(at, name, sizes.get(name) ?? 0, join(temporary, name));
        fetched(name);
      }
    };
    const first = FIRST_FILES.filter((name) => sizes.has(name));
    await fetchAll(first);
    const folders = await modulePaths(temporary);
    const inModules = names.filter((name) => folders.includes(dirname(name)));
    const modules = inModules.filter((name) => basename(name) === CONFIG || WEIGHTS.test(basename(name)));
    await fetchAll(modules);
    kind = await checkedKind(temporary, sizes.has(MODULES_FILE));
    const rest = [...SMALL_FILES.filter((name) => sizes.has(name)), ...weights];
    const sizeOf = (wanted: readonly string[]) => wanted.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    let done = sizeOf([...first, ...modules]);
    const total = done + sizeOf(rest);
    await fetchAll(rest, (name) => report((done += sizes.get(name) ?? 0), total));
  });
  return kind;
}

/** Whether it is a model or an encoder. Throws `model` where it is neither, or of a form that is not computed here. */
async function checkedKind(folder: string, hasModules: boolean): Promise<ImportedKind> {
  const { model_type: type } = (await readJsonObject(join(folder, CONFIG), true))!;
  if (!hasModules && !isEncoderType(type)) {
    await readDecoderConfig(folder);
    return 'decoder';
  }
  await readEncoderConfig(folder, (await readModules(folder))?.head);
  return 'encoder';
}

/** Downloads a model folder from the Hugging Face Hub. Only the files that are read here are fetched. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { downloadFile, HubApiError, listFiles } from '@huggingface/hub';
import { RaRftError } from '../core/errors.js';
import { writeFolderAtomic } from '../core/files.js';
import { TOKENIZER_FILES } from './checkpoint.js';
import { readDecoderConfig } from './hf-config.js';

export interface HubOptions {
  /** Branch, tag or commit. */
  revision?: string;
  /** For gated models. */
  accessToken?: string;
  /** Another hub or a mirror. */
  hubUrl?: string;
  /** Called after each file: bytes so far and bytes in all. */
  report?: (done: number, total: number) => void;
}

const SMALL_FILES: readonly string[] = ['config.json', 'generation_config.json', ...TOKENIZER_FILES];

/**
 * Fetches `repo` (`owner/name`) into `folder`, which is whole or absent. The config comes first, so that a model that
 * cannot be computed is refused before its weights are fetched. Throws `model` at a repository without safetensors or
 * of another architecture, `io` where the Hub cannot be reached.
 */
export async function importFromHub(repo: string, folder: string, options: HubOptions = {}): Promise<void> {
  const { report = () => {}, ...access } = options;
  const at = { repo: { type: 'model', name: repo } as const, ...access };
  const sizes = new Map<string, number>();
  try {
    for await (const file of listFiles(at)) if (file.type === 'file') sizes.set(file.path, file.size);
  } catch (cause) {
    throw unreachable(repo, cause);
  }
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
      await fetchFile(at, name, join(temporary, name));
      if (name === SMALL_FILES[1] || name === SMALL_FILES[0]) await readDecoderConfig(temporary);
      report((done += sizes.get(name) ?? 0), total);
    }
  });
}

type Place = Parameters<typeof listFiles>[0];

async function fetchFile(at: Place, path: string, target: string): Promise<void> {
  const where = typeof at.repo === 'string' ? at.repo : 'name' in at.repo ? at.repo.name : '';
  let blob: Blob | null;
  try {
    blob = await downloadFile({ ...at, path });
    if (blob) await pipeline(Readable.fromWeb(blob.stream()), createWriteStream(target));
  } catch (cause) {
    throw unreachable(`${where}/${path}`, cause);
  }
  if (!blob)
    throw new RaRftError({
      code: 'model',
      message: `${path} vanished from the Hub`,
      where,
      expected: 'a file that the repository lists',
    });
}

function unreachable(where: string, cause: unknown): RaRftError {
  const status = cause instanceof HubApiError ? cause.statusCode : undefined;
  const hint =
    status === 401 || status === 403 || status === 404
      ? 'Check the name; gated and private models need an access token.'
      : 'Check the connection, or download the model elsewhere and give its folder as the path.';
  const message = `the Hub gave no answer for ${where}: ${cause instanceof Error ? cause.message : String(cause)}`;
  return new RaRftError({
    code: 'io',
    message,
    where,
    expected: 'a model on the Hugging Face Hub, as owner/name',
    hint,
    cause,
  });
}

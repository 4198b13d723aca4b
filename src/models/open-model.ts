/**
 * A model folder, looked at whole before anything is built on it: what would be found after hours (an end token beyond the
 * vocabulary, a damaged weight) is said at once.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { exists } from '../core/missing.js';
import { isAdapterFolder } from './adapter/folder.js';
import { checkWeights } from './checkpoint.js';
import { readDecoderConfig, type DecoderConfig } from './hf-config.js';
import { Tokenizer } from './tokenizer.js';

export interface OpenModel {
  config: DecoderConfig;
  tokenizer: Tokenizer;
}

/**
 * Reads config, tokenizer and, without keeping them, all weights. Throws `model` where they are missing, damaged or do not
 * belong together (weights that are not there only where they are needed), `not-finite` where a weight is NaN or infinite; with file, key or tensor, and numbers.
 */
export async function openModel(
  folder: string,
  { weights = 'needed' }: { weights?: 'needed' | 'if-there' } = {},
): Promise<OpenModel> {
  await refuseAdapter(folder);
  const config = await readDecoderConfig(folder);
  const tokenizer = await Tokenizer.load(folder);
  checkTokens(folder, config, tokenizer);
  if (weights === 'needed' || (await hasWeights(folder))) await checkWeights(folder, config);
  return { config, tokenizer };
}

/** Throws `model` where the weights that `reader` needs are not in the folder. */
export async function refuseWithoutWeights(folder: string, reader: string): Promise<void> {
  if (await hasWeights(folder)) return;
  throw new RaRftError({
    code: 'model',
    message: `${reader} reads the weights of the model, and ${folder} has none`,
    where: folder,
    expected: '*.safetensors beside config.json and tokenizer.json',
    hint: 'Copy them there, or take a retriever that needs none of them (bm25, or an encoder with a model of its own).',
  });
}

async function hasWeights(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => name.endsWith('.safetensors'));
}

async function refuseAdapter(folder: string): Promise<void> {
  if (!(await isAdapterFolder(folder)) || (await exists(join(folder, 'config.json')))) return;
  throw new RaRftError({
    code: 'model',
    message: `${folder} holds an adapter, not a whole model`,
    where: folder,
    expected: 'a folder with config.json, tokenizer.json and *.safetensors',
    hint: 'Make one of it: `ra-rft model merge ADAPTER --out DIR`.',
  });
}

/** Throws `model` where a text may become an id without embedding, or a special token is named that does not exist. */
export function checkTokens(folder: string, { vocab }: Pick<DecoderConfig, 'vocab'>, tokenizer: Tokenizer): void {
  const { largestId, missingSpecials } = tokenizer;
  if (largestId >= vocab) {
    const beyond = Array.from({ length: largestId + 1 - vocab }, (_, i) => tokenizer.tokenText(vocab + i)).filter(
      (text) => text !== undefined,
    );
    throw new RaRftError({
      code: 'model',
      message: `the tokenizer has ids up to ${largestId}, the model has embeddings for ${vocab} tokens`,
      where: join(folder, 'tokenizer.json'),
      expected: `ids from 0 to ${vocab - 1} (vocab_size ${vocab} in config.json)`,
      hint: `Without an embedding: ${shown(beyond)}. The tokenizer may be of another model; tokens that were added to it need a resized table.`,
    });
  }
  const [missing] = missingSpecials;
  if (missing) {
    throw new RaRftError({
      code: 'model',
      message: `${missing.key} is ${JSON.stringify(missing.text)}, which the vocabulary does not have`,
      where: `${join(folder, 'tokenizer_config.json')}: ${missing.key}`,
      expected: 'a token of tokenizer.json',
      hint: 'The two files may be of different models.',
    });
  }
}

function shown(texts: readonly string[]): string {
  const first = texts.slice(0, 3).map((text) => JSON.stringify(text));
  return texts.length > 3 ? `${first.join(', ')} and ${texts.length - 3} more` : first.join(', ');
}

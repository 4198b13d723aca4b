/** An adapter and its base as one plain model folder, which needs neither of them any more. */
import { resolve } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { writeFolderAtomic } from '../../core/files.js';
import { refuseStrangers } from '../../core/owned-folder.js';
import { compile } from '../../tensor/index.js';
import { loadParams, writeCheckpoint } from '../checkpoint.js';
import { readDecoderConfig, type DecoderConfig, type WeightDtype } from '../hf-config.js';
import { baseFolderOf, isAdapterFolder, readAdapter, readAdapterConfig, type Adapter } from './folder.js';
import { mergeGraph, mergeInto } from './merge.js';

export interface MergeOptions {
  /** Folder of the base model; default: the one that the adapter names. */
  base?: string;
  /** Number format of the merged weights; default: the base's. */
  dtype?: WeightDtype;
}

export interface MergedModel {
  config: DecoderConfig;
  /** Folder of the base. */
  base: string;
  adapter: Adapter;
}

/**
 * Writes the merged model to `out`, whole or not at all, with the base's tokenizer. Throws `model` where the adapter does not fit
 * its base, `not-finite` where a merged weight is no number, `io` where the folder holds files of others.
 */
export async function mergeAdapterFolder(
  folder: string,
  out: string,
  options: MergeOptions = {},
): Promise<MergedModel> {
  if (!(await isAdapterFolder(folder))) {
    throw new RaRftError({
      code: 'model',
      message: `${folder} holds no adapter`,
      where: folder,
      expected: 'adapter_config.json and adapter_model.safetensors, as PEFT writes them',
    });
  }
  const base = options.base ?? (await baseFolderOf(folder, (await readAdapterConfig(folder)).base));
  for (const source of [folder, base]) refuseInto(source, out);
  await refuseStrangers(out); // told now, not after minutes of reading
  const found = await readDecoderConfig(base);
  const config = { ...found, dtype: options.dtype ?? found.dtype };
  const adapter = await readAdapter(folder, config);
  const params = await loadParams(base, config);
  const program = await compile(mergeGraph());
  try {
    await mergeInto(params, params, adapter, program); // each weight is read and written once
  } finally {
    await program.dispose();
  }
  await writeFolderAtomic(out, (temporary) => writeCheckpoint(temporary, { config, params, tokenizerFrom: base }));
  return { config, base, adapter };
}

/** Writing over what is read would lose it. */
function refuseInto(source: string, out: string): void {
  if (resolve(source) !== resolve(out)) return;
  throw new RaRftError({ code: 'usage', message: `${out} is merged from`, where: '--out', expected: 'another folder' });
}

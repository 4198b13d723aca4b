/** A trained retriever on disk: the encoder in Hugging Face layout plus retriever.json, which says how to use it. */
import { join } from 'node:path';
import { errorFacts, RaRftError } from '../../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { readTokenizerFiles } from '../../models/checkpoint.js';
import { readJsonObject } from '../../models/config-reader.js';
import { architectureOf } from '../../models/encoders/config.js';
import { encoderHash, readEncoder, writeEncoder, type EncoderCheckpoint } from '../../models/encoders/folder.js';
import { writeForms } from './hub-forms.js';
import type { RetrieverSpec } from './spec.js';
import type { TrainReport } from '../train/train.js';

/** 2: the hash covers the tokenizer. */
const FORMAT = 2;

/** retriever.json. */
export interface RetrieverHeader {
  format: number;
  /** Hash of the encoder's config, weights and tokenizer; every index names it. */
  encoderHash: string;
  spec: RetrieverSpec;
  /** How training went, where it was trained here. */
  training?: TrainReport;
}

export interface RetrieverFolder {
  header: RetrieverHeader;
  encoder: EncoderCheckpoint;
}

/** Writes a retriever, whole or not at all; the tokenizer files come from `tokenizerFrom`. */
export async function writeRetriever(
  folder: string,
  retriever: { encoder: EncoderCheckpoint; spec: RetrieverSpec; training?: TrainReport },
  tokenizerFrom: string,
): Promise<RetrieverHeader> {
  const { encoder, spec, training } = retriever;
  const tokenizer = await readTokenizerFiles(tokenizerFrom);
  const header: RetrieverHeader = {
    format: FORMAT,
    encoderHash: encoderHash(encoder, tokenizer),
    spec,
    ...(training ? { training } : {}),
  };
  await writeFolderAtomic(folder, async (temporary) => {
    await writeEncoder(temporary, encoder, tokenizer);
    if (encoder.config.kind !== 'small') await writeForms(temporary, spec, architectureOf(encoder.config).head);
    await writeJsonAtomic(join(temporary, 'retriever.json'), header);
  });
  return header;
}

/** Reads what {@link writeRetriever} wrote. Throws `model` where a file is damaged or the weights are not those of the header. */
export async function readRetriever(folder: string): Promise<RetrieverFolder> {
  const file = join(folder, 'retriever.json');
  const header = (await readHeader(file, true))!;
  const { config, params } = await readEncoder(folder);
  const encoder = { config, params };
  const hash = encoderHash(encoder, await readTokenizerFiles(folder));
  if (hash !== header.encoderHash)
    throw refuse(
      `${file}: encoderHash`,
      `config, weights or tokenizer are others than those that this file was written with: their hash is ${hash}`,
      header.encoderHash,
    );
  return { header, encoder };
}

/** How the retriever in a folder is used; undefined where it is not one of this project. */
export async function readSavedSpec(folder: string): Promise<RetrieverSpec | undefined> {
  return (await readHeader(join(folder, 'retriever.json'), false))?.spec;
}

async function readHeader(file: string, required: boolean): Promise<RetrieverHeader | undefined> {
  const header = (await readJsonObject(file, required).catch((cause: unknown) => {
    throw refuse(file, errorFacts(cause).message, 'the file as it was written with the encoder', cause);
  })) as unknown as RetrieverHeader | undefined;
  if (!header) return undefined;
  if (header.format !== FORMAT)
    throw refuse(`${file}: format`, `format is ${JSON.stringify(header.format)}`, String(FORMAT));
  const { encoderHash: hash, spec } = header as Partial<RetrieverHeader>;
  if (typeof hash === 'string' && spec?.query && spec.document) return header;
  throw refuse(file, 'the file does not say how the encoder is used', 'encoderHash, and spec with query and document');
}

function refuse(where: string, message: string, expected: string, cause?: unknown): RaRftError {
  return new RaRftError({ code: 'model', message, where, expected, hint: 'Train the retriever again.', cause });
}

/** A trained retriever on disk: the encoder in Hugging Face layout plus retriever.json, which says how to use it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { readJsonObject } from '../../models/config-reader.js';
import { encoderHash, readEncoder, writeEncoder, type EncoderCheckpoint } from '../../models/encoders/folder.js';
import type { RetrieverSpec } from './spec.js';
import type { TrainReport } from '../train/train.js';

const FORMAT = 1;

/** retriever.json. */
export interface RetrieverHeader {
  format: number;
  /** Hash of the encoder's config and weights; every index names it. */
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
  const header: RetrieverHeader = {
    format: FORMAT,
    encoderHash: encoderHash(encoder),
    spec,
    ...(training ? { training } : {}),
  };
  await writeFolderAtomic(folder, async (temporary) => {
    await writeEncoder(temporary, encoder, tokenizerFrom);
    await writeJsonAtomic(join(temporary, 'retriever.json'), header);
  });
  return header;
}

/** Reads what {@link writeRetriever} wrote. Throws `model` where a file is damaged or the weights are not those of the header. */
export async function readRetriever(folder: string): Promise<RetrieverFolder> {
  const file = join(folder, 'retriever.json');
  const header = (await readJsonObject(file, true)) as unknown as RetrieverHeader;
  if (header.format !== FORMAT)
    throw refuse(`${file}: format`, `format is ${JSON.stringify(header.format)}`, String(FORMAT));
  const encoder = await readEncoder(folder);
  const hash = encoderHash(encoder);
  if (hash !== header.encoderHash)
    throw refuse(`${file}: encoderHash`, `the weights have the hash ${hash}`, header.encoderHash);
  return { header, encoder };
}

/** The hash of the encoder in a folder, from its header alone; undefined where there is no retriever. */
export async function readEncoderHash(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'retriever.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as RetrieverHeader).encoderHash;
}

function refuse(where: string, message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'model', message, where, expected, hint: 'Train the retriever again.' });
}

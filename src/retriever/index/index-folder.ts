/**
 * An index on disk: index.json (the header) and embeddings.safetensors (token vectors of all documents in flat form).
 * The header says with which encoder and how it was made; opening with anything else is refused, since vectors of
 * another encoder give scores that look fine and mean nothing.
 */
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { canonicalJson, hashJson } from '../../core/hash.js';
import type { Trace } from '../../data/types.js';
import { readJsonObject } from '../../models/config-reader.js';
import { SafetensorsReader } from '../../models/safetensors.js';
import { writeSafetensors } from '../../models/safetensors-writer.js';
import type { RetrieverSpec } from '../encode/spec.js';
import { documentText } from '../encode/text.js';
import { checkTokenVectors, type TokenVectors } from '../encode/token-vectors.js';

const FORMAT = 1;

/** What must be equal between making an index and using it. */
export interface IndexKey {
  /** Hash of the encoder's config and weights. */
  encoderHash: string;
  /** Hash of the documents' ids and texts, in order. */
  corpusHash: string;
  dim: number;
  /** How vectors are normalised; scores are cosines. */
  normalisation: 'l2';
  spec: RetrieverSpec;
}

/** index.json. */
export interface IndexHeader extends IndexKey {
  format: number;
  documents: number;
  tokens: number;
  /** Documents that were cut to `spec.document.maxTokens`. */
  truncatedDocuments: number;
}

/** An index in memory. */
export interface Index {
  header: IndexHeader;
  vectors: TokenVectors;
}

export function corpusHash(traces: readonly Trace[], spec: RetrieverSpec): string {
  return hashJson(traces.map((trace) => [trace.id, documentText(trace, spec.text)]));
}

/** Writes an index, whole or not at all. */
export async function writeIndex(
  folder: string,
  header: Omit<IndexHeader, 'format' | 'documents' | 'tokens'>,
  vectors: TokenVectors,
): Promise<IndexHeader> {
  checkTokenVectors(vectors, folder);
  const tokens = vectors.lengths.reduce((n, length) => n + length, 0);
  const full: IndexHeader = { format: FORMAT, ...header, documents: vectors.lengths.length, tokens };
  await writeFolderAtomic(folder, async (temporary) => {
    const tensors = [
      { name: 'vectors', shape: [tokens, vectors.dim], data: vectors.vectors },
      // Lengths of documents are far below 2^24, so float32 holds them exactly.
      { name: 'lengths', shape: [vectors.lengths.length], data: Float32Array.from(vectors.lengths) },
    ];
    await writeSafetensors(join(temporary, 'embeddings.safetensors'), tensors, 'float32');
    await writeJsonAtomic(join(temporary, 'index.json'), full);
  });
  return full;
}

/** The header of an index; undefined where the folder has none. */
export async function readIndexHeader(folder: string): Promise<IndexHeader | undefined> {
  return (await readJsonObject(join(folder, 'index.json'), false)) as IndexHeader | undefined;
}

/** Reads an index made with exactly `key`. Throws `data` naming the first thing that differs, `model` where files are damaged. */
export async function readIndex(folder: string, key: IndexKey): Promise<Index> {
  const header = (await readJsonObject(join(folder, 'index.json'), true)) as unknown as IndexHeader;
  refuseMismatch(folder, header, key);
  const reader = await SafetensorsReader.open(join(folder, 'embeddings.safetensors'));
  try {
    const lengths = new Float32Array(header.documents);
    const vectors = new Float32Array(header.tokens * header.dim);
    await reader.readInto('lengths', [header.documents], lengths);
    await reader.readInto('vectors', [header.tokens, header.dim], vectors);
    const set: TokenVectors = { dim: header.dim, lengths: Int32Array.from(lengths), vectors };
    checkTokenVectors(set, folder);
    return { header, vectors: set };
  } finally {
    await reader.close();
  }
}

function refuseMismatch(folder: string, header: IndexHeader, key: IndexKey): void {
  const refuse = (what: string, found: unknown, expected: unknown) => {
    throw new RaRftError({
      code: 'data',
      message: `the index was made with ${what} ${JSON.stringify(found)}`,
      where: `${join(folder, 'index.json')}: ${what}`,
      expected: JSON.stringify(expected),
      hint: 'Remove the folder and build the index again.',
    });
  };
  if (header.format !== FORMAT) refuse('format', header.format, FORMAT);
  for (const what of ['encoderHash', 'corpusHash', 'dim', 'normalisation'] as const) {
    if (header[what] !== key[what]) refuse(what, header[what], key[what]);
  }
  for (const what of Object.keys(key.spec) as (keyof RetrieverSpec)[]) {
    if (canonicalJson(header.spec[what]) !== canonicalJson(key.spec[what]))
      refuse(`spec.${what}`, header.spec[what], key.spec[what]);
  }
}

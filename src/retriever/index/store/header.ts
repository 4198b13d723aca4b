/**
 * index.json, the header of an index on disk. It says with which encoder and how the vectors were made, and which files belong to the
 * index: a file counts once the header names it. Every change writes new files first and the header last, by a rename, so that a
 * process killed anywhere leaves the index as it was before or after.
 */
import { join } from 'node:path';
import { errorFacts, RaRftError } from '../../../core/errors.js';
import { canonicalJson, hashJson } from '../../../core/hash.js';
import type { Trace } from '../../../data/types.js';
import { readJsonObject } from '../../../models/config-reader.js';
import type { RetrieverSpec } from '../../encode/spec.js';
import { documentText } from '../../encode/text.js';
import type { IndexDtype } from './quantise.js';

export const FORMAT = 2;
export const HEADER_FILE = 'index.json';

/** What must be equal between making an index and using it. */
export interface IndexKey {
  /** Hash of the encoder's config and weights. */
  encoderHash: string;
  /** Hash of the documents' ids and texts, in order; absent where documents come and go. */
  corpusHash?: string;
  dim: number;
  /** How vectors are normalised; scores are cosines. */
  normalisation: 'l2';
  spec: RetrieverSpec;
}

/** A file with the hash of its content. */
export interface FileEntry {
  file: string;
  hash: string;
}

/** Documents that were added together. */
export interface SegmentEntry {
  documents: number;
  tokens: number;
  /** Ids, fields and lengths. */
  table: FileEntry;
  vectors: FileEntry;
  /** The nearest centroid of each token; absent where it is not known yet. */
  codes?: FileEntry;
}

export interface CentroidsEntry extends FileEntry {
  /** Coarse clusters, and centroids in each. */
  shape: [coarse: number, fine: number];
}

/** Inverted lists of the first segments. They only save time: a search can do without the file. */
export interface ListsEntry extends FileEntry {
  /** Segments that are in them. */
  segments: number;
}

/** index.json. */
export interface IndexHeader extends IndexKey {
  format: number;
  /** How numbers are kept. */
  dtype: IndexDtype;
  /** Documents that can be found, and tokens on disk. */
  documents: number;
  tokens: number;
  /** Documents that were cut to `spec.document.maxTokens` when they were added. */
  truncatedDocuments: number;
  segments: SegmentEntry[];
  /** Which documents of which segments were removed. */
  removed?: FileEntry;
  centroids?: CentroidsEntry;
  lists?: ListsEntry;
  /** Goes up with every change; new files are named by it. */
  revision: number;
}

export function corpusHash(traces: readonly Trace[], spec: RetrieverSpec): string {
  return hashJson(traces.map((trace) => [trace.id, documentText(trace, spec.text)]));
}

/** The header of an index; undefined where the folder has none. Throws `model` at one that cannot be read. */
export async function readIndexHeader(folder: string): Promise<IndexHeader | undefined> {
  const file = join(folder, HEADER_FILE);
  const header = await readJsonObject(file, false).catch((cause: unknown) => {
    throw damaged(file, errorFacts(cause).message, cause);
  });
  return header as IndexHeader | undefined;
}

/** Throws `data` naming the first thing in which an index differs from what is asked for. */
export function refuseMismatch(folder: string, header: IndexHeader, key: IndexKey): void {
  const refuse = (what: string, found: unknown, expected: unknown) => {
    throw new RaRftError({
      code: 'data',
      message: `the index was made with ${what} ${JSON.stringify(found)}`,
      where: `${join(folder, HEADER_FILE)}: ${what}`,
      expected: JSON.stringify(expected),
      hint: 'Remove the folder and build the index again.',
    });
  };
  if (header.format !== FORMAT) refuse('format', header.format, FORMAT);
  for (const what of ['encoderHash', 'corpusHash', 'dim', 'normalisation'] as const) {
    if (header[what] !== key[what]) refuse(what, header[what], key[what]);
  }
  for (const what of new Set([...Object.keys(key.spec), ...Object.keys(header.spec)]) as Set<keyof RetrieverSpec>) {
    if (canonicalJson(header.spec[what] ?? null) !== canonicalJson(key.spec[what] ?? null))
      refuse(`spec.${what}`, header.spec[what], key.spec[what]);
  }
  const listed = Array.isArray(header.segments) && header.segments.every(({ table, vectors }) => table && vectors);
  if (!listed || (header.dtype !== 'int8' && header.dtype !== 'float32')) throw damaged(join(folder, HEADER_FILE));
}

/** The error of a file of an index that is not as it was written. */
export function damaged(where: string, message = 'the file is damaged', cause?: unknown): RaRftError {
  return new RaRftError({
    code: 'model',
    message,
    where,
    expected: 'the file as it was written with the index',
    hint: 'Remove the folder of the index and build it again.',
    cause,
  });
}

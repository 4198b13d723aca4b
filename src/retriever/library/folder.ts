/**
 * A retriever with its traces on disk: `encoder/` (a retriever folder), `traces.jsonl` as they were added, `index/` (their vectors),
 * `report.json` where it was trained. A folder with an encoder alone opens without traces.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFacts, RaRftError } from '../../core/errors.js';
import { writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { writeJsonlAtomic } from '../../core/jsonl.js';
import { exists } from '../../core/missing.js';
import { readJsonObject } from '../../models/config-reader.js';
import { corpusHash, type IndexKey } from '../index/store/header.js';
import type { LibraryIndex } from './library-index.js';
import { asTrace, readTraces } from './lines.js';
import type { LibraryReport } from './report.js';
import type { TraceInput } from './types.js';

export interface SavedParts {
  encoderFolder: string;
  key: IndexKey;
  traces: readonly TraceInput[];
  index: LibraryIndex;
  truncatedDocuments: number;
  report: LibraryReport | undefined;
}

/** Where the encoder of a folder is. Throws `usage` where there is none. */
export async function encoderFolderOf(folder: string): Promise<string> {
  for (const at of [join(folder, 'encoder'), folder]) if (await exists(join(at, 'retriever.json'))) return at;
  throw new RaRftError({
    code: 'usage',
    message: `${folder} holds no retriever`,
    where: folder,
    expected: 'a folder that Retriever.save has written, or one with retriever.json (retriever/NAME of a run)',
  });
}

/** Writes the folder whole, or not at all. */
export async function saveFolder(folder: string, parts: SavedParts): Promise<void> {
  const { encoderFolder, key, traces, index, truncatedDocuments, report } = parts;
  await writeFolderAtomic(folder, async (temporary) => {
    await cp(encoderFolder, join(temporary, 'encoder'), { recursive: true });
    await writeJsonlAtomic(join(temporary, 'traces.jsonl'), traces);
    await index.saveTo(join(temporary, 'index'), keyOf(key, traces), truncatedDocuments);
    if (report) await writeJsonAtomic(join(temporary, 'report.json'), report);
  });
}

/** What a folder has beside its encoder. */
export interface SavedTraces {
  traces: TraceInput[];
  /** False where there are traces and the folder of their vectors is not there: they are to be encoded again. */
  indexed: boolean;
  truncatedDocuments: number;
  report: LibraryReport | undefined;
}

/** What {@link saveFolder} wrote beside the encoder, its vectors into `index`. Throws `data` where traces and index do not belong together. */
export async function readSaved(folder: string, key: IndexKey, index: LibraryIndex): Promise<SavedTraces> {
  const file = join(folder, 'traces.jsonl');
  if (!(await exists(file))) return { traces: [], indexed: true, truncatedDocuments: 0, report: undefined };
  const traces = await readTraces(file);
  const at = join(folder, 'index');
  const report = await readReport(join(folder, 'report.json'));
  if (!(await exists(at))) return { traces, indexed: false, truncatedDocuments: 0, report };
  const { truncatedDocuments } = await index.open(at, keyOf(key, traces));
  const missing = traces.find(({ id }) => !index.has(id));
  if (missing) throw notIndexed(at, missing.id);
  return { traces, indexed: true, truncatedDocuments, report };
}

async function readReport(file: string): Promise<LibraryReport | undefined> {
  const report = await readJsonObject(file, false).catch((cause: unknown) => {
    throw new RaRftError({
      code: 'model',
      message: errorFacts(cause).message,
      where: file,
      expected: 'the file as it was written with the retriever',
      hint: 'Remove the file: search does without it, and only the questions that it is graded on are lost.',
      cause,
    });
  });
  return report as LibraryReport | undefined;
}

/** The key of an index of these traces alone. */
function keyOf(key: IndexKey, traces: readonly TraceInput[]): IndexKey {
  return { ...key, corpusHash: corpusHash(traces.map(asTrace), key.spec) };
}

function notIndexed(where: string, id: string): RaRftError {
  return new RaRftError({
    code: 'data',
    message: `the index has no trace ${id}`,
    where,
    expected: 'the index of traces.jsonl beside it',
    hint: 'Remove the folder of the index: it is made again from traces.jsonl.',
  });
}

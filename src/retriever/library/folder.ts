/**
 * A retriever with its traces on disk: `encoder/` (a retriever folder), `traces.jsonl` as they were added, `index/` (their vectors),
 * `report.json` where it was trained. A folder with an encoder alone opens without traces.
 */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RaRftError } from '../../core/errors.js';
import { writeFileAtomic, writeFolderAtomic, writeJsonAtomic } from '../../core/files.js';
import { jsonlText } from '../../core/jsonl.js';
import { exists, ignoreMissing } from '../../core/missing.js';
import type { RetrieverHeader } from '../encode/retriever-folder.js';
import { corpusHash, type IndexKey } from '../index/store/header.js';
import { IndexStore } from '../index/store/store.js';
import type { IndexDocument } from '../index/types.js';
import { asTrace, readTraces } from './lines.js';
import type { LibraryReport } from './report.js';
import type { TraceInput } from './types.js';

export interface SavedParts {
  encoderFolder: string;
  header: RetrieverHeader;
  dim: number;
  /** In the order of the documents. */
  traces: readonly TraceInput[];
  documents: readonly IndexDocument[];
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
  const { encoderFolder, header, dim, traces, documents, truncatedDocuments, report } = parts;
  await writeFolderAtomic(folder, async (temporary) => {
    await cp(encoderFolder, join(temporary, 'encoder'), { recursive: true });
    await writeFileAtomic(join(temporary, 'traces.jsonl'), jsonlText(traces));
    const store = await IndexStore.open(join(temporary, 'index'), keyOf(header, dim, traces));
    await store.add(documents, { truncated: truncatedDocuments });
    store.close();
    if (report) await writeJsonAtomic(join(temporary, 'report.json'), report);
  });
}

/** What a folder has beside its encoder. */
export interface SavedTraces {
  traces: TraceInput[];
  /** In the order of the traces. */
  documents: IndexDocument[];
  truncatedDocuments: number;
  report: LibraryReport | undefined;
}

/** What {@link saveFolder} wrote beside the encoder. Throws `data` where traces and index do not belong together. */
export async function readSaved(folder: string, header: RetrieverHeader, dim: number): Promise<SavedTraces> {
  const file = join(folder, 'traces.jsonl');
  if (!(await exists(file))) return { traces: [], documents: [], truncatedDocuments: 0, report: undefined };
  const traces = await readTraces(file);
  const store = await IndexStore.open(join(folder, 'index'), keyOf(header, dim, traces));
  const documents = traces.map((trace): IndexDocument => {
    const place = store.documents.placeOf(trace.id);
    if (place === undefined) throw notIndexed(join(folder, 'index'), trace.id);
    return { id: trace.id, chunks: store.readChunks(store.documents.chunksOf(place)), fields: trace };
  });
  const { truncatedDocuments } = store.header;
  store.close();
  const text = await readFile(join(folder, 'report.json'), 'utf8').catch(ignoreMissing);
  return {
    traces,
    documents,
    truncatedDocuments,
    report: text === undefined ? undefined : (JSON.parse(text) as LibraryReport),
  };
}

function keyOf({ encoderHash, spec }: RetrieverHeader, dim: number, traces: readonly TraceInput[]): IndexKey {
  return { encoderHash, corpusHash: corpusHash(traces.map(asTrace), spec), dim, normalisation: 'l2', spec };
}

function notIndexed(where: string, id: string): RaRftError {
  return new RaRftError({
    code: 'data',
    message: `the index has no trace ${id}`,
    where,
    expected: 'the index of traces.jsonl beside it',
    hint: 'Save the retriever again from where it was made.',
  });
}

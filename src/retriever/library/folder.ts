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
import type { TokenVectors } from '../encode/token-vectors.js';
import { corpusHash, readIndex, writeIndex, type Index, type IndexKey } from '../index/index-folder.js';
import { asTrace, readTraces } from './lines.js';
import type { LibraryReport } from './report.js';
import type { TraceInput } from './types.js';

export interface SavedParts {
  encoderFolder: string;
  header: RetrieverHeader;
  dim: number;
  /** In the order of the vectors. */
  traces: readonly TraceInput[];
  vectors: TokenVectors;
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
  const { encoderFolder, header, dim, traces, vectors, truncatedDocuments, report } = parts;
  await writeFolderAtomic(folder, async (temporary) => {
    await cp(encoderFolder, join(temporary, 'encoder'), { recursive: true });
    await writeFileAtomic(join(temporary, 'traces.jsonl'), jsonlText(traces));
    await writeIndex(join(temporary, 'index'), { ...keyOf(header, dim, traces), truncatedDocuments }, vectors);
    if (report) await writeJsonAtomic(join(temporary, 'report.json'), report);
  });
}

/** What {@link saveFolder} wrote beside the encoder. Throws `data` where traces and index do not belong together. */
export async function readSaved(
  folder: string,
  header: RetrieverHeader,
  dim: number,
): Promise<{ traces: TraceInput[]; index: Index | undefined; report: LibraryReport | undefined }> {
  const file = join(folder, 'traces.jsonl');
  if (!(await exists(file))) return { traces: [], index: undefined, report: undefined };
  const traces = await readTraces(file);
  const index = await readIndex(join(folder, 'index'), keyOf(header, dim, traces));
  const text = await readFile(join(folder, 'report.json'), 'utf8').catch(ignoreMissing);
  return { traces, index, report: text === undefined ? undefined : (JSON.parse(text) as LibraryReport) };
}

function keyOf({ encoderHash, spec }: RetrieverHeader, dim: number, traces: readonly TraceInput[]): IndexKey {
  return { encoderHash, corpusHash: corpusHash(traces.map(asTrace), spec), dim, normalisation: 'l2', spec };
}

/** Files of an index: written once, whole, with a hash, and never changed. */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeftover, namePath, removeLeftovers, writeFileAtomic } from '../../../core/files.js';
import { manifestName, refuseStrangers } from '../../../core/owned-folder.js';
import { damaged, HEADER_FILE, type FileEntry, type IndexHeader } from './header.js';

/** Names that are written here; anything else in the folder is somebody's. */
const OWN = /^(segment|removed|centroids|lists)-\d+(-\d+)?\.(json|vectors|codes|f32|u32)$/;

/** Whether a name is one of those under which files of an index are written, also by a process that was killed. */
export function isIndexFile(name: string): boolean {
  return OWN.test(name) || name === HEADER_FILE || name === manifestName || isLeftover(name);
}

/** Writes a file that no header names yet, flushed to the disk. */
export async function writeNew(
  folder: string,
  file: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<FileEntry> {
  const path = join(folder, file);
  const hash = createHash('sha256');
  try {
    const handle = await open(path, 'w');
    try {
      for await (const piece of pieces) {
        hash.update(piece);
        await handle.appendFile(piece);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw namePath(error, path);
  }
  return { file, hash: shorten(hash.digest('hex')) };
}

/** A file as it was written. Throws `model` where it is missing or changed. */
export async function readWhole(folder: string, { file, hash }: FileEntry): Promise<Buffer> {
  const path = join(folder, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw damaged(path, 'the file cannot be read', cause);
  });
  if (shorten(createHash('sha256').update(bytes).digest('hex')) !== hash) throw damaged(path);
  return bytes;
}

/** The memory of numbers, to be written. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The memory of what was read, from its beginning, for views of larger numbers: as it is where it has all of its buffer. */
export function alignedBuffer(bytes: Buffer): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? buffer : new Uint8Array(bytes).buffer;
}

/** Puts the header in place, after which the index is what it says. Lists the files first, so that the folder stays known as ours. */
export async function commitHeader(folder: string, header: IndexHeader): Promise<void> {
  await listFiles(folder, header);
  await writeFileAtomic(join(folder, HEADER_FILE), `${JSON.stringify(header)}\n`);
}

/** Makes the folder ready for writing; what an interrupted change left is removed. Throws `io` where the folder holds other files. */
export async function prepareFolder(folder: string, header: IndexHeader): Promise<void> {
  await mkdir(folder, { recursive: true });
  await removeLeftovers(folder);
  await removeUnnamed(folder, header);
  await listFiles(folder, header);
  await refuseStrangers(folder);
}

/** Removes files of an index that its header does not name. */
export async function removeUnnamed(folder: string, header: IndexHeader): Promise<void> {
  const named = new Set(filesOf(header));
  for (const file of await readdir(folder)) {
    if (OWN.test(file) && !named.has(file)) await rm(join(folder, file), { force: true });
  }
}

/** A list of own files beside the header lets others tell that the whole folder may be replaced. */
async function listFiles(folder: string, header: IndexHeader): Promise<void> {
  const present = (await readdir(folder)).filter((file) => OWN.test(file));
  const files = [...new Set([HEADER_FILE, ...filesOf(header), ...present])].toSorted();
  await writeFileAtomic(join(folder, manifestName), `${JSON.stringify(files)}\n`);
}

/** Files of an index beside its header. */
export function filesOf({ segments, removed, centroids, lists }: IndexHeader): string[] {
  const entries = segments.flatMap(({ table, vectors, codes }) => [table, vectors, codes]);
  return [...entries, removed, centroids, lists].flatMap((entry) => (entry ? [entry.file] : []));
}

function shorten(hex: string): string {
  return hex.slice(0, 16);
}

/**
 * `node:fs/promises` for the page: folders of models are read from the web server as they are read from a disk. What is there is known
 * beforehand, so that nothing is asked for in vain.
 */
import { fetchBytes } from './fetch-bytes.js';

/** A place on a server, and the bytes of each of its files. */
interface Mounted {
  url: string;
  sizes: ReadonlyMap<string, number>;
  read: (bytes: number) => void;
}

let mounted: Mounted | undefined;

/** Makes the files under `url` readable by their paths; `read` hears how many bytes have come. To be called once, before anything is read. */
export function mount(url: string, sizes: Readonly<Record<string, number>>, read: (bytes: number) => void): void {
  mounted = { url, sizes: new Map(Object.entries(sizes)), read };
}

export async function readFile(path: string, encoding?: 'utf8'): Promise<Uint8Array | string> {
  const bytes = await fetched(path);
  return encoding === 'utf8' ? new TextDecoder().decode(bytes) : bytes;
}

export function stat(path: string): Promise<{ isFile(): boolean; isDirectory(): boolean; size: number }> {
  const size = mounted?.sizes.get(path);
  const isFolder = [...(mounted?.sizes.keys() ?? [])].some((name) => name.startsWith(`${path}/`));
  if (size === undefined && !isFolder) return Promise.reject(missing(path));
  return Promise.resolve({ isFile: () => !isFolder, isDirectory: () => isFolder, size: size ?? 0 });
}

/** A file in memory that is read like an open one. */
export async function open(path: string): Promise<OpenFile> {
  return new OpenFile(await fetched(path));
}

class OpenFile {
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  stat(): Promise<{ size: number }> {
    return Promise.resolve({ size: this.bytes.length });
  }

  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    const part = this.bytes.subarray(position, position + length);
    target.set(part, offset);
    return Promise.resolve({ bytesRead: part.length });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Weights are opened twice, for their header and for their tensors. */
const kept = new Map<string, Promise<Uint8Array>>();

function fetched(path: string): Promise<Uint8Array> {
  const known = kept.get(path);
  if (known) return known;
  const bytes = fetchFile(path);
  kept.set(path, bytes);
  return bytes;
}

async function fetchFile(path: string): Promise<Uint8Array> {
  if (!mounted?.sizes.has(path)) throw missing(path);
  return fetchBytes(`${mounted.url}/${path}`, mounted.read);
}

/** As Node says that a file is not there. */
function missing(path: string): Error {
  return Object.assign(new Error(`there is no file ${path}`), { code: 'ENOENT', syscall: 'open', path });
}

/** A data set of the Hugging Face Hub as local files: fetched once, and read without a connection ever after. */
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RaRftError } from '../core/errors.js';
import { writeJsonAtomic } from '../core/files.js';
import { fetchHubFile, listHubFiles, type HubPlace } from './hub.js';

/** What `hf://datasets/owner/name@revision/folder` names. */
export interface DatasetAddress {
  repo: string;
  revision?: string;
  /** Folder or file in the repository; '' where none is named. */
  path: string;
}

/** Part of a data set, by the names of its files. */
export type HubSplit = 'train' | 'test';

export interface DatasetOptions {
  /** Folder under which the files are kept. */
  downloads: string;
  /** Files of this split where there are any. Default: train. */
  split?: HubSplit;
  accessToken?: string;
  hubUrl?: string;
  /** A transfer that does not get on for so long is given up. Default one minute. */
  stallMs?: number;
  /** Called after each file: bytes so far and bytes in all. */
  report?: (done: number, total: number) => void;
}

const SCHEME = 'hf://datasets/';

/** The address in an input, undefined where it is a path. Throws `usage` at an address without owner and name. */
export function datasetAddress(input: string): DatasetAddress | undefined {
  if (!input.startsWith(SCHEME)) return undefined;
  const match = /^([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?(?:\/(.*?))?\/*$/.exec(input.slice(SCHEME.length));
  const repo = match?.[1];
  if (repo === undefined) {
    throw new RaRftError({
      code: 'usage',
      message: `${input} names no data set`,
      where: input,
      expected: `${SCHEME}owner/name, with @revision and /folder where wanted`,
    });
  }
  return { repo, ...(match?.[2] !== undefined && { revision: match[2] }), path: match?.[3] ?? '' };
}

/**
 * Paths of the data files on this machine, in the order of their names; what is missing is fetched first. With a list from
 * an earlier time and all of its files there, the Hub is not asked. Throws `io` where it is needed and cannot be reached,
 * `data` where the repository has no such files.
 */
export async function fetchDataset(address: DatasetAddress, options: DatasetOptions): Promise<string[]> {
  const { downloads, split = 'train', report = () => {}, ...access } = options;
  const { repo, revision, path } = address;
  const folder = join(downloads, `${repo.replace('/', '--')}@${revision ?? 'main'}`);
  const listed = [
    'files',
    ...(split === 'train' ? [] : [split]),
    ...(path === '' ? [] : [path.replaceAll(/[^\w.-]/g, '-')]),
  ];
  const listPath = join(folder, `${listed.join('-')}.json`);
  const place: HubPlace = { kind: 'dataset', repo, ...(revision !== undefined && { revision }), ...access };
  const sizes = (await readList(listPath)) ?? (await listDataFiles(place, path, split));
  await writeJsonAtomic(listPath, sizes);
  const total = Object.values(sizes).reduce((a, b) => a + b, 0);
  let done = 0;
  const paths: string[] = [];
  for (const [name, size] of Object.entries(sizes)) {
    const target = join(folder, name);
    if ((await sizeOf(target)) !== size) await fetchWhole(place, name, size, target);
    report((done += size), total);
    paths.push(target);
  }
  return paths;
}

/** Data files under a path, Parquet and JSONL before other forms; those of the split where there are any; `data/` where no path is named and it exists. */
export function chooseDataFiles(names: readonly string[], path: string, split: HubSplit = 'train'): string[] {
  const best = [/\.(parquet|jsonl(\.gz)?)$/, /(?<!(^|\/)dataset_infos?)\.(json|csv|tsv)(\.gz)?$/];
  const tables = best.map((ending) => names.filter((name) => ending.test(name))).find((list) => list.length > 0) ?? [];
  const under = (folder: string) => tables.filter((name) => name === folder || name.startsWith(`${folder}/`));
  const found = path === '' ? [under('data'), tables].find((list) => list.length > 0) : under(path);
  const ofSplit = found?.filter((name) => name.slice(name.lastIndexOf('/') + 1).startsWith(split)) ?? [];
  return (ofSplit.length > 0 ? ofSplit : (found ?? [])).toSorted();
}

async function listDataFiles(place: HubPlace, path: string, split: HubSplit): Promise<Record<string, number>> {
  const sizes = await listHubFiles(place, { recursive: true });
  const names = chooseDataFiles([...sizes.keys()], path, split);
  if (names.length > 0) return Object.fromEntries(names.map((name) => [name, sizes.get(name) ?? 0]));
  throw new RaRftError({
    code: 'data',
    message: `${place.repo} has no data files${path === '' ? '' : ` under ${path}`}`,
    where: place.repo,
    expected: 'files that end in .parquet, .jsonl, .json, .csv or .tsv',
    hint: `It has: ${[...sizes.keys()].slice(0, 12).join(', ')}`,
  });
}

async function fetchWhole(place: HubPlace, name: string, size: number, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part`;
  await fetchHubFile(place, name, size, part);
  await rename(part, target);
}

async function readList(path: string): Promise<Record<string, number> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Record<string, number>);
}

async function sizeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    (found) => found.size,
    () => undefined,
  );
}

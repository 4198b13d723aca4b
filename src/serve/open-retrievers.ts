/** The retrievers of a server: folders of `ra-rft retriever train`, and those of runs; BM25 beside them, over the traces of the first. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Own } from '../core/closing.js';
import { RaRftError } from '../core/errors.js';
import { exists } from '../core/missing.js';
import type { Progress } from '../core/progress.js';
import { inPlace, Slots } from '../core/slots.js';
import { Retriever } from '../retriever/index.js';
import { runPaths } from '../runs/index.js';
import type { ServedRetriever, ServedRetrievers } from './api/retrieve.js';
import { TogetherSearch } from './together.js';
import { WordSearch } from './word-search.js';

export interface OpenRetrieversOptions {
  /** `FOLDER` or `NAME=FOLDER` each. */
  folders: readonly string[];
  /** Whether traces may be added and removed; the folder is saved after each change. Not those of a run. */
  writable: boolean;
  progress: Progress;
  onWarning: (text: string) => void;
  /** Ends them at once, with its reason, also while they are opened. */
  signal?: AbortSignal | undefined;
}

/** A retriever folder and what it is called; `corpus` where its traces stand in a run. */
interface Place {
  name: string;
  folder: string;
  corpus?: string;
}

/** Opens them; `own` closes them. Throws `usage` where a folder holds none, none has a trace, or two have one name. */
export async function openRetrievers(options: OpenRetrieversOptions, own: Own): Promise<ServedRetrievers> {
  const { progress, onWarning, writable, signal } = options;
  const served = new Map<string, ServedRetriever>();
  for (const { name, folder, corpus } of (await Promise.all(options.folders.map(placesOf))).flat()) {
    if (served.has(name)) throw twice(name);
    const retriever = own(await Retriever.open(folder, { progress, onWarning, signal }));
    if (corpus !== undefined) await retriever.add(corpus, { signal });
    signal?.throwIfAborted();
    if (retriever.size === 0) throw withoutTraces(folder);
    if (served.size === 0) served.set('bm25', new WordSearch(() => retriever.traces));
    served.set(name, servedOf(retriever, writable && corpus === undefined ? folder : undefined));
  }
  const [words, ...encoders] = served; // BM25 last: the first is the default
  return new Map(words ? [...encoders, words] : []);
}

async function placesOf(text: string): Promise<Place[]> {
  const named = /^([\w.-]+)=(.+)$/s.exec(text);
  const [name, folder] = named ? [named[1] as string, named[2] as string] : [undefined, text];
  const { corpus } = runPaths(folder);
  if (!(await exists(corpus))) return [{ name: name ?? 'learned', folder }];
  const all = await readdir(join(folder, 'retriever')).catch(() => []);
  const trained: string[] = [];
  for (const one of all) if (await exists(join(folder, 'retriever', one, 'retriever.json'))) trained.push(one);
  if (trained.length === 0) throw untrained(folder);
  return trained
    .toSorted((a, b) => Number(b === 'learned') - Number(a === 'learned') || (a < b ? -1 : 1))
    .map((one) => ({
      name: name === undefined ? one : trained.length === 1 ? name : `${name}-${one}`,
      folder: runPaths(folder).retriever(one),
      corpus,
    }));
}

/** Changes, where there is a folder, are on disk before they are told: a server that is killed has lost none. */
function servedOf(retriever: Retriever, folder: string | undefined): ServedRetriever {
  const search = new TogetherSearch(retriever);
  const turn = new Slots(1);
  const changed = (into: string, change: () => Promise<void>) =>
    inPlace(turn, async () => {
      await change();
      await retriever.save(into);
    });
  return {
    get size() {
      return retriever.size;
    },
    search: (question, options) => search.search(question, options),
    ...(folder !== undefined && {
      change: {
        add: (traces, signal) => changed(folder, () => retriever.add(traces, { signal })),
        remove: (ids) => changed(folder, () => retriever.remove(ids)),
      },
    }),
  };
}

const twice = (name: string) =>
  new RaRftError({
    code: 'usage',
    message: `two retrievers are called ${name}`,
    where: '--retriever',
    expected: 'NAME=FOLDER, each name once; bm25 is there by itself',
  });

const withoutTraces = (folder: string) =>
  new RaRftError({
    code: 'usage',
    message: `${folder} holds an encoder and no traces`,
    where: '--retriever',
    expected: 'a folder of ra-rft retriever train, or a run',
  });

const untrained = (folder: string) =>
  new RaRftError({
    code: 'usage',
    message: `the run ${folder} has no trained retriever yet`,
    where: '--retriever',
    hint: 'ra-rft retriever --config FILE trains it.',
  });

/** Traces for problems that are evaluated outside of a run: from a retriever folder that a run left, BM25 or random. */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import type { Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { exists, ignoreMissing } from '../../core/missing.js';
import type { Progress } from '../../core/progress.js';
import {
  dataFiles,
  loadTraces,
  lookAlikes,
  lookAtFile,
  TraceGuard,
  type Problem,
  type Trace,
} from '../../data/index.js';
import {
  anyBm25OptionsOf,
  Bm25Retriever,
  corpusHash,
  EncoderRetriever,
  RandomRetriever,
  readIndexHeader,
  readRetriever,
  searchAllowed,
  type TraceRetriever,
} from '../../retriever/index.js';
import { tellCut } from '../retrieve/cut-texts.js';

export interface TraceSource {
  /** `bm25`, `random`, or a folder with retriever.json (`runs/NAME/retriever/learned`). */
  from: string;
  /** File of solved problems; undefined: the corpus of the run that the folder stands in. */
  corpus: string | undefined;
  /** Traces of a prompt. */
  count: number;
}

export interface TraceSearch {
  config: Config;
  /** Where an index is built that the run has not left. */
  indexFolder: string;
  progress: Progress;
}

/** Traces by set and problem, best first; a problem without any allowed trace has none. */
export interface FoundTraces {
  /** For people: what was searched. */
  name: string;
  corpusSize: number;
  tracesOf(set: string, problem: Problem): readonly Trace[];
}

/**
 * The best traces of each problem that the leak guard allows, searched for set by set. Throws `usage` where no corpus is named or
 * found, `model` and `data` at damaged or foreign files.
 */
export async function findTraces(
  source: TraceSource,
  sets: readonly { name: string; problems: readonly Problem[] }[],
  search: TraceSearch,
): Promise<FoundTraces> {
  const folder = await retrieverFolder(source.from);
  const corpus = await dataFiles(await corpusFile(source, folder));
  const { mapping } = await lookAtFile(corpus[0]!);
  const { answers, unusable, mostWordsInCommon: mostInCommon, ...data } = search.config.data;
  // As a run makes its corpus: of a file of its own, or of the problems.
  const { workedAnswer } = data.corpus.path === null ? data.problems : data.corpus;
  const options = { answers, unusable, workedAnswer };
  const { items: traces, skipped } = await loadTraces(corpus, { preset: 'plain', ...mapping, ...options });
  tellLeftOut(skipped, search.progress);
  const retriever = await openRetriever(source.from, folder, traces, search);
  const found = new Map<string, Trace[]>();
  const key = (set: string, { id }: Problem) => JSON.stringify([set, id]);
  try {
    for (const { name, problems } of sets) {
      const guard = new TraceGuard(
        problems,
        mostInCommon < 1 ? { lists: lookAlikes(problems, traces, mostInCommon) } : {},
      );
      const hits_Q = await searchAllowed(retriever, problems, source.count, guard.mayShow.bind(guard));
      for (const [q, problem] of problems.entries())
        found.set(
          key(name, problem),
          (hits_Q[q] ?? []).map(({ trace }) => trace),
        );
    }
    tellCut(source.from, retriever, search.progress);
  } finally {
    await retriever.dispose();
  }
  return {
    name: folder ?? source.from,
    corpusSize: traces.length,
    tracesOf: (set, problem) => found.get(key(set, problem)) ?? [],
  };
}

/** A line for each record of a file that is of no use. */
export function tellLeftOut(skipped: readonly { where: string; message: string }[], progress: Progress): void {
  for (const { where, message } of skipped) progress.line(`left out: ${where}: ${message}`);
}

/**
 * The folder with retriever.json: as named, or the only one in a run folder or its retriever/ that is named; undefined for retrievers
 * without one.
 */
async function retrieverFolder(from: string): Promise<string | undefined> {
  if (from === 'bm25' || from === 'random') return undefined;
  const holds = async (folder: string) => exists(join(folder, 'retriever.json'));
  for (const folder of [from, join(from, 'retriever')]) {
    if (await holds(folder)) return folder;
    const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
    const inside: string[] = [];
    for (const name of names.toSorted()) if (await holds(join(folder, name))) inside.push(join(folder, name));
    if (inside.length === 1) return inside[0];
    if (inside.length > 1) {
      throw new RaRftError({
        code: 'usage',
        message: `${from} holds ${inside.length} retrievers`,
        where: '--trace-from',
        expected: `one of them: ${inside.join(', ')}`,
      });
    }
  }
  throw new RaRftError({
    code: 'usage',
    message: `${from} holds no retriever`,
    where: '--trace-from',
    expected: 'a folder with retriever.json, bm25, random or none',
  });
}

/** The run folder that a retriever stands in: it is at retriever/<name>, or at retriever in runs of older versions. */
function runOf(folder: string): string {
  return basename(dirname(folder)) === 'retriever' ? dirname(dirname(folder)) : dirname(folder);
}

async function corpusFile({ corpus }: TraceSource, folder: string | undefined): Promise<string> {
  if (corpus !== undefined) return corpus;
  const own = folder === undefined ? undefined : join(runOf(folder), 'data', 'corpus.jsonl');
  if (own !== undefined && (await exists(own))) return own;
  throw new RaRftError({
    code: 'usage',
    message: 'no corpus is named to take traces from',
    where: '--corpus',
    expected: 'a file of solved problems',
  });
}

async function openRetriever(
  from: string,
  folder: string | undefined,
  traces: readonly Trace[],
  { config, indexFolder, progress }: TraceSearch,
): Promise<TraceRetriever> {
  if (folder === undefined)
    return from === 'random'
      ? new RandomRetriever(traces, config.seed)
      : new Bm25Retriever(traces, anyBm25OptionsOf(config));
  const { header } = await readRetriever(folder);
  if (header.spec.queryText === 'question+attempt')
    progress.line(
      `warning: ${from} reads drafts beside questions, and there are none here: it is searched by questions alone`,
    );
  const beside = join(runOf(folder), 'index', relative(join(runOf(folder), 'retriever'), folder));
  const left = await readIndexHeader(beside);
  // The run's own index is never written to: it may be of another corpus.
  const whole = left?.documents === traces.length && left.corpusHash === corpusHash(traces, header.spec);
  const fits = whole && left.encoderHash === header.encoderHash;
  const threads = config.engine.threads === 0 ? undefined : config.engine.threads;
  return EncoderRetriever.open(folder, fits ? beside : indexFolder, traces, { threads, progress });
}

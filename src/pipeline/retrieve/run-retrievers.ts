/** The retrievers of a run, opened again over its corpus: as they were searched with and, of trained encoders, as they were before. Writes nothing into the run. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { resolveConfig, withAllBehind, type Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { readJsonlAll } from '../../core/jsonl.js';
import { silent, type Progress } from '../../core/progress.js';
import { readExcludeLists, type Problem, type Trace } from '../../data/index.js';
import { Tokenizer } from '../../models/index.js';
import {
  EncoderRetriever,
  readIndexHeader,
  writeRetriever,
  type IndexHeader,
  type RetrieverEntry,
  type TraceRetriever,
} from '../../retriever/index.js';
import { runPaths, type RunPaths } from '../../runs/run-paths.js';
import { guardOf, type DataSets } from '../data/data-sets.js';
import { modelFolderOf } from '../session.js';
import { withAttempts } from './attempts-stage.js';
import { encodersBehind, type RetrieverName } from './contexts.js';
import { encoderPlanOf, untrainedEncoder } from './encoder-training.js';
import { indexServerOf, openNamed } from './open-named.js';

/** A retriever of a run that can be opened. */
export interface RunRetriever {
  /** Name in the map; `NAME, untrained` is an encoder before its training. */
  name: string;
  kind: RetrieverEntry['kind'];
  /** Whether a server of somebody else is asked by it. */
  asksServer: boolean;
  /** Opens it; `scratch` is a folder of its own for what has to be made for that, and outlives it. The signal ends that. */
  open: (scratch: string, signal?: AbortSignal) => Promise<TraceRetriever>;
}

export interface RunRetrievers {
  config: Config;
  data: DataSets;
  retrievers: RunRetriever[];
  /** Retrievers of the map that cannot be opened, and why. */
  leftOut: { name: string; why: string }[];
}

/** Reads the data of a run and looks which of its retrievers are there. Throws `run-folder` where the folder has no data. */
export async function readRunRetrievers(
  root: string,
  { progress = silent }: { progress?: Progress } = {},
): Promise<RunRetrievers> {
  const paths = runPaths(root);
  const data = await withAttempts(await readData(paths), root);
  const config = resolveConfig({ file: paths.config });
  const run: OpenedRun = { root, config, corpus: data.corpus, progress };
  const retrievers: RunRetriever[] = [];
  const leftOut: RunRetrievers['leftOut'] = [];
  for (const [name, entry] of Object.entries(config.retrievers)) {
    const why = missing(config, paths, name);
    if (why !== undefined) {
      leftOut.push({ name, why });
      continue;
    }
    if (entry.kind === 'encoder' && entry.trained)
      retrievers.push({
        name: `${name}, untrained`,
        kind: entry.kind,
        asksServer: false,
        open: (scratch, signal) => openUntrained(run, entry, { folder: scratch, signal }),
      });
    const asksServer = withAllBehind(config, name).some((of) => isServed(config.retrievers[of]));
    retrievers.push({
      name,
      kind: entry.kind,
      asksServer,
      open: (scratch, signal) => openAgain(run, name, { scratch, signal }),
    });
  }
  return { config, data, retrievers, leftOut };
}

interface OpenedRun {
  root: string;
  config: Config;
  corpus: readonly Trace[];
  progress: Progress;
}

function missing(config: Config, paths: RunPaths, name: RetrieverName): string | undefined {
  const unmade = encodersBehind(config, name).find((of) => !existsSync(join(paths.retriever(of), 'retriever.json')));
  if (unmade !== undefined) return `the run has not made the encoder ${unmade}`;
  const asks = withAllBehind(config, name).some((of) => config.retrievers[of]?.kind === 'embeddings');
  return asks && !existsSync(paths.retrieved(name)) ? 'no search of this run has asked its server' : undefined;
}

function isServed(entry: RetrieverEntry | undefined): boolean {
  return entry?.kind === 'embeddings' || (entry?.kind === 'encoder' && entry.server !== undefined);
}

function openAgain(
  { root, config, corpus, progress }: OpenedRun,
  name: RetrieverName,
  { scratch, signal }: { scratch: string; signal: AbortSignal | undefined },
): Promise<TraceRetriever> {
  const paths = runPaths(root);
  const openEncoder = async (of: RetrieverName) => {
    const own = paths.index(of);
    const server = indexServerOf(config, of);
    const isWhole = server !== undefined || holdsAll(await readIndexHeader(own), corpus);
    const options = { progress, server, signal };
    return EncoderRetriever.open(paths.retriever(of), isWhole ? own : join(scratch, of), corpus, options);
  };
  return openNamed(name, { config, corpus, openEncoder, root, progress });
}

/** Whether an index can be searched as it stands: one that a run is still building, or was stopped at, is its own to end. */
function holdsAll(header: IndexHeader | undefined, corpus: readonly Trace[]): boolean {
  return header?.documents === corpus.length && (header.dtype !== 'int8' || header.centroids !== undefined);
}

async function readData(paths: RunPaths): Promise<DataSets> {
  for (const file of [paths.config, paths.problems('train'), paths.problems('test'), paths.corpus]) {
    if (existsSync(file)) continue;
    const expected = 'a run folder with config.yaml and data/';
    throw new RaRftError({ code: 'run-folder', message: `there is no ${file}`, where: file, expected });
  }
  const train = await readJsonlAll<Problem>(paths.problems('train'));
  const test = await readJsonlAll<Problem>(paths.problems('test'));
  const corpus = await readJsonlAll<Trace>(paths.corpus);
  const excludeLists = existsSync(paths.excludeLists) ? await readExcludeLists(paths.excludeLists) : new Map();
  return { train, test, corpus, excludeLists, guard: guardOf({ train, test, excludeLists }), fingerprint: '' };
}

/** An encoder as it stood before its training: it follows from the model and the seed. */
async function openUntrained(
  { root, config, corpus, progress }: OpenedRun,
  entry: Extract<RetrieverEntry, { kind: 'encoder' }>,
  { folder, signal }: { folder: string; signal: AbortSignal | undefined },
): Promise<TraceRetriever> {
  const warm = join(runPaths(root).policies('warmup'), 'final');
  const warmed = config.labels.policy === 'warmup' && existsSync(warm);
  const isWhole = warmed && existsSync(join(warm, 'config.json'));
  const model = isWhole ? warm : modelFolderOf(config);
  const base = { folder: model, ...(warmed && !isWhole && { adapter: warm }) };
  const tokenizer = await Tokenizer.load(model);
  const made = await untrainedEncoder(encoderPlanOf(config, entry, { ...base, tokenizer }));
  await writeRetriever(join(folder, 'encoder'), made, made.tokenizerFrom ?? modelFolderOf(config));
  return EncoderRetriever.open(join(folder, 'encoder'), join(folder, 'index'), corpus, { progress, signal });
}

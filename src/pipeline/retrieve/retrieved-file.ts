/** Retrieved traces as a file: searched batch by batch so that a killed search goes on, and read with every line checked. */
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ArmConfig, Config } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import { cutJsonl, JsonlWriter, readJsonl } from '../../core/jsonl.js';
import type { Progress } from '../../core/progress.js';
import type { Problem, Trace } from '../../data/index.js';
import {
  diversify,
  poolOf,
  searchAllowed,
  type Diversity,
  type Hit,
  type TraceRetriever,
} from '../../retriever/index.js';
import { isLateSource, warmupDepth, type ProblemSet, type RetrieverName } from './contexts.js';
import type { DataSets } from '../data/data-sets.js';
import type { PromptLengths } from '../prompts/prompt-lengths.js';

/** Traces kept for each problem at least; prompts take the first ones, people may look at the others. */
const KEPT = 5;

/** How many traces of each problem prompts and evaluations can take from a retriever, and some more to look at. */
export function keptHits(
  name: RetrieverName,
  config: Pick<Config, 'retrievers' | 'warmup'> & {
    arms: readonly Pick<ArmConfig, 'train' | 'test' | 'contexts'>[];
    eval: Pick<Config['eval'], 'contexts'>;
  },
): number {
  const { arms, eval: evaluation, warmup } = config;
  const taken = arms.flatMap(({ train, test, contexts: { traces, spread } }) => [
    train === name ? traces * spread : 0,
    test === name ? Math.max(traces, evaluation.contexts) : 0,
  ]);
  const taught = isLateSource(config, name) ? warmupDepth(warmup) : 0;
  return Math.max(KEPT, ...taken, taught);
}

/** Problems searched at once: enough for matrix products, few enough for a live progress bar. */
const searchBatch = 256;

/** One line of retrieved/<retriever>.jsonl. */
export interface RetrievedRecord {
  set: ProblemSet;
  problemId: string;
  /** Best first. */
  hits: { traceId: string; score: number }[];
}

/** Problems to search for, of each set. */
export type Wanted = Readonly<Record<ProblemSet, readonly Problem[]>>;

export interface SearchFile {
  file: string;
  /** Names everything that the hits depend on; what another search left half done is not gone on with. */
  inputs: string;
  /** Traces kept for each problem; default 5. */
  kept?: number;
  guard: DataSets['guard'];
  /** How the hits of a problem are to differ, and the classes that labels have found traces in. */
  diversity?: Diversity;
  classOf?: ReadonlyMap<string, string>;
  /** With `prompt.overlong: skip`: traces that are too long for a problem are not among its hits. */
  lengths?: Pick<PromptLengths, 'fits' | 'fitsExactly'>;
  progress: Progress;
}

/**
 * Searches the whole corpus for the test problems, and for the training problems what may teach them; writes the file. A search
 * that was killed goes on after its last whole batch and leaves the same bytes: lines gather beside the file, under a name
 * made of `inputs`, and the file appears when all are there.
 */
export async function searchInto(target: SearchFile, retriever: TraceRetriever, wanted: Wanted): Promise<void> {
  const { file, inputs, progress } = target;
  const part = `${file}.part-${inputs.slice(0, 12)}`;
  await removeOtherParts(file, part);
  const batches = (['train', 'test'] as const).flatMap((set) => batchesOf(wanted[set]).map((of) => ({ set, of })));
  const ids = batches.flatMap(({ of }) => of.map(({ id }) => id));
  const done = await wholeBatches(
    part,
    batches.map(({ of }) => of.length),
  );
  const task = progress.task(`retrieve (${basename(file, '.jsonl')})`, ids.length, 'problems', done.problems);
  const writer = await JsonlWriter.open(part);
  try {
    let problems = done.problems;
    for (const batch of batches.slice(done.batches)) {
      await writer.append(...(await searchBatchOf(batch, retriever, target)));
      problems += batch.of.length;
      task.update(problems);
    }
  } finally {
    await writer.close();
    task.end();
  }
  await rename(part, file);
}

interface Batch {
  set: ProblemSet;
  of: readonly Problem[];
}

async function searchBatchOf(
  { set, of }: Batch,
  retriever: TraceRetriever,
  {
    kept = KEPT,
    guard,
    lengths,
    diversity,
    classOf,
  }: Pick<SearchFile, 'kept' | 'guard' | 'lengths' | 'diversity' | 'classOf'>,
): Promise<RetrievedRecord[]> {
  const allowed = set === 'train' ? guard.mayTeach.bind(guard) : guard.mayShow.bind(guard);
  const hits_Q = await searchAllowed(
    retriever,
    of,
    diversity ? poolOf(kept, diversity) : kept,
    (problem, trace) => allowed(problem, trace) && lengths?.fits(problem, trace) !== false,
  );
  // What is allowed first: a trace that may not be shown makes no other one look like a repetition.
  const known = (trace: Trace, name: string) => (name === 'class' ? classNameOf(trace, classOf) : undefined);
  const chosen_Q = diversity ? await diversify(retriever, of, hits_Q, kept, diversity, known) : hits_Q;
  const short = ({ trace, score }: Hit) => ({ traceId: trace.id, score });
  return of.map((problem, q) => {
    const hits = (chosen_Q[q] ?? []).filter(({ trace }) => lengths?.fitsExactly(problem, trace) !== false);
    return { set, problemId: problem.id, hits: hits.map(short) };
  });
}

/** The class that labels have found a trace in, else its type; a class is never equal to a type. */
function classNameOf({ id, type }: Trace, classOf?: ReadonlyMap<string, string>): string[] | undefined {
  const found = classOf?.get(id);
  if (found !== undefined) return ['class', found];
  return type === undefined ? undefined : ['type', type];
}

function batchesOf(problems: readonly Problem[]): Problem[][] {
  const count = Math.ceil(problems.length / searchBatch);
  return Array.from({ length: count }, (_, i) => problems.slice(i * searchBatch, (i + 1) * searchBatch));
}

/** How many whole batches a killed search has left; what follows them is cut. */
async function wholeBatches(part: string, sizes: readonly number[]): Promise<{ batches: number; problems: number }> {
  let lines = 0;
  await cutJsonl(part, () => (lines++, true)); // cuts a torn last line
  let [batches, problems] = [0, 0];
  for (const size of sizes) {
    if (problems + size > lines) break;
    problems += size;
    batches++;
  }
  let at = 0;
  await cutJsonl(part, () => at++ < problems);
  return { batches, problems };
}

async function removeOtherParts(file: string, own: string): Promise<void> {
  const names = await readdir(dirname(file)).catch(() => []);
  for (const name of names) {
    const isPart = name.startsWith(`${basename(file)}.part-`) && name !== basename(own);
    if (isPart) await rm(join(dirname(file), name), { force: true });
  }
}

/**
 * Reads a file of retrieved traces (problem id -> traces, best first), which a person may have edited. Throws `data` with file and line at a trace that is not in
 * the corpus or must not meet the problem, and naming the problem where one of `wanted` has no line.
 */
export async function readRetrieved(
  file: string,
  data: DataSets,
  wanted: Wanted,
): Promise<ReadonlyMap<string, readonly Trace[]>> {
  const traces = new Map(data.corpus.map((trace) => [trace.id, trace]));
  const problems = {
    train: new Map(wanted.train.map((problem) => [problem.id, problem])),
    test: new Map(wanted.test.map((problem) => [problem.id, problem])),
  };
  const hits = new Map<string, readonly Trace[]>();
  for await (const { line, value } of readJsonl<RetrievedRecord>(file)) {
    const where = `${file}:${line}`;
    const problem = problems[value.set]?.get(value.problemId);
    if (!problem) throw unusable(where, `no ${value.set} problem ${value.problemId} was asked for`);
    if (!Array.isArray(value.hits)) throw unusable(where, 'the line has no list of hits');
    hits.set(
      problem.id,
      value.hits.map(({ traceId }) => checked(traces.get(traceId), { where, traceId, problem, set: value.set }, data)),
    );
  }
  for (const { id } of [...wanted.train, ...wanted.test])
    if (!hits.has(id)) throw unusable(file, `problem ${id} has no line`);
  return hits;
}

function checked(
  trace: Trace | undefined,
  { where, traceId, problem, set }: { where: string; traceId: string; problem: Problem; set: ProblemSet },
  { guard }: DataSets,
): Trace {
  if (!trace) throw unusable(where, `trace ${traceId} is not in the corpus`);
  const why = set === 'train' ? guard.whyNotTaught(problem, trace) : guard.whyNotShown(problem, trace);
  if (why !== undefined) throw unusable(where, `trace ${traceId} must not meet problem ${problem.id}: it ${why}`);
  return trace;
}

function unusable(where: string, message: string): RaRftError {
  return new RaRftError({
    code: 'data',
    message,
    where,
    expected: 'a line for every problem that is searched for, with traces of the corpus that it may be shown',
    hint: 'Mend the line, or delete the file: it is made again.',
  });
}

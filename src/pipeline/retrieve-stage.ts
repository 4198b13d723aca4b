/** Stage "retrieved": the best traces of every train and test problem, by each retriever, kept as files and graded. */
import { join } from 'node:path';
import type { Config, ContextName } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { readJsonlAll } from '../core/jsonl.js';
import { wouldRunAgain } from '../core/run-folder.js';
import { leakGuard, writeJsonl, type Problem, type Trace } from '../data/index.js';
import {
  bm25OptionsOf,
  Bm25Retriever,
  OracleRetriever,
  RandomRetriever,
  type Hit,
  type Retriever,
  type SearchOptions,
} from '../retriever/index.js';
import type { DataSets } from './data-stage.js';
import type { Retrieved } from './contexts.js';
import { promptWording } from './fingerprint.js';
import { gradeByTruth, heldOutLabelsSplit, type HeldOutLabels, type RetrieverGrade } from './retrieval-grades.js';
import type { Session } from './session.js';

/** A retriever's name: every context but `none`. */
export type RetrieverName = Exclude<ContextName, 'none'>;

/** Traces kept for each problem; prompts take the first, people may look at the others. */
const keptHits = 5;

/** Problems searched at once: enough for matrix products, few enough for a live progress bar. */
const searchBatch = 256;

/** One line of retrieved/<retriever>.jsonl. */
export interface RetrievedRecord {
  set: 'train' | 'test';
  problemId: string;
  /** Best first. */
  hits: { traceId: string; score: number }[];
}

/** How to open the learned retriever, and a hash of what it was made from. */
export interface LearnedSource {
  open(): Promise<Retriever>;
  fingerprint: string;
}

export interface RetrievalPlan {
  data: DataSets;
  names: readonly RetrieverName[];
  learned: LearnedSource | undefined;
  /** To grade retrievers by labels; undefined where nothing was labelled. */
  heldOut: HeldOutLabels | undefined;
}

export interface RetrievalResult {
  retrieved: Retrieved;
  grades: RetrieverGrade[];
  fingerprint: string;
}

/** Searches with every retriever named; those already searched are read. */
export async function retrieveContexts(session: Session, plan: RetrievalPlan): Promise<RetrievalResult> {
  const { run, config } = session;
  const { data, names, learned, heldOut } = plan;
  const retrieved = new Map<RetrieverName, ReadonlyMap<string, readonly Trace[]>>();
  const grades: RetrieverGrade[] = [];
  const fingerprints: string[] = [];
  const traces = new Map(data.corpus.map((trace) => [trace.id, trace]));
  for (const name of names) {
    const file = run.paths.retrieved(name);
    const graded = join(run.root, 'retrieved', heldOutLabelsSplit, `${name}.jsonl`);
    const labels = heldOut ? hashJson(heldOut.queries.map((q) => [q.query.id, q.positives.map((t) => t.id)])) : null;
    const inputs = {
      data: data.fingerprint,
      name,
      seed: config.seed,
      labels,
      learned: name === 'learned' ? learned?.fingerprint : null,
      bm25: name === 'bm25' ? bm25OptionsOf(config.retriever) : null,
      ...(config.prompt.overlong === 'skip' && {
        overlong: { wording: promptWording(config.prompt), limits: session.lengths.limits, model: session.modelHash },
      }),
    };
    await run.stage(`retrieved-${name}`, inputs, async () => {
      const retriever = await openRetriever(name, plan, config);
      try {
        const found = await searchAll(retriever, plan, session);
        await refuseOtherHits(session, name, file, found);
        await writeJsonl(file, found);
        if (heldOut) await writeJsonl(graded, await searchHeldOut(retriever, heldOut));
      } finally {
        await retriever.dispose();
      }
    });
    const records = await readJsonlAll<RetrievedRecord>(file);
    // What was found counts, not how: a limit that leaves the same traces changes nothing that follows.
    fingerprints.push(hashJson([name, records]));
    const hits = new Map(records.map((r) => [r.problemId, r.hits.flatMap((h) => traces.get(h.traceId) ?? [])]));
    retrieved.set(name, hits);
    grades.push(...gradeByTruth(name, data, (id) => hits.get(id) ?? []));
    if (heldOut) grades.push(gradeByLabels(name, await readJsonlAll<GradedRecord>(graded), heldOut));
  }
  return { retrieved, grades, fingerprint: hashJson(fingerprints) };
}

function openRetriever(
  name: RetrieverName,
  { data, learned }: RetrievalPlan,
  { retriever, seed }: Config,
): Promise<Retriever> | Retriever {
  switch (name) {
    case 'learned':
      if (!learned) throw new RaRftError({ code: 'internal', message: 'the learned retriever was not trained' });
      return learned.open();
    case 'bm25':
      return new Bm25Retriever(data.corpus, bm25OptionsOf(retriever));
    case 'random':
      return new RandomRetriever(data.corpus, seed);
    case 'oracle':
      return new OracleRetriever(data.corpus, seed);
  }
}

async function searchAll(
  retriever: Retriever,
  { data }: RetrievalPlan,
  { config, lengths, progress }: Session,
): Promise<RetrievedRecord[]> {
  const guard = retrievalGuard(data);
  const problems = new Map([...data.train, ...data.test].map((problem) => [problem.id, problem]));
  const tooLong = (id: string, trace: Trace) => !lengths.fits(problems.get(id) as Problem, trace);
  const skipping = config.prompt.overlong === 'skip';
  const exclude: SearchOptions['exclude'] = (query, trace) =>
    guard(query, trace) || (skipping && tooLong(query.id, trace));
  const records: RetrievedRecord[] = [];
  const add = (set: RetrievedRecord['set'], problemId: string, hits: readonly Hit[] = []) =>
    records.push({ set, problemId, hits: hits.map(({ trace, score }) => ({ traceId: trace.id, score })) });
  const task = progress.task(`retrieve (${retriever.name})`, data.train.length + data.test.length, 'problems');
  for (const [set, problems] of [
    ['train', data.train],
    ['test', data.test],
  ] as const) {
    for (let from = 0; from < problems.length; from += searchBatch) {
      const part = problems.slice(from, from + searchBatch);
      const hits_Q = await retriever.search(part, { k: keptHits, exclude });
      part.forEach((problem, i) => {
        const hits = hits_Q[i] ?? [];
        add(set, problem.id, skipping ? hits.filter(({ trace }) => lengths.fitsExactly(problem, trace)) : hits);
      });
      task.update(records.length);
    }
  }
  task.end();
  return records;
}

/** Which traces a train or test problem is never shown. */
export function retrievalGuard(data: Pick<DataSets, 'train' | 'test' | 'excludeLists'>): ReturnType<typeof leakGuard> {
  return leakGuard([...data.train, ...data.test], { lists: data.excludeLists });
}

/** Other traces under policies that are trained with them: their training would run again. */
async function refuseOtherHits(
  { run, config }: Session,
  name: RetrieverName,
  file: string,
  found: readonly RetrievedRecord[],
): Promise<void> {
  const users = config.arms.filter((arm) => arm.train === name || arm.test === name);
  const stages = new Set(users.flatMap((arm) => [`train-${arm.name}`, `eval-${arm.name}`]));
  const later = (await run.finishedStages()).filter((stage) => stages.has(stage));
  if (later.length === 0) return;
  const before = await readJsonlAll<RetrievedRecord>(file);
  if (hashJson(before) !== hashJson(found))
    throw wouldRunAgain(`retrieved-${name}`, 'other traces than before', later, run.root);
}

/** The best trace of a labelled problem among those that were judged for it. */
interface GradedRecord {
  problemId: string;
  traceId: string | null;
}

async function searchHeldOut(retriever: Retriever, { queries, judged }: HeldOutLabels): Promise<GradedRecord[]> {
  const exclude = (query: { id: string }, trace: Trace) => !judged.get(query.id)?.has(trace.id);
  const hits_Q = await retriever.search(
    queries.map((q) => q.query),
    { k: 1, exclude },
  );
  return queries.map(({ query }, i) => ({ problemId: query.id, traceId: hits_Q[i]?.[0]?.trace.id ?? null }));
}

/** Whether that trace is a positive, for every held-out labelled query. */
function gradeByLabels(name: string, records: readonly GradedRecord[], { queries }: HeldOutLabels): RetrieverGrade {
  const positives = new Map(queries.map((q) => [q.query.id, new Set(q.positives.map((t) => t.id))]));
  const firstIsRelevant = records.map((r) => positives.get(r.problemId)?.has(r.traceId ?? '') === true);
  return { name, split: heldOutLabelsSplit, firstIsRelevant };
}

/** Stage "retrieved": the best traces of every train and test problem, by each retriever, kept as files and graded. */
import type { ContextName } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import { readJsonlAll } from '../core/jsonl.js';
import { leakGuard, writeJsonl, type Trace } from '../data/index.js';
import { Bm25Retriever, OracleRetriever, RandomRetriever, type Hit, type Retriever } from '../retriever/index.js';
import type { DataSets } from './data-stage.js';
import type { Retrieved } from './contexts.js';
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
  /** `held-out-labels`: a labelled training problem, searched among its judged traces only, to grade the retriever. */
  set: 'train' | 'test' | typeof heldOutLabelsSplit;
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
  const { data, names, learned } = plan;
  const retrieved = new Map<RetrieverName, ReadonlyMap<string, readonly Trace[]>>();
  const grades: RetrieverGrade[] = [];
  const fingerprints: string[] = [];
  const traces = new Map(data.corpus.map((trace) => [trace.id, trace]));
  for (const name of names) {
    const file = run.paths.retrieved(name);
    const labels = plan.heldOut
      ? hashJson(plan.heldOut.queries.map((q) => [q.query.id, q.positives.map((t) => t.id)]))
      : null;
    const inputs = {
      data: data.fingerprint,
      name,
      seed: config.seed,
      labels,
      learned: name === 'learned' ? learned?.fingerprint : null,
    };
    fingerprints.push(hashJson(inputs));
    await run.stage(`retrieved-${name}`, inputs, async () => {
      const retriever = await openRetriever(name, plan, config.seed);
      try {
        await writeJsonl(file, await searchAll(retriever, plan, session));
      } finally {
        await retriever.dispose();
      }
    });
    const records = await readJsonlAll<RetrievedRecord>(file);
    const own = records.filter((r) => r.set !== heldOutLabelsSplit);
    const hits = new Map(own.map((r) => [r.problemId, r.hits.flatMap((h) => traces.get(h.traceId) ?? [])]));
    retrieved.set(name, hits);
    grades.push(...gradeByTruth(name, data, (id) => hits.get(id) ?? []), ...gradeByLabels(name, records, plan.heldOut));
  }
  return { retrieved, grades, fingerprint: hashJson(fingerprints) };
}

function openRetriever(
  name: RetrieverName,
  { data, learned }: RetrievalPlan,
  seed: number,
): Promise<Retriever> | Retriever {
  switch (name) {
    case 'learned':
      if (!learned) throw new RaRftError({ code: 'internal', message: 'the learned retriever was not trained' });
      return learned.open();
    case 'bm25':
      return new Bm25Retriever(data.corpus);
    case 'random':
      return new RandomRetriever(data.corpus, seed);
    case 'oracle':
      return new OracleRetriever(data.corpus, seed);
  }
}

async function searchAll(
  retriever: Retriever,
  { data, heldOut }: RetrievalPlan,
  { progress }: Session,
): Promise<RetrievedRecord[]> {
  const exclude = leakGuard([...data.train, ...data.test]);
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
      part.forEach((problem, i) => add(set, problem.id, hits_Q[i]));
      task.update(records.length);
    }
  }
  if (heldOut && heldOut.queries.length > 0) {
    const queries = heldOut.queries.map((q) => q.query);
    const judgedOnly = (query: { id: string }, trace: Trace) => !heldOut.judged.get(query.id)?.has(trace.id);
    const hits_Q = await retriever.search(queries, { k: 1, exclude: judgedOnly });
    queries.forEach((query, i) => add(heldOutLabelsSplit, query.id, hits_Q[i]));
  }
  task.end();
  return records;
}

/** Whether the first hit among the judged traces is a positive, for every held-out labelled query. */
function gradeByLabels(
  name: string,
  records: readonly RetrievedRecord[],
  heldOut: HeldOutLabels | undefined,
): RetrieverGrade[] {
  if (!heldOut || heldOut.queries.length === 0) return [];
  const positives = new Map(heldOut.queries.map((q) => [q.query.id, new Set(q.positives.map((t) => t.id))]));
  const graded = records.filter((r) => r.set === heldOutLabelsSplit);
  const firstIsRelevant = graded.map((r) => positives.get(r.problemId)?.has(r.hits[0]?.traceId ?? '') === true);
  return [{ name, split: heldOutLabelsSplit, firstIsRelevant }];
}

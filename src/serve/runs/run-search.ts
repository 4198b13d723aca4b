/** One question to one retriever of a run: what it finds, what it may not show and why, and what the run knows of each pair. */
import { hashJson } from '../../core/hash.js';
import { sameText, type Problem, type Trace } from '../../data/index.js';
import type { Label } from '../../judge/index.js';
import { pairKey } from '../../judge/index.js';
import { searchAllowed, type Query, type TraceRetriever } from '../../retriever/index.js';
import type { RunRetrievers } from '../../pipeline/index.js';
import type { FoundByRetriever, RunHit, ShownProblem } from './retrieval-schemas.js';

/** The data of a run, and its labels by pair. */
export interface SearchedRun extends RunRetrievers {
  labels: ReadonlyMap<string, Label>;
}

/** Who is asked: a problem of the run, or a typed one. */
export interface AskedProblem {
  query: Query;
  known?: ShownProblem;
}

export function shownProblem({ id, question, answer, type, truth, split }: Problem, set: 'test' | 'train') {
  return {
    id,
    set,
    question,
    answer,
    ...classOf({ type, truth, split }),
  } satisfies ShownProblem;
}

/** A problem by its id or its text; a text that no problem has is a problem of its own. Undefined where no problem has the id. */
export function askedOf(
  { data }: Pick<RunRetrievers, 'data'>,
  { problemId, question = '' }: { problemId?: string | undefined; question?: string | undefined },
): AskedProblem | undefined {
  const is = (problem: Problem) =>
    problemId === undefined ? sameText(problem, { question }) : problem.id === problemId;
  for (const set of ['test', 'train'] as const) {
    const problem = data[set].find(is);
    if (problem) return { query: problem, known: shownProblem(problem, set) };
  }
  return problemId === undefined ? { query: { id: `typed ${hashJson(question)}`, question } } : undefined;
}

export interface SearchSettings {
  k: number;
  rule: 'test' | 'training';
}

export async function searchRun(
  run: Pick<SearchedRun, 'data' | 'labels'>,
  name: string,
  retriever: TraceRetriever,
  { query }: AskedProblem,
  { k, rule }: SearchSettings,
): Promise<FoundByRetriever> {
  const { guard } = run.data;
  const refused = new Map<string, { trace: Trace; why: string }>();
  const [hits = []] = await searchAllowed(retriever, [query], k, (asking, trace) => {
    const why = rule === 'test' ? guard.whyNotShown(asking, trace) : guard.whyNotTaught(asking, trace);
    if (why !== undefined) refused.set(trace.id, { trace, why });
    return why === undefined;
  });
  const last = hits.length < k ? -Infinity : (hits.at(-1)?.score ?? -Infinity);
  const [scored = []] =
    refused.size === 0
      ? []
      : await retriever.search([query], { k: refused.size, onlyIds_Q: [new Set(refused.keys())] });
  const matches = await retriever.matches?.(
    query,
    hits.map(({ trace }) => trace),
  );
  return {
    retriever: name,
    hits: hits.map(({ rank, score, trace }, i): RunHit => {
      const [label, match] = [run.labels.get(pairKey({ problemId: query.id, traceId: trace.id })), matches?.[i]];
      const own = { rank, score, trace: shownTrace(trace), truth: truthOf(query, trace) };
      return { ...own, ...(label && { label: shownLabel(label) }), ...(match && { match }) };
    }),
    excluded: scored
      .filter(({ score }) => score >= last)
      .map(({ score, trace }) => ({ score, trace: shownTrace(trace), why: refused.get(trace.id)!.why })),
    tokens: retriever.matches === undefined ? 'none' : matches ? 'matched' : 'one-vector',
  };
}

function truthOf(query: Query, trace: Trace): RunHit['truth'] {
  if (query.truth === undefined || trace.truth === undefined) return 'unknown';
  return query.truth === trace.truth ? 'same' : 'other';
}

function shownTrace({ id, question, trace, answer, type, truth, split }: Trace): RunHit['trace'] {
  return {
    id,
    question,
    trace,
    answer,
    ...classOf({ type, truth, split }),
  };
}

/** What kind of problem or trace it is, as far as the data says. */
function classOf({ type, truth, split }: { [key in 'type' | 'truth' | 'split']: string | undefined }) {
  return {
    ...(type !== undefined && { type }),
    ...(truth !== undefined && { truth }),
    ...(split !== undefined && { split }),
  };
}

function shownLabel(label: Label): NonNullable<RunHit['label']> {
  if ('failed' in label) return { judge: label.judge, failed: label.failed };
  const { judge, relevant, score, reason } = label;
  return { judge, relevant, ...(score !== undefined && { score }), ...(reason !== undefined && { reason }) };
}

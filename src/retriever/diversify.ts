/** Hits of any retriever that differ from each other. */
import { RaRftError } from '../core/errors.js';
import type { Trace } from '../data/types.js';
import { choose } from './score/choose.js';
import { goesByVectors, type Diversity } from './score/diversity.js';
import type { Found, Hit, Query, TraceRetriever } from './types.js';

/** What is known of a trace beside its own fields; undefined where nothing is. */
type KnownField = (trace: Trace, name: string) => unknown;

/**
 * `k` of the hits of each query, in the order in which they are chosen, with new ranks. `hits_Q` holds more than k: see `poolOf`.
 * Classes go by what `known` says of a trace before the trace's own field.
 */
export async function diversify(
  retriever: TraceRetriever,
  queries: readonly Query[],
  hits_Q: readonly (readonly Hit[])[],
  k: number,
  diversity: Diversity,
  known: KnownField = () => undefined,
): Promise<Hit[][]> {
  const traces = new Map(hits_Q.flat().map(({ trace }) => [trace.id, trace]));
  const found_Q = hits_Q.map((hits, q) => ({ query: queries[q] as Query, traces: hits.map(({ trace }) => trace) }));
  const vectors_Q = goesByVectors(diversity) ? await likeness(retriever, found_Q) : [];
  const fieldOf = (id: string, name: string) => {
    const trace = traces.get(id) as Trace;
    return known(trace, name) ?? (trace as unknown as Record<string, unknown>)[name];
  };
  return hits_Q.map((hits, q) => {
    const scored = hits.map(({ trace, score }) => ({ id: trace.id, score }));
    const vectors = vectors_Q[q] ?? [];
    const vectorOf = new Map(scored.map(({ id }, i) => [id, vectors[i]]));
    const vectorsOf = (id: string) => vectorOf.get(id) ?? new Float32Array(0);
    return choose(scored, k, diversity, { dim: vectors[0]?.length ?? 1, vectorsOf, fieldOf }).map(
      ({ id, score }, i) => {
        return { trace: traces.get(id) as Trace, score, rank: i + 1 };
      },
    );
  });
}

/** The vectors of the traces that each query found. Throws `usage` where the retriever has none. */
export function likeness(retriever: TraceRetriever, found_Q: readonly Found[]): Promise<Float32Array[][]> {
  if (retriever.vectorsOf) return retriever.vectorsOf(found_Q);
  throw new RaRftError({
    code: 'usage',
    message: `the retriever ${retriever.name} has no vectors to tell how alike traces are`,
    where: 'diversity',
    expected: 'a retriever with vectors (an encoder or embeddings), or diversity by a class',
  });
}

/** Traces whose vectors are asked for at once: where a trace has one for each token, all of many traces are large. */
const BATCH = 512;

/** For retrievers whose vectors are the same for every query: each trace's is asked for once, so many at a time. */
export async function sharedVectors(
  found_Q: readonly Found[],
  vectorsOf: (traces: readonly Trace[]) => Promise<Float32Array[]>,
): Promise<Float32Array[][]> {
  const traces = new Map(found_Q.flatMap((found) => found.traces.map((trace) => [trace.id, trace])));
  const all = [...traces.values()];
  const vectorOf = new Map<string, Float32Array>();
  for (let from = 0; from < all.length; from += BATCH) {
    const batch = all.slice(from, from + BATCH);
    const vectors = await vectorsOf(batch);
    for (const [i, { id }] of batch.entries()) vectorOf.set(id, vectors[i] as Float32Array);
  }
  return found_Q.map((found) => found.traces.map(({ id }) => vectorOf.get(id) as Float32Array));
}

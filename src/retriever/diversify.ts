/** Hits of any retriever that differ from each other. */
import { RaRftError } from '../core/errors.js';
import type { Trace } from '../data/types.js';
import { choose } from './score/choose.js';
import type { Diversity } from './score/diversity.js';
import type { Hit, TraceRetriever } from './types.js';

/** What is known of a trace beside its own fields; undefined where nothing is. */
type KnownField = (trace: Trace, name: string) => unknown;

/**
 * `k` of the hits of each query, in the order in which they are chosen, with new ranks. `hits_Q` holds more than k: see `poolOf`.
 * Classes go by what `known` says of a trace before the trace's own field.
 */
export async function diversify(
  retriever: TraceRetriever,
  hits_Q: readonly (readonly Hit[])[],
  k: number,
  diversity: Diversity,
  known: KnownField = () => undefined,
): Promise<Hit[][]> {
  const traces = new Map(hits_Q.flat().map(({ trace }) => [trace.id, trace]));
  const vectors = 'lambda' in diversity ? await likeness(retriever, [...traces.values()]) : [];
  const vectorOf = new Map([...traces.keys()].map((id, i) => [id, vectors[i]]));
  const facts = {
    dim: vectors[0]?.length ?? 1,
    vectorsOf: (id: string) => vectorOf.get(id) ?? new Float32Array(0),
    fieldOf: (id: string, name: string) => {
      const trace = traces.get(id) as Trace;
      return known(trace, name) ?? (trace as unknown as Record<string, unknown>)[name];
    },
  };
  return hits_Q.map((hits) => {
    const scored = hits.map(({ trace, score }) => ({ id: trace.id, score }));
    return choose(scored, k, diversity, facts).map(({ id, score }, i) => {
      return { trace: traces.get(id) as Trace, score, rank: i + 1 };
    });
  });
}

/** The vectors of traces. Throws `usage` where the retriever has none. */
export function likeness(retriever: TraceRetriever, traces: readonly Trace[]): Promise<Float32Array[]> {
  if (retriever.vectorsOf) return retriever.vectorsOf(traces);
  throw new RaRftError({
    code: 'usage',
    message: `the retriever ${retriever.name} has no vectors to tell how alike traces are`,
    where: 'diversity',
    expected: 'a retriever with vectors (an encoder or embeddings), or diversity by a class',
  });
}

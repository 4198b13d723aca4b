/** BM25 over the traces of a served retriever, made again when they have changed. */
import {
  asTrace,
  Bm25Retriever,
  compileFilter,
  type FindOptions,
  type FoundTrace,
  type TraceInput,
} from '../retriever/index.js';
import type { ServedRetriever } from './api/retrieve.js';

export class WordSearch implements ServedRetriever {
  private readonly traces: () => readonly TraceInput[];
  private made: { of: readonly TraceInput[]; bm25: Bm25Retriever; byId: ReadonlyMap<string, TraceInput> } | undefined;

  /** `traces` gives the same list until they change. */
  constructor(traces: () => readonly TraceInput[]) {
    this.traces = traces;
  }

  get size(): number {
    return this.traces().length;
  }

  async search(question: string, { k = 5, filter, exclude }: FindOptions): Promise<FoundTrace[]> {
    const { bm25, byId } = this.current();
    const passes = filter && compileFilter(filter);
    const only = passes && new Set([...byId].flatMap(([id, trace]) => (passes(id, trace) ? [id] : [])));
    const [hits = []] = await bm25.search([{ id: 'question', question }], {
      k,
      ...(only && { onlyIds_Q: [only] }),
      ...(exclude && { excludeIds_Q: [new Set(exclude)] }),
    });
    return hits.map(({ trace: { id }, score, rank }) => ({ id, score, rank, trace: byId.get(id) as TraceInput }));
  }

  private current() {
    const of = this.traces();
    if (this.made?.of === of) return this.made;
    const byId = new Map(of.map((trace) => [trace.id, trace]));
    return (this.made = { of, byId, bm25: new Bm25Retriever(of.map(asTrace)) });
  }
}

/** What the library takes and gives. */
import type { Diversity } from '../score/diversity.js';
import type { Filter } from '../index/filter.js';

/**
 * A trace as its owner has it: an id, a text, and any further fields, which come back with it and which filters may ask for.
 * `trace` and `text` are two names of the same; `question` is what the trace answers, where there is one.
 */
export interface TraceInput {
  id: string;
  question?: string | undefined;
  trace?: string | undefined;
  text?: string | undefined;
  [field: string]: unknown;
}

/** A question, and the draft of a solution beside it for retrievers that read one (`settings.query`). */
export interface Asked {
  question: string;
  attempt?: string | undefined;
}

/** That a trace helps with a question, or that it does not. */
export interface LabelledPair extends Asked {
  traceId: string;
  /** Default true. */
  relevant?: boolean | undefined;
}

/** Values, an async iterable of them, or JSONL files that hold one a line. */
export type Lines<T> = string | readonly string[] | readonly T[] | AsyncIterable<T>;

/** How a search is done. */
export interface FindOptions {
  /** Hits of a question. Default 5; fewer come back where fewer are allowed. */
  k?: number | undefined;
  /** Only traces that match, as in MongoDB: `{ type: 'algebra', level: { $gte: 3 } }`. */
  filter?: Filter | undefined;
  /** Ids that must not come back. */
  exclude?: Iterable<string> | undefined;
  /** Hits that differ: `{ lambda: 0.7 }` (MMR) and `{ mostAlike: 0.8 }` (a limit) by their vectors, `{ by: 'type', most: 1 }` by a field. */
  diversity?: Diversity | undefined;
  /** For every token of the question the nearest token of the trace. */
  matches?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** A token of the question and the token of the trace that is nearest to it. */
export interface WordMatch {
  query: string;
  document: string;
  /** Which chunk of the trace the token is in, from 0: the one that matches best. Traces that are not long have one. */
  chunk: number;
  /** Position among the tokens of the chunk that have vectors, from 0. */
  documentToken: number;
  /** Cosine of the two. */
  similarity: number;
}

export interface FoundTrace {
  id: string;
  score: number;
  /** 1 for the first. */
  rank: number;
  /** As it was added. */
  trace: TraceInput;
  /** Where they were asked for. */
  matches?: WordMatch[];
}

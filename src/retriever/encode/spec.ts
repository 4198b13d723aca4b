/** How texts become token ids for a learned retriever: all that must be equal at training, indexing and search. */
import type { Trace } from '../../data/types.js';
import type { Scoring } from '../score/maxsim.js';
import { documentText, type DocumentText } from './text.js';

/** Kept in retriever.json and in the header of every index. */
export interface RetrieverSpec {
  scoring: Scoring;
  /** Longer questions are cut at the end, and counted. */
  maxQueryTokens: number;
  /** Longer documents are cut at the end, and counted. */
  maxDocumentTokens: number;
  /** Text put before every query and every document (ColBERT's markers); mostly empty. */
  queryPrefix: string;
  documentPrefix: string;
  /** What of a trace is indexed. */
  document: DocumentText;
}

export const SPEC_DEFAULTS: RetrieverSpec = {
  scoring: 'mean',
  maxQueryTokens: 128,
  maxDocumentTokens: 256,
  queryPrefix: '',
  documentPrefix: '',
  document: 'question+trace',
};

/** Text to token ids, without any special tokens. */
export type Tokenize = (text: string) => ArrayLike<number>;

/** Token ids of texts, and how many texts were cut. */
export interface TokenizedTexts {
  ids: Int32Array[];
  truncated: number;
}

/** Token ids of questions, prefixed and cut as the spec says. */
export function tokenizeQueries(questions: readonly string[], tokenize: Tokenize, spec: RetrieverSpec): TokenizedTexts {
  return cut(
    questions.map((question) => tokenize(spec.queryPrefix + question)),
    spec.maxQueryTokens,
  );
}

/** Token ids of traces, prefixed and cut as the spec says. */
export function tokenizeDocuments(traces: readonly Trace[], tokenize: Tokenize, spec: RetrieverSpec): TokenizedTexts {
  const texts = traces.map((trace) => spec.documentPrefix + documentText(trace, spec.document));
  return cut(texts.map(tokenize), spec.maxDocumentTokens);
}

function cut(ids: readonly ArrayLike<number>[], max: number): TokenizedTexts {
  return {
    ids: ids.map((text) => Int32Array.from(text).subarray(0, max).slice()),
    truncated: ids.filter((text) => text.length > max).length,
  };
}

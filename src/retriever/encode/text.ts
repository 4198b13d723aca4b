/** What of a trace a retriever reads, and how lexical retrievers cut text into words. */
import type { Trace } from '../../data/types.js';
import type { Query } from '../types.js';

/** The part of a trace that stands for it in an index. */
export type DocumentText = 'question' | 'trace' | 'question+trace';

/** What of a query stands for it. */
export type QueryText = 'question' | 'question+attempt';

/** Between a question and the draft beside it. */
const BESIDE = '\n';

/** A query without a draft is its question. */
export function queryText({ question, attempt = '' }: Pick<Query, 'question' | 'attempt'>, part?: QueryText): string {
  return part === 'question+attempt' && attempt.trim() !== '' ? `${question}${BESIDE}${attempt}` : question;
}

export function documentText(trace: Trace, part: DocumentText): string {
  if (part === 'question') return trace.question;
  if (part === 'trace' || trace.question === '') return trace.trace;
  return `${trace.question} ${trace.trace}`;
}

// A word may carry apostrophes inside (don't); a number may carry one decimal part (3.5). Signs and other marks separate.
const TOKEN = /\p{L}[\p{L}\p{M}]*(?:['’]\p{L}[\p{L}\p{M}]*)*|\p{N}+(?:\.\p{N}+)?/gu;

/** Words and numbers of a text: compatibility-normalised (NFKC), lower case; punctuation and signs are dropped. */
export function words(text: string): string[] {
  return text.normalize('NFKC').toLowerCase().match(TOKEN) ?? [];
}

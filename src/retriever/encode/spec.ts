/** How a learned retriever is used: what stands in retriever.json and in the header of every index. */
import type { Scoring } from '../score/maxsim.js';
import type { DocumentText, QueryText } from './text.js';
import { PLAIN_FORM, type TextForms } from './text-form.js';

export interface RetrieverSpec extends TextForms {
  scoring: Scoring;
  /** What of a trace is indexed. */
  text: DocumentText;
  /** What of a query is searched with; left out: its question. */
  queryText?: QueryText;
}

export const SPEC_DEFAULTS: RetrieverSpec = {
  scoring: 'mean',
  query: { ...PLAIN_FORM, maxTokens: 128 },
  document: { ...PLAIN_FORM, maxTokens: 256 },
  text: 'question+trace',
};

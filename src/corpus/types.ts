/** The words of corpus making: a solved problem on its way to a trace, and why one did not get there. */
import type { Trace } from '../data/index.js';

/** A solved problem as it was read, its answer found. */
export interface SolvedProblem {
  id: string;
  question: string;
  /** The worked solution as it stands in the data. */
  solution: string;
  /** The right answer, bare. */
  answer: string;
  /** Type by the metadata, coarse. */
  type?: string;
  source?: string;
}

/** Each reason for which a record is set aside. The first three are faults of the input, and end the command with an error code. */
export const rejectReasons = {
  unreadable: 'not JSON, not UTF-8, or a line that is too long',
  'missing-field': 'a question, solution or answer that is missing, empty or no text',
  'duplicate-id': 'an id that an earlier record has',
  'benchmark-overlap': 'shares too many consecutive words with a benchmark problem',
  'query-overlap': 'the same as a training query, or nearly',
  duplicate: 'the same words and signs as an earlier problem',
  'near-duplicate': 'nearly the same as an earlier problem',
  'no-final-answer': 'the trace ends in no boxed answer',
  'wrong-answer': 'the final answer of the trace is not the answer of the problem',
  'unverifiable-answer': 'the answer of the problem is nothing the verifier can compare with',
  'verifier-failed': 'the verifier failed twice',
  'bad-summary': 'the language model did not keep to the form, twice',
  'no-type': 'the language model did not name exactly one type of the list, twice',
  'llm-failed': 'the language model gave no reply',
} as const;
export type RejectReason = keyof typeof rejectReasons;

/** Faults of the input files, as against decisions about sound records. */
export const inputFaults: readonly RejectReason[] = ['unreadable', 'missing-field', 'duplicate-id'];

/** A line of rejected.jsonl. */
export interface Rejected {
  /** File and line (row, in Parquet). */
  where: string;
  reason: RejectReason;
  /** What exactly was wrong, for a person. */
  detail: string;
  id?: string;
  question?: string;
}

/** What became of one record. */
export type Outcome = { kept: Trace } | { rejected: Rejected };

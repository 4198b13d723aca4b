/** Queries and traces whose relevance is an equivalence, for tests of selection. */
import type { Trace } from '../../data/index.js';
import type { QueryCandidates } from '../pairs.js';

export interface ClassWorldOptions {
  queries: number;
  /** Classes; the truth of the i-th query and of the i-th trace is i modulo this. */
  truths: number;
  /** Traces of each truth. */
  each: number;
  /** Before every id, so that two worlds have nothing in common. */
  prefix?: string;
}

/** Every query may meet every trace. */
export function classesOf({ queries, truths, each, prefix = '' }: ClassWorldOptions): QueryCandidates[] {
  const truth = (i: number) => `rule-${i % truths}`;
  const candidates = Array.from({ length: truths * each }, (_, i): Trace => {
    return { id: `${prefix}t${i}`, question: `t${i}`, trace: '', answer: '0', truth: truth(i) };
  });
  return Array.from({ length: queries }, (_, i) => ({
    problem: { id: `${prefix}q${i}`, question: `q${i}`, answer: '1', solution: '', truth: truth(i) },
    candidates,
  }));
}

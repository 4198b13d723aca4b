/** Queries and traces whose relevance is an equivalence, for tests of selection. */
import { join } from 'node:path';
import { Rng } from '../../core/rng.js';
import { temporaryFolder } from '../../core/testing/temporary-folder.js';
import type { Trace } from '../../data/index.js';
import type { QueryCandidates } from '../pairs.js';
import type { SelectionOptions } from '../select.js';
import { judgeByTruth } from '../truth.js';

/** A budget that finds all classes, judged by the truth, without a retriever. */
export async function selectionOptions(more: Partial<SelectionOptions> = {}): Promise<SelectionOptions> {
  return {
    share: 0.3,
    rounds: 3,
    randomShare: 0.1,
    minConfirmed: 0.7,
    width: 4,
    foundingTraces: 100,
    rng: Rng.fromSeed(1),
    judge: (pairs) => Promise.resolve(judgeByTruth(pairs)),
    score: () => Promise.resolve(undefined),
    path: join(await temporaryFolder(), 'waves.jsonl'),
    key: 'a',
    ...more,
  };
}

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

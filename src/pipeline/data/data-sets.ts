/** The data sets that all stages work on, and the guard that goes with them. */
import { TraceGuard, type ExcludeLists, type Problem, type Trace } from '../../data/index.js';

/** What all later stages work on. */
export interface DataSets {
  train: Problem[];
  test: Problem[];
  corpus: Trace[];
  /** Traces that a problem is never shown or paired with, beside itself and its own text (data.excludeLists). */
  excludeLists: ExcludeLists;
  /** Which trace may stand beside which problem, by all leak rules; every stage asks this one. */
  guard: TraceGuard;
  /** Hash of all of this but the attempts. */
  fingerprint: string;
  /** Hash of the attempts of the problems, where they have any. */
  attempts?: string;
}

/** The leak guard of some data sets. */
export function guardOf(
  { train, test, excludeLists }: Pick<DataSets, 'train' | 'test' | 'excludeLists'>,
  rules: { sameAnswer?: boolean } = {},
): TraceGuard {
  return new TraceGuard([...train, ...test], { ...rules, lists: excludeLists });
}

/** Leak guards: which traces must never stand beside a problem, whoever retrieves, judges or trains. */
import type { ExcludeLists } from './exclude-lists.js';
import type { Problem, Trace } from './types.js';
import { normaliseText } from './normalise.js';
import { parseNumberText } from './number-text.js';
import { formatRational } from './rational.js';

/** One spelling of an answer: numbers by exact value (`0.50`, `1/2`), other answers by normalised text. */
export function answerKey(answer: string): string {
  const value = parseNumberText(answer);
  return value ? `#${formatRational(value)}` : normaliseText(answer);
}

/** Whether two answers say the same. A trace with the query's own answer is copied from instead of learnt from. */
export function sameAnswer(query: { answer: string }, trace: { answer: string }): boolean {
  return answerKey(query.answer) === answerKey(trace.answer);
}

/** Whether two questions are the same text up to case, punctuation and blanks. */
export function sameText(a: { question: string }, b: { question: string }): boolean {
  return normaliseText(a.question) === normaliseText(b.question);
}

/** Split of test problems that name none of their own. */
export const defaultSplit = 'test';

/** Split of the problems and traces whose strategies training never shows: they are met at the test alone. */
export const unseenSplit = 'unseen';

/** Whether training must never show this problem or trace. */
export function isUnseen({ split }: { split?: string }): boolean {
  return split === unseenSplit;
}

/** Which guards apply; all of them unless said otherwise. */
export interface LeakRules {
  sameAnswer?: boolean;
  sameText?: boolean;
  /** Traces that a problem is never shown, beside what the other rules find. */
  lists?: ExcludeLists;
}

/** Why a trace must not stand beside a problem; each completes the sentence "the trace ...". */
export type Exclusion =
  | 'is the problem itself'
  | 'stands in its exclude list'
  | 'repeats its text'
  | 'has its answer'
  | 'is of strategies that training never shows';

type Asking = { id: string; question: string };

/**
 * Says of every pair of problem and trace whether the two may meet. Built once from the data sets and used by all that
 * labels, trains, retrieves or grades, so that a rule holds in every place or in none. `problems` lend the queries their
 * answers; a query that is not among them is only guarded by id, list and text. Keys are computed once per problem and trace,
 * so a call costs a few map look-ups.
 */
export class TraceGuard {
  private readonly rules: LeakRules;
  private readonly answers: ReadonlyMap<string, string>;
  private readonly texts = new Map<string, string>();
  private readonly traceKeys = new WeakMap<Trace, { answer: string; text: string }>();

  constructor(problems: readonly Problem[], rules: LeakRules = {}) {
    this.rules = rules;
    const byAnswer = rules.sameAnswer ?? true;
    this.answers = new Map(byAnswer ? problems.map((p) => [p.id, answerKey(p.answer)]) : []);
  }

  /** Whether the trace may stand in a prompt of the problem at the test: there the whole corpus is searched. */
  mayShow(query: Asking, trace: Trace): boolean {
    return this.whyNotShown(query, trace) === undefined;
  }

  /** Whether the two may meet while anything is trained: the policy, the retriever, or the labels behind it. */
  mayTeach(query: Asking, trace: Trace): boolean {
    return this.whyNotTaught(query, trace) === undefined;
  }

  /** Why the trace must not be shown with the problem at any time; undefined where it may. */
  whyNotShown(query: Asking, trace: Trace): Exclusion | undefined {
    const { lists, sameText: byText = true } = this.rules;
    if (trace.id === query.id) return 'is the problem itself';
    if (lists?.get(query.id)?.has(trace.id)) return 'stands in its exclude list';
    const keys = this.keysOf(trace);
    if (byText && keys.text === this.textOf(query.question)) return 'repeats its text';
    return keys.answer === this.answers.get(query.id) ? 'has its answer' : undefined;
  }

  /** Why the two must not meet in training; undefined where they may. */
  whyNotTaught(query: Asking, trace: Trace): Exclusion | undefined {
    return isUnseen(trace) ? 'is of strategies that training never shows' : this.whyNotShown(query, trace);
  }

  private keysOf(trace: Trace): { answer: string; text: string } {
    let keys = this.traceKeys.get(trace);
    if (!keys) {
      keys = { answer: answerKey(trace.answer), text: this.textOf(trace.question) };
      this.traceKeys.set(trace, keys);
    }
    return keys;
  }

  private textOf(question: string): string {
    let text = this.texts.get(question);
    if (text === undefined) this.texts.set(question, (text = normaliseText(question)));
    return text;
  }
}

/** Leak guards: which traces must never be shown with a problem, whoever retrieves or judges them. */
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

/** Which guards apply; all of them unless said otherwise. */
export interface LeakRules {
  sameAnswer?: boolean;
  sameText?: boolean;
  /** Traces that a problem is never shown, beside what the other rules find. */
  lists?: ExcludeLists;
}

/**
 * The `exclude` function of retrieval and labelling: true for a trace that is the query itself, repeats its text, stands in
 * its exclude list, or has its answer. `problems` lend the queries their answers; a query that is not among them is only guarded by
 * text. Keys are computed once per problem and trace, so a call costs a few map look-ups.
 */
export function leakGuard(
  problems: readonly Problem[],
  rules: LeakRules = {},
): (query: { id: string; question: string }, trace: Trace) => boolean {
  const byAnswer = rules.sameAnswer ?? true;
  const byText = rules.sameText ?? true;
  const answers = new Map(problems.map((p) => [p.id, answerKey(p.answer)]));
  const texts = new Map<string, string>();
  const traceKeys = new WeakMap<Trace, { answer: string; text: string }>();
  const textOf = (question: string) => {
    let text = texts.get(question);
    if (text === undefined) texts.set(question, (text = normaliseText(question)));
    return text;
  };
  return (query, trace) => {
    if (trace.id === query.id || rules.lists?.get(query.id)?.has(trace.id)) return true;
    let keys = traceKeys.get(trace);
    if (!keys) traceKeys.set(trace, (keys = { answer: answerKey(trace.answer), text: textOf(trace.question) }));
    if (byText && keys.text === textOf(query.question)) return true;
    return byAnswer && keys.answer === answers.get(query.id);
  };
}

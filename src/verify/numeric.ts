/** The boxed verifier: the last box of the response equals the gold answer as an exact number. */
import { lastBoxed } from '../data/boxed.js';
import { parseNumberText } from '../data/number-text.js';
import { equals, isInteger, type Rational } from '../data/rational.js';
import type { Verdict, Verifier } from './types.js';

/** Judges one response. Pure; the rule says what decided. */
export function verifyNumeric(answer: string, response: string): Verdict {
  const gold = parseNumberText(answer);
  if (!gold) return { outcome: 'gold_unparseable', rule: 'gold-not-a-number', reason: unreadable(answer) };
  const said = answerPart(response);
  if (said === undefined) return { outcome: 'no_answer', rule: 'thinking-unfinished' };
  const box = lastBoxed(said);
  if ('missing' in box) return { outcome: 'no_answer', rule: box.missing };
  const extracted = box.content;
  if (extracted === '') return { outcome: 'no_answer', rule: 'box-empty' };
  const value = parseNumberText(extracted);
  if (!value) return { outcome: 'mismatch', rule: 'not-a-number', extracted };
  return equals(gold, value)
    ? { outcome: 'match', rule: isInteger(gold) ? 'exact-integer' : 'exact-rational', extracted }
    : { outcome: 'mismatch', rule: difference(gold, value), extracted };
}

/** What follows a model's thinking; undefined where the thinking never ends, since a box in it is no answer yet. */
function answerPart(response: string): string | undefined {
  const closed = response.lastIndexOf('</think>');
  return response.lastIndexOf('<think>') > closed ? undefined : response.slice(closed < 0 ? 0 : closed);
}

/** Names the commonest ways to be wrong, so that a table of rules tells something. */
function difference(gold: Rational, value: Rational): string {
  return gold.n === -value.n && gold.d === value.d ? 'wrong-sign' : 'different-number';
}

function unreadable(answer: string): string {
  return `${JSON.stringify(answer.slice(0, 60))} is not one number`;
}

/** The verifier named `boxed`. Needs nothing and holds nothing. */
export const numericVerifier: Verifier = {
  name: 'boxed',
  verifyMany: (pairs) => Promise.resolve(pairs.map(({ problem, response }) => verifyNumeric(problem.answer, response))),
  checkAnswer: (answer) => (parseNumberText(answer) ? undefined : unreadable(answer)),
  dispose: () => Promise.resolve(),
};

/** How a problem's samples vote: which answers are one answer, and how often each was given. Pure. */
import { answerKey } from '../data/index.js';
import { judgeAnswer } from '../verify/index.js';
import type { JudgedSample } from './records.js';

/** The votes of a problem's judged samples. */
export interface Ballot {
  /** Samples that match the gold answer: they all say the same, however they write it. */
  right: number;
  /** Samples of each wrong answer. */
  wrong_A: number[];
  /** Samples without an answer: they do not vote. */
  silent: number;
}

/** A wrong answer: as it was first written, and its key. */
interface Candidate {
  text: string;
  key: string;
  votes: number;
}

/**
 * Counts votes. Right answers are one, since each equals the gold answer by the verifier. Wrong ones are one where their exact
 * values or normal forms agree, or where the verifier finds them equal with either as the gold answer; two different exact
 * numbers are not tried.
 */
export function ballotOf(samples: readonly JudgedSample[]): Ballot {
  const ballot: Ballot = { right: 0, wrong_A: [], silent: 0 };
  const wrong: Candidate[] = [];
  for (const { verdict } of samples) {
    const { extracted, answerForm } = verdict;
    if (verdict.outcome === 'match') ballot.right++;
    else if (extracted === undefined || verdict.outcome === 'no_answer') ballot.silent++;
    else {
      const key = answerKey(answerForm ?? extracted);
      const known = wrong.find((other) => other.key === key) ?? wrong.find((other) => isSame(other, extracted, key));
      if (known) known.votes++;
      else wrong.push({ text: extracted, key, votes: 1 });
    }
  }
  ballot.wrong_A = wrong.map(({ votes }) => votes);
  return ballot;
}

/** Letters of an answer that is compared as mathematics with the other wrong ones; what is longer is no short form of anything. */
const LONGEST_COMPARED = 200;

/** Keys of exact numbers begin with this sign: two of them that differ are two answers. */
const isNumber = (key: string): boolean => key.startsWith('#');

function isSame(known: Candidate, text: string, key: string): boolean {
  if ((isNumber(known.key) && isNumber(key)) || Math.max(known.text.length, text.length) > LONGEST_COMPARED)
    return false;
  return matches(known.text, text) || matches(text, known.text);
}

function matches(gold: string, answer: string): boolean {
  return judgeAnswer(gold, `\\boxed{${answer}}`).outcome === 'match';
}

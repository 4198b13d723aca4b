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
 * numbers are not tried, nor are long answers, ones that were too costly to compare, or more pairs than {@link MOST_COMPARED}.
 */
export function ballotOf(samples: readonly JudgedSample[]): Ballot {
  let [right, silent, compared] = [0, 0, 0];
  const wrong: Candidate[] = [];
  for (const { verdict } of samples) {
    const { outcome, extracted, answerForm } = verdict;
    if (outcome === 'match') right++;
    else if (extracted === undefined || outcome === 'no_answer') silent++;
    else {
      const candidate = { text: extracted, key: answerKey(answerForm ?? extracted), votes: 1 };
      const isSame = (other: Candidate) =>
        outcome !== 'too_costly' &&
        mayBeSame(other, candidate) &&
        compared++ < MOST_COMPARED &&
        areEqual(other, candidate);
      const known = wrong.find(({ key }) => key === candidate.key) ?? wrong.find(isSame);
      if (known) known.votes++;
      else wrong.push(candidate);
    }
  }
  return { right, wrong_A: wrong.map(({ votes }) => votes), silent };
}

/** Pairs of wrong answers of one problem that are compared as mathematics: a bound on work, far above what problems have. */
const MOST_COMPARED = 128;
/** Letters of an answer that is compared; what is longer is no other form of a short one. */
const LONGEST_COMPARED = 200;

/** Keys of exact numbers begin with this sign: two of them that differ are two answers. */
const isNumber = ({ key }: Candidate): boolean => key.startsWith('#');

function mayBeSame(a: Candidate, b: Candidate): boolean {
  return !(isNumber(a) && isNumber(b)) && Math.max(a.text.length, b.text.length) <= LONGEST_COMPARED;
}

function areEqual({ text: a }: Candidate, { text: b }: Candidate): boolean {
  const matches = (gold: string, answer: string) => judgeAnswer(gold, `\\boxed{${answer}}`).outcome === 'match';
  return matches(a, b) || matches(b, a);
}

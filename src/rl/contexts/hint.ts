/** Hints: the first part of a problem's own solution, by whole sentences and never as far as its answer (QuestA, arXiv 2507.13266). */
import { finalAnswer, type Problem } from '../../data/index.js';
import { saysAnswer } from './says-answer.js';

/** A hint, or why there is none: no solution, a first sentence that is longer than the share, one that says the answer. */
export type Hint = { text: string } | { missing: 'no-solution' | 'too-short' | 'answer' };

/**
 * The longest beginning of the solution that ends with a line or a sentence, takes at most this share of its letters and comes before
 * the first sentence that says the answer, be it by chance. Formulas are not cut.
 */
export function hintOf({ solution, answer }: Pick<Problem, 'solution' | 'answer'>, share: number): Hint {
  const said = solution === undefined ? '' : afterThinking(solution).trim();
  if (said === '') return { missing: 'no-solution' };
  const ends = sentenceEnds(said).filter((end) => end <= share * said.length);
  const leak = ends.findIndex((end, i) => {
    const sentence = said.slice(ends[i - 1] ?? 0, end);
    return finalAnswer(sentence) !== undefined || saysAnswer(sentence, answer);
  });
  const last = (leak < 0 ? ends : ends.slice(0, leak)).at(-1);
  if (last !== undefined) return { text: said.slice(0, last) };
  return { missing: leak < 0 ? 'too-short' : 'answer' };
}

/** The solution without what was thought before it. */
function afterThinking(solution: string): string {
  const end = solution.lastIndexOf('</think>');
  return end < 0 ? solution : solution.slice(end + '</think>'.length);
}

/** Places at which a line or a sentence ends and no formula is open, ascending. */
function sentenceEnds(text: string): number[] {
  const ends = [...text.matchAll(/\s*\n\s*|(?<=[.!?])\s+|(?<=[。！？])/g)].map(({ index }) => index);
  return [...ends, text.length].filter((end) => end > 0 && !inFormula(text.slice(0, end)));
}

const OPENING = /\\begin\{|\\\[|\\\(/g;
const CLOSING = /\\end\{|\\\]|\\\)/g;

function inFormula(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(OPENING) !== count(CLOSING) || count(/(?<!\\)\$/g) % 2 === 1;
}

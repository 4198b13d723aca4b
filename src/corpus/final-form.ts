/** The form of a trace: policies are asked for a box, so it ends in one; drawings may go. */
import { lastBoxed } from '../verify/index.js';

const HASHES = /^[ \t]*####[ \t]*(.+?)[ \t]*$/gm;

/** GSM8K's ending: what follows the last `####` of a text, without thousands separators. */
export function answerAfterHashes(text: string): string | undefined {
  return [...text.matchAll(HASHES)].at(-1)?.[1]?.replace(/(?<=\d),(?=\d{3}\b)/g, '');
}

/** The last line of every trace that is written here. */
export function endingFor(answer: string): string {
  return `Therefore, the final answer is: $\\boxed{${answer}}$.`;
}

/**
 * A raw solution as a trace. One that ends in a box is kept as it is, byte for byte. In one of GSM8K's form the line
 * `#### 72` becomes a boxed ending, and the calculator marks `<<48/2=24>>` go, which are no part of the reasoning.
 * Undefined where the solution says no final answer.
 */
export function rawTrace(solution: string): string | undefined {
  if ('content' in lastBoxed(solution)) return solution;
  const answer = answerAfterHashes(solution);
  if (answer === undefined) return undefined;
  const body = solution.replace(HASHES, '').replace(/<<[^<>\n]*>>/g, '');
  return `${body.trim()}\n${endingFor(answer)}`;
}

/** A text without its Asymptote drawings (`[asy] ... [/asy]`), an empty line in place of each; byte for byte where it has none. */
export function withoutDrawings(text: string): string {
  const without = text.replace(/\s*\[asy\].*?\[\/asy\]\s*/gs, '\n\n');
  return without === text ? text : without.trim();
}

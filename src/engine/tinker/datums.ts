/** Groups as datums: a prompt and a response as one sequence x of L tokens, of which x[0..L-1) is read and x[1..L) foretold. */
import type { Datum } from '../../tinker/index.js';
import type { ScoreGroup, Tokens } from '../types.js';
import type { Reduction } from './reduction.js';

/** A response as a server sees it. */
export interface Foretold {
  tokens: Int32Array;
  targetTokens: Int32Array;
  /** Targets before the response: the prompt's tokens but the first. */
  before: number;
}

/** A response that is learnt from. */
export interface Lesson extends Foretold {
  /** d loss / d log p of each token of the response. */
  slopes: Float32Array;
  /** log p of each target under the weights as they are, those of the prompt among them. */
  logprobs: Float32Array;
}

export function foretold(prompt: Tokens, response: Tokens): Foretold {
  const all = joined(prompt, response);
  return { tokens: all.subarray(0, -1), targetTokens: all.subarray(1), before: prompt.length - 1 };
}

export function joined(prompt: Tokens, response: Tokens): Tokens {
  const all = new Int32Array(prompt.length + response.length);
  all.set(prompt);
  all.set(response, prompt.length);
  return all;
}

/** The first token alone. */
function beginning({ tokens, targetTokens }: Foretold): Foretold {
  return { tokens: tokens.subarray(0, 1), targetTokens: targetTokens.subarray(0, 1), before: 0 };
}

/** A lesson that teaches nothing. */
export function silent(lesson: Lesson): Lesson {
  return { ...beginning(lesson), slopes: new Float32Array(1), logprobs: lesson.logprobs.subarray(0, 1) };
}

/** Filled up to a multiple of so many with what `filler` makes of the first: who compiles for each number meets few of them then. */
export function filled<T>(items: readonly T[], multiple: number, filler: (first: T) => T): T[] {
  const [first] = items;
  if (first === undefined) return [];
  const missing = (multiple - (items.length % multiple)) % multiple;
  return [...items, ...Array.from({ length: missing }, () => filler(first))];
}

/** What only the log-probabilities are wanted of; those of the sequences come first. */
export function scoring(sequences: readonly Foretold[], multiple: number): { data: Datum[]; lossFn: string } {
  const data = filled(sequences, multiple, beginning).map(({ tokens, targetTokens }) => ({
    tokens,
    lossFnInputs: { targetTokens },
  }));
  return { data, lossFn: 'cross_entropy' };
}

/**
 * Datums of the loss `importance_sampling`, -sum A p/q, whose gradient is that of sum c log p: q is the policy as it is, so the ratio is
 * 1, and A is -c times what the server's reduction will divide it by. Prompts have weight and advantage 0.
 */
export function lessonDatums(lessons: readonly Lesson[], { perSequence, perDatum }: Reduction): Datum[] {
  const maskOf = perSequence ? masks(lessons) : undefined;
  return lessons.map((lesson) => {
    const { tokens, targetTokens, before, slopes, logprobs } = lesson;
    const scale = (perSequence ? slopes.length : 1) * (perDatum ? lessons.length : 1);
    const advantages = new Float32Array(tokens.length);
    for (const [t, c] of slopes.entries()) advantages[before + t] = -c * scale;
    // Servers that sum take an advantage of 0 for the mask, and may know no other.
    const weights = maskOf?.(lesson);
    return { tokens, lossFnInputs: { targetTokens, logprobs, advantages, ...(weights && { weights }) } };
  });
}

/** 0 for targets of the prompt, 1 for those of the response. All are parts of one array: a step has millions of tokens. */
function masks(lessons: readonly Foretold[]): (of: Foretold) => Float32Array {
  const zeros = Math.max(0, ...lessons.map(({ before }) => before));
  const ones = Math.max(0, ...lessons.map(({ tokens, before }) => tokens.length - before));
  const all = new Float32Array(zeros + ones).fill(1, zeros);
  return ({ tokens, before }) => all.subarray(zeros - before, zeros - before + tokens.length);
}

/** What was computed for each response with tokens, in the shape of the groups; nothing for those without. */
export function inGroups(groups: readonly ScoreGroup[], perResponse: readonly Float32Array[]): Float32Array[][] {
  let next = 0;
  return groups.map(({ responses }) =>
    responses.map((tokens) => (tokens.length === 0 ? new Float32Array() : perResponse[next++]!)),
  );
}

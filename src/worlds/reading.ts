/** Reads a question of the world that a person has written or changed: its numbers, what it asks for, and so its answer. */
import type { Rule } from './rules.js';
import { STRATEGIES, work, type Strategy, type Triple } from './strategies.js';
import { FIRST_STEP, PLACES, SECOND_STEP } from './surface.js';

export interface ReadQuestion {
  triple: Triple;
  strategy: Strategy;
  /** The rule that it names; absent where it says in plain words what to do. */
  rule?: Rule;
  answer: string;
}

/**
 * Undefined where the question does not hold exactly three whole numbers, or neither names one rule nor says one strategy in plain
 * words: then it has no answer.
 */
export function readQuestion(question: string, rules: readonly Rule[]): ReadQuestion | undefined {
  const numbers = question.match(/\d+/g)?.map(Number) ?? [];
  if (numbers.length !== 3) return undefined;
  const triple = numbers as unknown as Triple;
  const words = new Set(question.toLowerCase().match(/[a-z]+/g));
  const named = rules.filter(({ aliases }) => aliases.some((alias) => words.has(alias)));
  const said = STRATEGIES.filter((strategy) => sayings(strategy).test(question));
  if (named.length + said.length !== 1) return undefined;
  const [rule] = named;
  const strategy = rule?.strategy ?? said[0]!;
  return { triple, strategy, ...(rule && { rule }), answer: String(work(strategy, triple).result) };
}

/** Every way of saying a strategy in plain words. */
function sayings({ order, first, second }: Strategy): RegExp {
  const [pair, third] = PLACES[order];
  const any = (texts: readonly string[]) => `(?:${texts.join('|')})`;
  return new RegExp(`\\b${any(FIRST_STEP[first])} the ${pair}, then ${any(SECOND_STEP[second])} the ${third}\\b`, 'i');
}

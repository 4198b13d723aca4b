/**
 * What the language model is asked when a corpus is made. The wording is part of a corpus: change it together with its
 * version, which is part of the key of every kept reply and is written into summary.json.
 */
import type { ChatMessage } from '../llm/index.js';
import { endingFor } from '../data/index.js';
import type { SolvedProblem } from './types.js';

/** Most steps of a summary (the paper's teacher writes at most seven). */
export const MAX_STEPS = 7;

export const SUMMARY_VERSION = 'trace-summary-1';
export const TYPE_VERSION = 'problem-type-1';

/** Asks for the strategy of a solution as labelled steps: the phases another problem could reuse, each with its reason. */
export function summaryMessages({ question, solution, answer }: SolvedProblem): ChatMessage[] {
  return [
    {
      role: 'system',
      content:
        'You write worked examples for a solver who will meet other problems that need the same way of thinking. ' +
        'What counts is the plan: which move is made, what makes it possible, and what it achieves.',
    },
    {
      role: 'user',
      content: [
        'Rewrite the solution below as a short worked example.',
        '',
        `- Use 1 to ${MAX_STEPS} steps, each beginning on a line of its own with "Step N (LABEL):", where LABEL names a reusable move in two to six words, such as "count the complement".`,
        '- After the label say in one to three sentences what is done here and why it works. Keep the key equations, leave out routine arithmetic.',
        '- Follow the solution given: add no other method and no idea that is not in it. Do not mention "the solution".',
        `- End with this line and nothing after it: ${endingFor('ANSWER')} (with the right answer, ${answer}, in place of ANSWER)`,
        '',
        'Problem:',
        question,
        '',
        'Solution:',
        solution,
      ].join('\n'),
    },
  ];
}

/** Asks for one type of a closed list. */
export function typeMessages(question: string, types: readonly string[]): ChatMessage[] {
  return [
    {
      role: 'user',
      content: [
        `Which one of these is the main field of the problem below: ${types.join(', ')}?`,
        'Answer with that name alone.',
        '',
        'Problem:',
        question,
      ].join('\n'),
    },
  ];
}

/** The second and last try: the first reply, and what was wrong with it. */
export function secondTry(messages: readonly ChatMessage[], reply: string, fault: string): ChatMessage[] {
  const complaint = `This cannot be used: ${fault}. Write it again, whole and in the form that was asked for.`;
  return [...messages, { role: 'assistant', content: reply }, { role: 'user', content: complaint }];
}

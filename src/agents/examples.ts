/** What agents search: solved problems, and what became of using them. */
import { z } from 'zod';
import type { Filter, FindOptions, FoundTrace, TraceInput } from '../retriever/index.js';
import type { OutcomeLog } from './outcomes.js';

/** `Retriever` of ra-rft/retriever is one. */
export interface ExampleSearch {
  search(question: string, options: FindOptions): Promise<FoundTrace[]>;
}

export interface WorkedExamples extends ExampleSearch {
  /** Where examples may be added. */
  add?: ((traces: TraceInput[]) => Promise<void>) | undefined;
  /** Where outcomes are kept, as labels for the next training. */
  outcomes?: Pick<OutcomeLog, 'report'> | undefined;
}

/** Which examples an adapter asks for. */
export interface ExampleChoice {
  /** Examples of a question. Default 1. */
  k?: number;
  /** Only examples whose fields are these. */
  filter?: Filter;
}

/** The text of an example for a model to read. */
export function exampleText({ question, trace, text }: TraceInput): string {
  const worked = trace ?? text ?? '';
  return question === undefined ? worked : `Problem: ${question}\nSolution: ${worked}`;
}

/** The tool that finds them, as models are told of it. */
export const searchTool = {
  name: 'search_worked_examples',
  description:
    'Find solved problems whose way of solving helps with a new problem, best first. Read one before you solve the problem yourself.',
  input: z.object({
    problem: z.string().min(1).describe('The problem to be solved, in full.'),
    k: z.int().min(1).max(20).default(1).describe('Examples at most.'),
  }),
};

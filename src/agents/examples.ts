/** What agents search: solved problems, and what became of using them. */
import type { FindOptions, FoundTrace, TraceInput } from '../retriever/index.js';
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

/** The text of an example for a model to read. */
export function exampleText({ question, trace, text }: TraceInput): string {
  const worked = trace ?? text ?? '';
  return question === undefined ? worked : `Problem: ${question}\nSolution: ${worked}`;
}

/** A few worked examples, found by words. */
import type { TraceInput } from '../../retriever/index.js';
import { WordSearch } from '../../serve/word-search.js';
import type { WorkedExamples } from '../examples.js';

export const question = 'A jar of 90 nuts loses 14 nuts. How much remains?';

export function fewExamples(): WorkedExamples & { traces: TraceInput[] } {
  let traces: TraceInput[] = [
    {
      id: 'loss',
      question: 'A box of 20 nuts loses 5 nuts. How much remains?',
      trace: '20 - 5 = \\boxed{15}',
      type: 'minus',
    },
    { id: 'rows', question: 'There are 4 rows of 6 chairs.', trace: '4 * 6 = \\boxed{24}', type: 'times' },
    { id: 'bare', text: 'Half of the ships: divide by two.', type: 'halves' },
  ];
  const words = new WordSearch(() => traces);
  return {
    search: (asked, options) => words.search(asked, options),
    add: (more) => {
      traces = [...traces, ...more];
      return Promise.resolve();
    },
    get traces() {
      return traces;
    },
  };
}

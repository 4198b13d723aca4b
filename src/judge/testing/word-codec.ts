/** A pair codec that puts texts one after the other: the traces, then the query, then the solution. */
import { shownTraces } from '../../data/index.js';
import type { Tokens } from '../../engine/types.js';
import type { PairCodec } from '../pair-tokens.js';

export function wordCodec(encode: (text: string) => Tokens): PairCodec {
  return {
    split: (problem, context) => ({
      prefix: encode(
        shownTraces(context)
          .map(({ question, trace }) => `${question} ${trace}`)
          .join(' '),
      ),
      rest: encode(problem.question),
    }),
    response: encode,
  };
}

/** Labelled pairs in words: questions about things of one kind, helped by the traces of the method that they need, whatever the things are. */
import { Rng } from '../../core/rng.js';
import type { LabelledPair, TraceInput } from '../library/types.js';

const THINGS = ['apples', 'trains', 'coins', 'books', 'ships', 'lamps'];
const METHODS = ['double', 'halve', 'share', 'join', 'measure', 'order', 'trade', 'count'];

export interface PairTask {
  traces: TraceInput[];
  labels: LabelledPair[];
}

/** `perMethod` traces and questions of each of eight methods. */
export function pairTask({ perMethod = 4, questions = 8, seed = 1 } = {}): PairTask {
  const rng = Rng.fromSeed(seed);
  const traces = METHODS.flatMap((method, m) =>
    Array.from({ length: perMethod }, (_, i) => ({
      id: `${method}-${i}`,
      text: `with the ${rng.pick(THINGS)} we ${method} until it is right`,
      type: m % 2 === 0 ? 'even' : 'odd',
      level: i,
    })),
  );
  const labels = METHODS.flatMap((method, m) =>
    Array.from({ length: questions }, () => {
      const question = `please ${method} all of my ${rng.int(90)} ${rng.pick(THINGS)}`;
      const other = `${METHODS[(m + 1) % METHODS.length]}-0`;
      const helpful = Array.from({ length: perMethod }, (_, i) => ({ question, traceId: `${method}-${i}` }));
      return [...helpful, { question, traceId: other, relevant: false }];
    }).flat(),
  );
  return { traces, labels };
}

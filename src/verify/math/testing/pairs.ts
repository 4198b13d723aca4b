/** Runs tables of pairs: `=` for answers that equal the gold, `#` for ones that do not. */
import { expect } from 'vitest';
import { judgeAnswer } from '../judge.js';
import type { MathOptions } from '../types.js';

export type Pair = readonly [gold: string, relation: '=' | '#', answer: string];

/** Judges a whole table at once, so that a failure lists every pair that is wrong. */
export function expectPairs(pairs: readonly Pair[], options: MathOptions = {}): void {
  const wrong = pairs.flatMap(([gold, relation, answer]) => {
    const judged = judgeAnswer(gold, `so $\\boxed{${answer}}$`, options);
    if ((judged.outcome === 'match') === (relation === '=')) return [];
    return [
      `${gold} ${relation} ${answer}: ${judged.outcome} by ${judged.rule}: ${judged.goldForm} against ${judged.answerForm}`,
    ];
  });
  expect(wrong).toEqual([]);
}

/** As {@link expectPairs}, for whole responses rather than what a box holds. */
export function expectResponses(pairs: readonly Pair[], options: MathOptions = {}): void {
  const wrong = pairs.flatMap(([gold, relation, response]) => {
    const judged = judgeAnswer(gold, response, options);
    if ((judged.outcome === 'match') === (relation === '=')) return [];
    return [`${gold} ${relation} ${JSON.stringify(response)}: ${judged.outcome}, found ${String(judged.extracted)}`];
  });
  expect(wrong).toEqual([]);
}

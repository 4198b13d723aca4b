/** Runs tables of pairs: `=` for answers that equal the gold, `#` for ones that do not. */
import { expect, test } from 'vitest';
import { judgeAnswer } from '../judge.js';
import type { MathOptions } from '../types.js';

export type Pair = readonly [gold: string, relation: '=' | '#', answer: string];

/** One test for a whole table, so that a failure lists every pair that is wrong. */
export function checkPairs(name: string, pairs: readonly Pair[], options: MathOptions = {}): void {
  test(name, () => {
    const wrong = pairs.flatMap(([gold, relation, answer]) => {
      const judged = judgeAnswer(gold, `so $\\boxed{${answer}}$`, options);
      return (judged.outcome === 'match') === (relation === '=') ? [] : [`${gold} ${relation} ${answer}: ${judged.outcome} by ${judged.rule}: ${judged.goldForm} against ${judged.answerForm}`];
    });
    expect(wrong).toEqual([]);
  });
}

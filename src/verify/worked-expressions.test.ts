/** Every solution that is built to end in an expression is right by the verifier that grades with it. */
import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { workedSolution } from '../data/index.js';
import { openMathVerifier } from './math-verifier.js';

const folder = '../shared/data/math';

describe.skipIf(!existsSync(folder))(`real problems (needs ${folder})`, () => {
  const verifier = openMathVerifier();
  afterAll(() => verifier.dispose());

  // Lines, and how many of them give no solution: wrong golds, rounded answers, remainders, no plain arithmetic.
  test.each([
    ['svamp', 1000, 1],
    ['svamp-a-test', 1000, 0],
    ['asdiv-a-folds', 1217, 1],
    ['mawps-folds', 1731, 8],
    ['mawps-asdiv-a-train', 2949, 9],
    ['asdiv', 2215, 491],
  ] as const)('every solution of %s verifies', async (name, lines, without) => {
    type Row = { id: string; problem: string; equation: string; answer: string };
    const rows = await readJsonlAll<Row>(`${folder}/${name}.jsonl`);
    const pairs = rows.flatMap(({ id, problem: question, equation, answer }) => {
      const worked = workedSolution({ question, equation, answer }, 'expression');
      return 'solution' in worked ? [{ gold: answer, response: worked.solution, id }] : [];
    });
    const verdicts = await verifier.verifyPairs(pairs);
    expect(pairs.filter((_, i) => verdicts[i]!.outcome !== 'match').map(({ id }) => id)).toEqual([]);
    expect([rows.length, rows.length - pairs.length]).toEqual([lines, without]);
  });
});

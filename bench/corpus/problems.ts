/** Made-up solved problems: their words differ enough that none is a near-duplicate of another. */
import { Rng } from '../../src/core/index.js';
import type { Column } from './parquet-writer.js';

const WORDS = ['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't'].flatMap((first) =>
  ['a', 'e', 'i', 'o', 'u'].flatMap((vowel) =>
    ['lan', 'rit', 'mo', 'ves', 'ndu', 'k'].map((last) => first + vowel + last),
  ),
);
const TYPES = ['Algebra', 'Geometry', 'Number Theory', 'Combinatorics'];

interface Row {
  uuid: string;
  problem: string;
  solution: string;
  answer: string;
  problem_type: string;
  /** Nobody asks for it, and it is twice as large as the solution. */
  generation: string;
}

function* rows(count: number): Generator<Row> {
  const rng = Rng.fromSeed('corpus benchmark');
  const words = (n: number) => Array.from({ length: n }, () => rng.pick(WORDS)).join(' ');
  for (let i = 0; i < count; i++) {
    const [a, b] = [rng.int(1000), rng.int(1000)];
    const problem = `${words(12)} takes ${a} of ${words(1)} and ${b} of ${words(1)}. How many ${words(4)} in all?`;
    const step = `We note that ${words(6)} and add up the parts. `;
    const solution = `${step.repeat(4 + rng.int(36))}So $${a} + ${b} = \\boxed{${a + b}}$.`;
    const generation = solution + solution;
    yield { uuid: `row-${i}`, problem, solution, answer: String(a + b), problem_type: rng.pick(TYPES), generation };
  }
}

/** The columns of OpenR1-Math, for the preset `openr1-math`. */
export function problemColumns(count: number): Column[] {
  const names = ['uuid', 'problem', 'solution', 'answer', 'problem_type', 'generation'] as const;
  return names.map((name) => ({
    name,
    *values() {
      for (const row of rows(count)) yield row[name];
    },
  }));
}

/** Splitting a problem set so that no question stands on two sides. */
import { RaRftError } from '../core/errors.js';
import { hashText } from '../core/hash.js';
import type { Rng } from '../core/rng.js';
import { normaliseText } from './normalise.js';
import type { Problem, Trace } from './types.js';

/** Shares of the *texts* that go to each side; what is left over (their sum may be below 1) goes nowhere. */
export interface SplitShares {
  train: number;
  test: number;
  corpus: number;
}

export type Split = Record<keyof SplitShares, Problem[]>;

/**
 * Splits by text: problems whose questions are equal after normalisation stay together, so nothing that is tested on
 * was trained on or can be retrieved. The side of a text follows from its hash and the stream, so neither the order of
 * the file nor a few more problems move the others. Each side keeps the order of the input. Throws `config` where the shares are no shares.
 */
export function splitByText(problems: readonly Problem[], shares: SplitShares, rng: Rng): Split {
  const wanted = [shares.train, shares.test, shares.corpus];
  if (wanted.some((s) => !(s >= 0 && s <= 1)) || wanted.reduce((a, b) => a + b, 0) > 1 + 1e-9) {
    throw new RaRftError({
      code: 'config',
      message: `shares ${JSON.stringify(shares)} are not shares of one whole`,
      where: 'data.split',
      expected: 'train, test and corpus between 0 and 1, together at most 1',
    });
  }
  const salt = rng.fork('split').nextUint32();
  const texts = [...new Set(problems.map((p) => normaliseText(p.question)))];
  const ranked = texts
    .map((text) => [hashText(`${salt}/${text}`), text] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const sideOf = new Map<string, keyof SplitShares>();
  let from = 0;
  let share = 0;
  for (const side of ['test', 'corpus', 'train'] as const) {
    share += shares[side];
    const to = Math.round(share * ranked.length);
    for (const [, text] of ranked.slice(from, to)) sideOf.set(text, side);
    from = to;
  }
  const split: Split = { train: [], test: [], corpus: [] };
  for (const problem of problems) {
    const side = sideOf.get(normaliseText(problem.question));
    if (side) split[side].push(problem);
  }
  return split;
}

/**
 * Parts problems into those whose text does not occur among `others`, and those whose text does: what a test file and
 * a training file of the user's may share.
 */
export function partByText<T extends { question: string }>(
  problems: readonly T[],
  others: readonly { question: string }[],
): { apart: T[]; shared: T[] } {
  const texts = new Set(others.map((p) => normaliseText(p.question)));
  const shared = problems.filter((p) => texts.has(normaliseText(p.question)));
  const taken = new Set(shared);
  return { apart: problems.filter((p) => !taken.has(p)), shared };
}

/** Solved problems as traces to learn from; those without a solution are left out. */
export function tracesOf(problems: readonly Problem[]): Trace[] {
  return problems.flatMap(({ solution, ...rest }) => (solution === undefined ? [] : [{ ...rest, trace: solution }]));
}

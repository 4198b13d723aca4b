/** Holding strategies out: problems of some truths are met at the test alone, and solved in the corpus alone. */
import { RaRftError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import { hashText } from '../core/hash.js';
import { unseenSplit } from './guards.js';
import { normaliseText } from './normalise.js';
import { splitByText } from './split.js';
import type { Problem } from './types.js';

export interface HoldOut {
  /** Share of the truths that are held out, of those with enough problems; 0: none. */
  share: number;
  /** Different texts that a truth needs. */
  minProblems: number;
}

export interface HeldOut {
  truths: ReadonlySet<string>;
  /** All other problems, in their order. */
  kept: Problem[];
  /** Problems of these truths, of the split unseen. */
  corpus: Problem[];
  test: Problem[];
}

/**
 * Takes the problems of some truths out. Which ones follows from the stream and the truths' own texts. Of each such truth half
 * of the texts are for the corpus and half for the test, or all for the corpus where `toTest` is false, since the tests come
 * from elsewhere. Throws `data` where no truth has enough problems.
 */
export function holdOut(
  problems: readonly Problem[],
  { share, minProblems }: HoldOut,
  { toTest, rng }: { toTest: boolean; rng: Rng },
): HeldOut {
  if (share === 0) return { truths: new Set(), kept: [...problems], corpus: [], test: [] };
  const byTruth = new Map<string, Problem[]>();
  for (const problem of problems) {
    const { truth } = problem;
    if (truth !== undefined) byTruth.set(truth, [...(byTruth.get(truth) ?? []), problem]);
  }
  const texts = (own: readonly Problem[]) => new Set(own.map(({ question }) => normaliseText(question))).size;
  const salt = rng.fork('hold-out').nextUint32();
  const eligible = [...byTruth]
    .filter(([, own]) => texts(own) >= minProblems)
    .map(([truth]) => truth)
    .toSorted((a, b) => (hashText(`${salt}/${a}`) < hashText(`${salt}/${b}`) ? -1 : 1));
  if (eligible.length === 0) throw noTruth(byTruth.size, minProblems);
  const truths = new Set(eligible.slice(0, Math.max(1, Math.round(share * eligible.length))));
  const held: HeldOut = {
    truths,
    kept: problems.filter(({ truth }) => !truths.has(truth ?? '')),
    corpus: [],
    test: [],
  };
  const shares = toTest ? { train: 0, test: 0.5, corpus: 0.5 } : { train: 0, test: 0, corpus: 1 };
  for (const truth of truths) {
    const halves = splitByText(byTruth.get(truth)!, shares, rng.fork(`hold-out/${truth}`));
    for (const side of ['corpus', 'test'] as const) held[side].push(...asUnseen(halves[side], truths));
  }
  return held;
}

/** Marks problems, or traces, of the truths that are held out as unseen; the others stay as they are. */
export function asUnseen<T extends { truth?: string; split?: string }>(
  items: readonly T[],
  truths: ReadonlySet<string>,
): T[] {
  return items.map((item) => (truths.has(item.truth ?? '') ? { ...item, split: unseenSplit } : item));
}

function noTruth(truths: number, minProblems: number): RaRftError {
  return new RaRftError({
    code: 'data',
    message:
      truths === 0
        ? 'no problem has a truth, so no strategy can be held out'
        : `none of ${truths} truths has ${minProblems} different problems, so none can be held out`,
    where: 'data.holdOut',
    expected: 'problems with a truth (data.problems.fields.truth) or an equation, several of each truth',
    hint: 'Lower data.holdOut.minProblems, or set data.holdOut.share to 0.',
  });
}

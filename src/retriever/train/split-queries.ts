/** Parts of the labelled queries: to train on, to choose the checkpoint by, and to grade with what has chosen nothing. */
import { hashText } from '../../core/hash.js';
import { Rng } from '../../core/rng.js';
import { normaliseText } from '../../data/normalise.js';
import type { LabelledQuery } from './pairs.js';

export interface QueryShares {
  /** Share whose recall@1 chooses the checkpoint. */
  validationShare: number;
  /** Share that is graded only. */
  testShare: number;
}

export interface QueryParts {
  train: LabelledQuery[];
  validation: LabelledQuery[];
  test: LabelledQuery[];
}

/** Training keeps at least this many texts: below it there is no in-batch negative. */
const LEAST_TRAIN = 2;

/** What a query asks: queries with the same text are never parted. */
export function textOf({ query }: Pick<LabelledQuery, 'query'>): string {
  return normaliseText(query.question);
}

/** The different texts of queries in an order that follows from their hashes and the stream, whatever the order of the queries. */
export function shuffledTexts(labelled: readonly LabelledQuery[], rng: Rng): string[] {
  const salt = rng.nextUint32();
  return [...new Set(labelled.map(textOf))]
    .map((text) => [hashText(`${salt}/${text}`), text] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text);
}

/**
 * Splits by text: queries that ask the same stay together. The part of a text follows from its hash and the seed, so neither
 * the order nor the ids matter. A share above 0 gives at least one text; where that would leave fewer than two to train on,
 * the test part goes first and then the validation part: a part is empty rather than wrong. Each part is in the order of
 * the query ids.
 */
export function splitQueries(
  labelled: readonly LabelledQuery[],
  { validationShare, testShare }: QueryShares,
  seed: number,
): QueryParts {
  const ranked = shuffledTexts(labelled, Rng.fromSeed(seed).fork('labelled-queries'));
  const wanted = (share: number) => (share <= 0 ? 0 : Math.max(1, Math.round(share * ranked.length)));
  const spare = Math.max(0, ranked.length - LEAST_TRAIN);
  const validationCount = Math.min(wanted(validationShare), spare);
  const testCount = Math.min(wanted(testShare), spare - validationCount);
  const validation = new Set(ranked.slice(0, validationCount));
  const test = new Set(ranked.slice(validationCount, validationCount + testCount));
  const sorted = labelled.toSorted((a, b) => (a.query.id < b.query.id ? -1 : 1));
  return {
    train: sorted.filter((one) => !validation.has(textOf(one)) && !test.has(textOf(one))),
    validation: sorted.filter((one) => validation.has(textOf(one))),
    test: sorted.filter((one) => test.has(textOf(one))),
  };
}

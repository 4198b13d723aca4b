/** Folds of the labelled queries, for encoders that search for queries whose labels they have not seen. */
import { RaRftError } from '../../core/errors.js';
import { Rng } from '../../core/rng.js';
import type { Query } from '../types.js';
import { shuffledTexts, textOf, type QueryParts } from './split-queries.js';

/** Below it there is no in-batch negative. */
const LEAST_TRAIN = 2;

export interface QueryFolds {
  /** What the encoder of each fold learns from: the queries of all other folds, to train on and to choose the checkpoint. */
  parts_F: Pick<QueryParts, 'train' | 'validation'>[];
  /** The fold of a query, from 0, whose encoder has seen no label of its text; undefined where no encoder has seen any. */
  foldOf: (query: Query) => number | undefined;
}

/**
 * Parts the queries to train on, and those for validation, into `count` folds each, by text as `splitQueries` does. Queries to grade
 * are in no fold: nothing is trained on them. Throws `data` where an encoder would be left with fewer than two texts to train on.
 */
export function foldQueries({ train, validation }: Omit<QueryParts, 'test'>, count: number, seed: number): QueryFolds {
  const rng = Rng.fromSeed(seed).fork('cross-fit');
  const texts = shuffledTexts(train, rng.fork('train'));
  if (texts.length < count || texts.length - Math.ceil(texts.length / count) < LEAST_TRAIN)
    throw tooManyFolds(texts.length, count);
  const folds = new Map<string, number>();
  for (const part of [texts, shuffledTexts(validation, rng.fork('validation'))])
    for (const [at, text] of part.entries()) folds.set(text, at % count);
  const parts_F = Array.from({ length: count }, (_, fold) => {
    const others = (part: QueryParts['train']) => part.filter((one) => folds.get(textOf(one)) !== fold);
    return { train: others(train), validation: others(validation) };
  });
  return { parts_F, foldOf: (query) => folds.get(textOf({ query })) };
}

function tooManyFolds(texts: number, count: number): RaRftError {
  return new RaRftError({
    code: 'data',
    message: `${texts} labelled questions to train on cannot be parted into ${count} folds`,
    where: 'retriever.crossFit',
    expected: `no more folds than questions, and at least ${LEAST_TRAIN} questions in all folds but one`,
    hint: 'Label more queries (labels.maxQueries), or take fewer folds; 1 trains no fold encoders.',
  });
}

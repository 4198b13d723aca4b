/** How often a training validates. Work is counted in tokens that are encoded, so that the same data and options give the same steps. */
import type { Trace } from '../../data/types.js';
import type { TokenText } from '../encode/token-text.js';
import type { EncoderInfo } from '../encode/types.js';
import { queriesOfBatch } from './batches.js';
import { documentsOfQuery, type DocumentOptions } from './documents.js';
import type { LabelledQuery } from './pairs.js';
import type { TextTokens } from './text-tokens.js';

/** Most that all validations may cost, as a share of the training itself. */
const MOST_COST = 0.75;
/** A training step over an encoding of the same tokens, where an encoder does not say it. */
const TRAINING_PASSES = 3;

export interface LookOptions {
  steps: number;
  /** Steps between validations as wanted. */
  evalEvery: number;
  batchSize: number;
  documents: Omit<DocumentOptions, 'exclude'>;
}

export interface LookData {
  train: readonly LabelledQuery[];
  validation: readonly LabelledQuery[];
  candidates: readonly Trace[];
}

/** Steps between validations: more than wanted where these would cost as much as the training. The last step is one of them. */
export function looksEvery(
  { trainPasses = TRAINING_PASSES }: Pick<EncoderInfo, 'trainPasses'>,
  { train, validation, candidates }: LookData,
  tokens: TextTokens,
  { steps, evalEvery, batchSize, documents }: LookOptions,
): number {
  const questions = (of: readonly LabelledQuery[]) => tokensOf(of.map(({ query }) => tokens.query(query)));
  const query = questions(train) / train.length;
  const trace = tokensOf(candidates.map((one) => tokens.trace(one))) / Math.max(1, candidates.length);
  const batch = queriesOfBatch(train, batchSize) * (query + documentsOfQuery(documents) * trace);
  const look = questions(validation) + tokensOf(candidates.flatMap((one) => tokens.chunks(one)));
  return stepsBetweenLooks(steps, evalEvery, (trainPasses * batch) / Math.max(1, look));
}

/** `looksOfStep`: what a step costs, in validations. */
export function stepsBetweenLooks(steps: number, evalEvery: number, looksOfStep: number): number {
  const looks = Math.max(1, Math.floor(MOST_COST * steps * looksOfStep));
  return Math.max(evalEvery, Math.ceil(steps / looks));
}

function tokensOf(texts: readonly TokenText[]): number {
  return texts.reduce((n, { ids }) => n + ids.length, 0);
}

/** Which documents come into a batch beside the drawn positives: measured candidates, denied ones, hard negatives. */
import { RaRftError } from '../../core/errors.js';
import type { Rng } from '../../core/rng.js';
import type { Trace } from '../../data/types.js';
import type { BatchOptions, Draw } from './batches.js';
import { spreadOf } from './gains.js';
import { drawHardNegatives, type HardNegatives } from './hard-negatives.js';
import { isGraded, type LossKind } from './loss.js';
import type { JudgedTrace, LabelledQuery } from './pairs.js';

export interface DocumentOptions extends Pick<BatchOptions, 'negatives' | 'exclude'> {
  loss: LossKind;
  /** Judged candidates of each query in a batch, its drawn positive among them. */
  judgedPerQuery: number;
  hardPerQuery: number;
}

/** Documents that a query brings into a batch at most. */
export function documentsOfQuery({
  loss,
  negatives,
  judgedPerQuery,
  hardPerQuery,
}: Pick<DocumentOptions, 'loss' | 'negatives' | 'judgedPerQuery' | 'hardPerQuery'>): number {
  return (isGraded({ kind: loss }) || negatives === 'judged' ? judgedPerQuery : 1) + hardPerQuery;
}

/** Draws them; `rng` is of this step alone. */
export function drawDocuments(draw: Draw, options: DocumentOptions, mined: HardNegatives, rng: Rng): Trace[] {
  const judged = draw.queries.flatMap((labelled, q) => {
    const own = draw.positives[q]!;
    const wanted = judgedOf(labelled, options).filter(
      ({ trace }) => trace.id !== own.id && options.exclude?.(labelled.query, trace) !== true,
    );
    const drawn = rng.fork(`judged/${labelled.query.id}`).sample(wanted, options.judgedPerQuery - 1);
    return drawn.map(({ trace }) => trace);
  });
  const hard = drawHardNegatives(draw.queries, mined, options.hardPerQuery, rng.fork('hard'));
  return [...judged, ...hard];
}

/** The judged candidates that a loss looks at: all of a graded one's, those that were denied where only they are negatives. */
function judgedOf({ judged = [] }: LabelledQuery, { loss, negatives }: DocumentOptions): readonly JudgedTrace[] {
  if (isGraded({ kind: loss })) return judged;
  return negatives === 'judged' ? judged.filter(({ relevant }) => !relevant) : [];
}

/** Throws `data` where the labels have nothing that the loss could learn from. */
export function checkTeachable(
  queries: readonly LabelledQuery[],
  options: Pick<DocumentOptions, 'loss' | 'negatives'>,
): void {
  const { loss, negatives } = options;
  if (isGraded({ kind: loss }) && !queries.some((query) => spreadOf(query) > 0)) {
    throw nothingToLearn(
      `no query has two candidates with different gains, and the loss ${loss} learns from differences alone`,
      'labels with measured gains (score), as labels.judge: utility gives them, or retriever.loss: infonce',
    );
  }
  const denied = (query: LabelledQuery) => query.judged?.some(({ relevant }) => !relevant) ?? false;
  if (!isGraded({ kind: loss }) && negatives === 'judged' && !queries.some(denied)) {
    throw nothingToLearn(
      'no query has a candidate that a judge denied, and only these would be negatives',
      'labels that are not relevant too, or retriever.negatives: in-batch',
    );
  }
}

function nothingToLearn(message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'data', message, where: 'labels', expected });
}

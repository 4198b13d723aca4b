/** What is known of a retriever that was trained: kept with it, so that it can be graded again. */
import type { TrainReport } from '../train/train.js';
import type { Asked } from './types.js';
import type { RetrieverFigures } from './grade.js';

export interface LibraryReport {
  training: TrainReport;
  /** Labelled questions without a positive: there was nothing to learn from them. */
  withoutPositive: number;
  /** On the labelled questions that neither trained it nor chose its checkpoint; null where there were none. */
  grade: RetrieverFigures | null;
  /** Those questions with the ids of the traces that help. */
  test: (Asked & { traceIds: string[] })[];
}

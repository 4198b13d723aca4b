/** Evaluations as reports read them. */
import type { EvalRecord } from '../eval/index.js';

/** One evaluation of one arm. */
export interface Evaluation {
  arm: string;
  step: number;
  records: EvalRecord[];
}

/** Where the labels of each turn stand, and what was measured for them. */
import { join } from 'node:path';
import type { RunFolder } from '../../runs/run-folder.js';
import { labelStage } from '../warmup-settings.js';

export interface LabelFiles {
  stage: string;
  /** Whether retrievers are trained on them. */
  last: boolean;
  labels: string;
  /** Folder of scores, answers and proposals behind them. */
  measured: string;
}

/**
 * Those of a round, from 1, of so many. The last labels are labels.jsonl, those before labels-1.jsonl and so on. The first policy's scores
 * stand in the run folder itself, whatever follows, so that they count for a run that is to have more rounds.
 */
export function labelFiles(
  { root, paths }: Pick<RunFolder, 'root' | 'paths'>,
  round: number,
  rounds: number,
): LabelFiles {
  const measured = round === 1 ? root : join(root, labelStage(round));
  if (round === rounds) return { stage: 'labels', last: true, labels: paths.labels, measured };
  return { stage: labelStage(round), last: false, labels: join(root, `${labelStage(round)}.jsonl`), measured };
}

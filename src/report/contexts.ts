/** How many prompts of each arm held a trace: where few do, the arm is not what its name says. Pure. */
import { splitsOf } from '../eval/index.js';
import type { Block } from './blocks.js';
import { percent } from './numbers.js';
import type { Evaluation } from './evaluation.js';
import type { RunData } from './run-data.js';

/**
 * A row for each arm: share of its training prompts and of its test prompts with a trace, in per cent. Empty where an arm trains no
 * policy of its own. No table where no prompt has a trace.
 */
export function contextsBlock(data: RunData, last: readonly Evaluation[]): Block[] {
  const splits = [...new Set(last.flatMap(({ records }) => splitsOf(records)))];
  if (!last.some(({ records }) => records.some(({ traceIds }) => traceIds.length > 0))) return [];
  const rows = last.map(({ arm, records }) => {
    const training = data.metrics.filter((row) => row.arm === arm).map((row) => row['traceShare']);
    const known = training.filter((share) => typeof share === 'number');
    const ofSplit = (split: string) => records.filter((record) => record.split === split);
    return [
      arm,
      shareText(
        known.reduce((a, b) => a + b, 0),
        known.length,
      ),
      ...splits.map((split) =>
        shareText(ofSplit(split).filter(({ traceIds }) => traceIds.length > 0).length, ofSplit(split).length),
      ),
    ];
  });
  const numeric = (label: string) => ({ label, numeric: true });
  return [
    {
      kind: 'table',
      table: { columns: [{ label: 'arm' }, numeric('training'), ...splits.map(numeric)], rows },
      note: 'prompts with a trace, in per cent',
    },
  ];
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? '' : percent(part / whole);
}

/** The report's table of labels by turns: what the policy of each round measured, beside the truth (labels.alternation). Pure. */
import type { Summary } from '../eval/index.js';
import type { LabelGrade } from '../judge/index.js';
import type { Block } from './blocks.js';
import { percent } from './numbers.js';

/** A row a round, and one for the problems that its policy was not taught with; nothing where labels were made once. */
export function labelTurnsBlock({ labels = [] }: Pick<Summary, 'labels'>): Block[] {
  if (labels.length < 2) return [];
  const rows = labels.flatMap(({ round, policy, all, untaught }) => [
    [`round ${round}`, policy, ...cells(all)],
    ...(untaught ? [['', 'problems that taught it left out', ...cells(untaught)]] : []),
  ]);
  const numeric = ['queries', 'AUC by truth', 'precision by truth', 'chance by truth', 'best right', 'could be'];
  return [
    {
      kind: 'table',
      table: {
        columns: [{ label: 'labels' }, { label: 'measured by' }, ...numeric.map((label) => ({ label, numeric: true }))],
        rows,
      },
      note: 'labels of each round beside the truth; shares in per cent; best right: the trace with the highest gain has the same truth; could be: any judged trace has',
    },
  ];
}

function cells({ queries, auc, precision, baseRate, bestRight, bestPossible }: LabelGrade): string[] {
  const shares = [precision, baseRate, bestRight, bestPossible].map((share) => (share === null ? '-' : percent(share)));
  return [String(queries), auc === null ? '-' : auc.toFixed(3), ...shares];
}

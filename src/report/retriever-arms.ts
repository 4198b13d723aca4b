/** What each retriever finds, and what the arm that is trained and tested with its traces reaches (Table 3 of the paper). Pure. */
import type { Summary } from '../eval/index.js';
import type { Block } from './blocks.js';
import type { KeptArm } from './kept-config.js';
import { percentWithInterval } from './numbers.js';
import type { RunData } from './run-data.js';

/** A row for each retriever that an arm is trained and tested with, and one for the arm without traces; nothing without such an arm. */
export function retrieverArmsBlock({ summary, config: { arms }, unfinished }: RunData): Block[] {
  const rl = arms.filter(({ policyOf, method }) => typeof policyOf !== 'string' && (method ?? 'rl') === 'rl');
  const rows = rl.filter(({ train, test }) => typeof train === 'string' && train === test);
  if (!rows.some(({ train }) => train !== 'none')) return [];
  const splits = [...new Set(summary.arms.map(({ split }) => split))];
  const found = [...new Set(summary.retrievers.map(({ split }) => split))];
  const numeric = (label: string) => ({ label, numeric: true });
  return [
    {
      kind: 'table',
      table: {
        columns: [
          { label: 'traces from' },
          { label: 'arm' },
          ...found.map((split) => numeric(`recall@1, ${split}`)),
          ...splits.map((split) => numeric(`average@k, ${split}`)),
        ],
        rows: rows.map((arm) => [
          arm.train,
          arm.name,
          ...found.map((split) => recallText(summary, arm, split)),
          ...splits.map((split) => {
            const row = summary.arms.find(({ name, split: own }) => name === arm.name && own === split);
            if (row) return percentWithInterval(row.average, row.ci95);
            return unfinished ? 'not run yet' : '';
          }),
        ]),
      },
      note: 'retrievers and the arms that are trained and tested with their traces (Table 3), in per cent, 95 % interval',
    },
  ];
}

function recallText({ retrievers }: Summary, { train }: KeptArm, split: string): string {
  const row = retrievers.find((one) => one.name === train && one.split === split);
  return row ? percentWithInterval(row.recallAt1, row.ci95) : '';
}

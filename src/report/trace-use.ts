/** What policies make of the traces in their prompts, as a table. Pure. */
import type { Estimate, Summary } from '../eval/index.js';
import type { Block } from './blocks.js';
import { percentWithInterval } from './numbers.js';

/** A row for each arm, split and step; no table where no prompt held a trace that is known to be right or wrong. */
export function traceUseBlock({ traceUse = [] }: Pick<Summary, 'traceUse'>): Block[] {
  if (traceUse.length === 0) return [];
  const figures = [
    ['right trace', 'right'],
    ['success with a right one', 'successWithRight'],
    ['with a wrong one', 'successWithWrong'],
    ['follows a wrong one', 'followsWrong'],
    ['ignores a right one', 'ignoresRight'],
  ] as const;
  const shown = figures.filter(([, key]) => traceUse.some((row) => row[key]));
  const numeric = (label: string) => ({ label, numeric: true });
  return [
    {
      kind: 'table',
      table: {
        columns: [
          { label: 'arm' },
          { label: 'split' },
          numeric('step'),
          numeric('with a trace'),
          ...shown.map(([label]) => numeric(label)),
        ],
        rows: traceUse.map((row) => [
          row.name,
          row.split,
          String(row.step),
          String(row.n),
          ...shown.map(([, key]) => cell(row[key])),
        ]),
      },
      note: 'use of the traces in the prompts of test problems, in per cent with 95 % interval; in brackets the problems behind a figure',
    },
  ];
}

function cell(estimate: Estimate | undefined): string {
  return estimate ? `${percentWithInterval(estimate.mean, estimate.ci95)} (${estimate.n})` : '';
}

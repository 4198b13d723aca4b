/** What policies make of the traces in their prompts, as tables. Pure. */
import type { Estimate, PolicyScore, Summary, TraceUse } from '../eval/index.js';
import type { Block, ReportTable } from './blocks.js';
import { percentWithInterval } from './numbers.js';

/** A row for each arm, split and step; no table where no prompt held a trace that is known to be right or wrong. */
export function traceUseBlock({ traceUse = [] }: Pick<Summary, 'traceUse'>): Block[] {
  if (traceUse.length === 0) return [];
  const table = useTable(
    [{ label: 'arm' }, { label: 'split' }, { label: 'step', numeric: true }],
    traceUse.map((use) => ({ names: [use.name, use.split, String(use.step)], use })),
  );
  const note =
    'use of the traces in the prompts of test problems, in per cent with 95 % interval; in brackets the problems behind a figure';
  return [{ kind: 'table', table, note }];
}

/** A row for each data file of an evaluation; undefined where no prompt held a trace that is known to be right or wrong. */
export function policyTraceUseTable(scores: readonly PolicyScore[]): ReportTable | undefined {
  const rows = scores.flatMap(({ split, traceUse: use }) => (use ? [{ names: [split], use }] : []));
  return rows.length > 0 ? useTable([{ label: 'data' }], rows) : undefined;
}

function useTable(first: ReportTable['columns'], rows: readonly { names: string[]; use: TraceUse }[]): ReportTable {
  const figures = [
    ['right trace', 'right'],
    ['success with a right one', 'successWithRight'],
    ['with a wrong one', 'successWithWrong'],
    ['with the best one right', 'successWithBest'],
    ['with only another right', 'successWithOther'],
    ['follows a wrong one', 'followsWrong'],
    ['ignores a right one', 'ignoresRight'],
  ] as const;
  const shown = figures.filter(([, key]) => rows.some(({ use }) => use[key]));
  return {
    columns: [
      ...first,
      ...['with a trace', ...shown.map(([label]) => label)].map((label) => ({ label, numeric: true })),
    ],
    rows: rows.map(({ names, use }) => [...names, String(use.n), ...shown.map(([, key]) => cell(use[key]))]),
  };
}

function cell(estimate: Estimate | undefined): string {
  return estimate ? `${percentWithInterval(estimate.mean, estimate.ci95)} (${estimate.n})` : '';
}

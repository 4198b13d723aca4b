/** Several evaluations of single policies as tables and as one report. Pure. */
import type { Report, ReportTable } from '../report/index.js';
import { differenceCell, valueCell } from './cells.js';
import type { EvaluationsTogether } from './evaluations-together.js';

const numeric = (label: string) => ({ label, numeric: true });

export function evaluationsReport(together: EvaluationsTogether): Report {
  const { evaluations, leftOut } = together;
  const left = Object.entries(leftOut).filter(([, count]) => count > 0);
  const settings: ReportTable = {
    columns: [{ label: 'evaluation' }, { label: 'folder' }, { label: 'settings that differ from the first' }],
    rows: evaluations.map(({ name, folder, differs }) => [name, folder, differs.join('; ')]),
  };
  const about =
    'All are of the same problems, and all differences are paired by problem. Intervals are over problems: they say nothing about other training seeds.';
  const without = `Left out, since not every evaluation has all its samples of them judged: ${left.map(([split, n]) => `${n} problems of ${split}`).join(', ')}.`;
  return {
    title: `Evaluations ${evaluations.map(({ name }) => name).join(' and ')}`,
    sections: [
      {
        title: 'Evaluations',
        blocks: [
          { kind: 'text', text: about },
          ...(left.length > 0 ? [{ kind: 'text' as const, text: without }] : []),
          { kind: 'table', table: settings },
        ],
      },
      {
        title: 'Results',
        blocks: [{ kind: 'table', table: averagesTable(together), note: 'average@k in per cent, 95 % interval' }],
      },
      ...(together.differences.length > 0
        ? [
            {
              title: 'Differences',
              blocks: [
                {
                  kind: 'table' as const,
                  table: evaluationDifferencesTable(together),
                  note: 'paired differences in points, 95 % interval; by the traces of the one that comes first in a row, or of the other where it shows none',
                },
              ],
            },
          ]
        : []),
    ],
  };
}

export function averagesTable({ evaluations, leftOut }: EvaluationsTogether): ReportTable {
  const splits = Object.keys(leftOut);
  return {
    columns: [{ label: 'evaluation' }, numeric('k'), ...splits.map(numeric)],
    rows: evaluations.map(({ name, k, accuracy }) => [
      name,
      String(k),
      ...splits.map((split) => valueCell(accuracy[split])),
    ]),
  };
}

export function evaluationDifferencesTable({ differences, leftOut }: EvaluationsTogether): ReportTable {
  const splits = Object.keys(leftOut);
  const parts = differences.some(({ among }) => among !== 'all');
  return {
    columns: [{ label: 'difference' }, ...(parts ? [{ label: 'problems' }] : []), ...splits.map(numeric)],
    rows: differences.map(({ a, b, among, difference }) => [
      `${a} - ${b}`,
      ...(parts ? [among === 'all' ? 'all' : `with a ${among}`] : []),
      ...splits.map((split) => differenceCell(difference[split])),
    ]),
  };
}

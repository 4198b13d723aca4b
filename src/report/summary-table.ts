/** The results of a run as tables: one for the terminal, the same ones for the report. */
import { padText, textWidth } from '../core/text-width.js';
import { visibleText } from '../core/visible-text.js';
import { unseenSplit } from '../data/index.js';
import type { CurvePoint, Summary } from '../eval/index.js';
import type { ReportTable } from './blocks.js';
import { percent, percentWithInterval, pointsWithInterval } from './numbers.js';

/** Splits in order of first appearance. */
function splitsOf(rows: readonly { split: string }[]): string[] {
  return [...new Set(rows.map((row) => row.split))];
}

/** Rows by name, columns by split; an empty cell where there is no figure. */
function bySplit<T extends { split: string }>(
  rows: readonly T[],
  first: string,
  name: (row: T) => string,
  cell: (row: T) => string,
  heading: (split: string) => string = (split) => split,
): ReportTable {
  const splits = splitsOf(rows);
  const names = [...new Set(rows.map(name))];
  return {
    columns: [{ label: first }, ...splits.map((split) => ({ label: heading(split), numeric: true }))],
    rows: names.map((n) => [
      n,
      ...splits.map((split) => {
        const row = rows.find((r) => name(r) === n && r.split === split);
        return row ? cell(row) : '';
      }),
    ]),
  };
}

/** average@k of each arm (rows) on each split (columns), per cent with 95 % interval. */
export function armsTable({ arms }: Summary): ReportTable {
  const problems = (split: string) => [...new Set(arms.filter((a) => a.split === split).map((a) => a.n))].join('-');
  return bySplit(
    arms,
    'arm',
    (row) => row.name,
    (row) => percentWithInterval(row.average, row.ci95),
    (split) => `${split} (n ${problems(split)})`,
  );
}

/** Paired differences in points; where problems are left out of them, how many. */
export function differencesTable({ differences }: Summary): ReportTable {
  return bySplit(
    differences,
    'difference',
    (row) => `${row.a} - ${row.b}`,
    (row) => pointsWithInterval(row.mean, row.ci95),
    (split) => {
      const { n, leftOut } = differences.find((row) => row.split === split) ?? {};
      return n === undefined || !leftOut || leftOut.problems === 0
        ? split
        : `${split} (n ${n}, ${leftOut.problems} problems left out)`;
    },
  );
}

/** One response at temperature 0 to each problem: each arm, and the differences; no row without such responses. */
export function greedyTable({ arms, differences }: Summary): ReportTable {
  const text = { arm: percentWithInterval, difference: pointsWithInterval };
  const rows = [
    ...arms.map(({ name, split, greedy }) => ({ name, split, greedy, write: text.arm })),
    ...differences.map(({ a, b, split, greedy }) => ({ name: `${a} - ${b}`, split, greedy, write: text.difference })),
  ];
  return bySplit(
    rows.filter(({ greedy }) => greedy),
    'arm',
    (row) => row.name,
    ({ greedy, write }) => (greedy ? write(greedy.mean, greedy.ci95) : ''),
  );
}

/** Why problems are in no difference; undefined where all are. */
export function leftOutText({ differences }: Summary): string | undefined {
  const bySplits = new Map(differences.map((row) => [row.split, row]));
  const parts = [...bySplits.values()].flatMap(({ split, leftOut }) =>
    leftOut && leftOut.problems > 0
      ? [`${leftOut.problems} problems of ${split} (${leftOut.samples} samples without a verdict)`]
      : [],
  );
  if (parts.length === 0) return undefined;
  return `Left out of all differences, since not every arm has k judged samples of them: ${parts.join(', ')}.`;
}

/** pass@k and maj@k of each arm (rows) on each split (columns), per cent; no row where there is one sample a problem. */
export function bestOfTable({ arms }: Summary): ReportTable {
  const text = (points: CurvePoint[] | undefined, k: number) => {
    const point = points?.[k - 1];
    return point ? percentWithInterval(point.mean, point.ci95) : '-';
  };
  return bySplit(
    arms.filter(({ passAt }) => passAt !== undefined),
    'arm',
    (row) => row.name,
    ({ passAt, majAt, k }) => `${text(passAt, k)} / ${text(majAt, k)}`,
  );
}

/** Counts of responses that an average alone does not show. */
export function responsesTable({ arms }: Summary): ReportTable {
  return bySplit(
    arms.filter(({ responses }) => responses),
    'arm',
    (row) => row.name,
    ({ responses }) =>
      responses ? `${responses.cutOff} / ${responses.noAnswer} / ${responses.tooCostly} / ${responses.noVerdict}` : '',
    (split) => {
      const sizes = arms.flatMap((row) => (row.split === split && row.responses ? [row.responses.samples] : []));
      return `${split} (of ${[...new Set(sizes)].join('-')})`;
    },
  );
}

/** What prompt.overlong: skip left out; undefined where nothing was. */
export function tooLongText({ tooLong }: Summary): string | undefined {
  const counts = Object.entries(tooLong ?? {}).filter(([, count]) => count > 0);
  if (counts.length === 0) return undefined;
  return `Left out as too long (prompt.overlong: skip): ${counts.map(([what, count]) => `${count} ${what}`).join(', ')}.`;
}

/** recall@1 of each retriever, per cent. */
export function retrieversTable({ retrievers }: Summary): ReportTable {
  return bySplit(
    retrievers,
    'retriever',
    (row) => row.name,
    (row) => percentWithInterval(row.recallAt1, row.ci95),
    (split) => `${split} (n ${retrievers.find((r) => r.split === split)?.n ?? 0})`,
  );
}

/** The summary as text for the terminal: arms, differences and retrievers under each other. */
export function formatSummaryTable(summary: Summary): string {
  const k = [...new Set(summary.arms.map((a) => a.k))].join('/');
  const parts: [string, ReportTable][] = [
    [`average@${k}, % [95 % interval]`, armsTable(summary)],
    [`pass@${k} / maj@${k}, % [95 % interval]`, bestOfTable(summary)],
    ['paired difference, points [95 % interval]', differencesTable(summary)],
    ['greedy (temperature 0), % [95 % interval]', greedyTable(summary)],
    ['responses cut off / without an answer / too costly / without a verdict', responsesTable(summary)],
    ['recall@1, % [95 % interval]', retrieversTable(summary)],
  ];
  const tables = parts
    .filter(([, table]) => table.rows.length > 0)
    .map(([title, table]) => `${title}\n${formatTable(table)}`);
  const notes = [leftOutText(summary), tooLongText(summary)].filter((text) => text !== undefined);
  return [...tables, ...notes].join('\n\n');
}

/** A table in fixed-width text: first column left, numbers right. */
export function formatTable({ columns, rows }: ReportTable): string {
  const all = [columns.map((c) => c.label), ...rows].map((row) => row.map(visibleText));
  const widths = columns.map((_, i) => Math.max(...all.map((row) => textWidth(row[i] ?? ''))));
  return all
    .map((row) =>
      `  ${columns
        .map((column, i) => {
          const text = row[i] ?? '';
          return padText(text, widths[i] as number, column.numeric ? 'start' : 'end');
        })
        .join('  ')}`.trimEnd(),
    )
    .join('\n');
}

/** One sentence for people: where the compared arm stands on the hardest split, against the first other arm. */
export function headline(summary: Summary): string | undefined {
  const split = splitsOf(summary.differences).includes(unseenSplit)
    ? unseenSplit
    : splitsOf(summary.differences).at(-1);
  const difference =
    summary.differences.find((d) => d.split === split && d.b === summary.compared?.baseline) ??
    summary.differences.find((d) => d.split === split);
  const [a, b] = [difference?.a, difference?.b].map((name) =>
    summary.arms.find((arm) => arm.name === name && arm.split === split),
  );
  if (!difference || !a || !b) return undefined;
  const [low, high] = difference.ci95;
  const verdict = low > 0 ? 'above' : high < 0 ? 'below' : 'not clearly apart from';
  return (
    `On ${split} problems ${a.name} reaches ${percent(a.average)} % (average@${a.k}) and ${b.name} ${percent(b.average)} %: ` +
    `${verdict} ${b.name}, difference ${pointsWithInterval(difference.mean, difference.ci95)} points (95 %, paired by problem).`
  );
}

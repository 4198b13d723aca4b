/** The section on the best traces of test problems one by one (Fig. 4). Pure. */
import type { OneByOne, Summary } from '../eval/index.js';
import type { Block, ReportTable, Section } from './blocks.js';
import { percent, percentWithInterval } from './numbers.js';

type Row = NonNullable<Summary['oneByOne']>[number];

/** Undefined where no arm was evaluated so. */
export function oneByOneSection({ oneByOne: rows = [] }: Pick<Summary, 'oneByOne'>): Section | undefined {
  const [first] = rows;
  if (!first) return undefined;
  const m = Math.max(...rows.map(({ ranks }) => ranks.length));
  const splits = [...new Set(rows.map(({ split }) => split))];
  return {
    title: 'Contexts one by one',
    blocks: [
      {
        kind: 'table',
        table: ranksTable(rows, m),
        note: `average@${first.k} in per cent with each of the ${m} best traces alone, 95 % interval; in brackets, what the same figure is where the samples of a problem are dealt to its traces at random`,
      },
      {
        kind: 'table',
        table: togetherTable(rows),
        note: `share of problems solved in ${first.k} samples, in per cent: by the rank that solves most, and by all ranks together`,
      },
      ...splits.map((split): Block =>
        chartOf(
          split,
          rows.filter((row) => row.split === split),
          first.k,
        ),
      ),
    ],
  };
}

function ranksTable(rows: readonly Row[], m: number): ReportTable {
  const ranks = Array.from({ length: m }, (_, i) => numeric(`rank ${i + 1}`));
  return {
    columns: [...nameColumns, numeric('n'), ...ranks, numeric('best'), numeric('worst'), numeric('spread')],
    rows: rows.map((row) => [
      row.name,
      row.split,
      countOf(row),
      ...row.ranks.map(({ average, ci95 }) => percentWithInterval(average, ci95)),
      percent(row.best),
      percent(row.worst),
      `${percentWithInterval(row.spread.mean, row.spread.ci95)} (${percent(row.spread.byChance)})`,
    ]),
  };
}

function togetherTable(rows: readonly Row[]): ReportTable {
  return {
    columns: [
      ...nameColumns,
      numeric('one rank'),
      numeric('together'),
      numeric('beyond one rank'),
      numeric('by choice'),
    ],
    rows: rows.map(({ name, split, ranks, together, beyond, byChoice }) => [
      name,
      split,
      percent(Math.max(...ranks.map(({ solved }) => solved))),
      percent(together),
      `${percent(beyond.mean)} (${percent(beyond.byChance)})`,
      `${percent(byChoice.mean)} (${percent(byChoice.byChance)})`,
    ]),
  };
}

const numeric = (label: string) => ({ label, numeric: true });
const nameColumns = [{ label: 'arm' }, { label: 'split' }];

/** `48`, or `45, 3 left out`. */
function countOf({ n, leftOut }: OneByOne): string {
  return leftOut === 0 ? String(n) : `${n}, ${leftOut} left out`;
}

function chartOf(split: string, rows: readonly Row[], k: number): Block {
  const series = rows.map(({ name, ranks }) => ({
    name,
    points: ranks.map(({ average, ci95: [low, high] }, i) => ({
      x: i + 1,
      y: 100 * average,
      low: 100 * low,
      high: 100 * high,
    })),
  }));
  const chart = { title: split, xLabel: 'rank of the trace', yLabel: `average@${k}, %`, series };
  return { kind: 'chart', chart, note: 'bands: 95 % intervals over problems' };
}

/** The results as a report: one section a table, a figure, the claims. Pure. */
import type { Block, Report, ReportTable, Section } from '../report/index.js';
import { oneByOneSection } from '../report/one-by-one.js';
import { percent, percentWithInterval, pointsWithInterval } from '../report/numbers.js';
import type { Value } from './comparison.js';
import { foretoldSection } from './foretold.js';
import type { ClaimResult, ExperimentResults, FigureResult, OneByOneRow, RowResult, TableResult } from './results.js';

export function experimentReport(results: ExperimentResults): Report {
  const foretold = foretoldSection(results.foretold);
  return {
    title: `The paper's tables and figures, preset ${results.preset}`,
    sections: [
      aboutSection(results),
      ...results.tables.map((table) => tableSection(table, results)),
      ...results.figures.map((figure) => figureSection(figure, results)),
      claimsSection(results),
      ...(foretold ? [foretold] : []),
    ],
  };
}

/** Title of a table as it stands everywhere. */
export function tableTitle({ table, title }: Pick<TableResult, 'table' | 'title'>): string {
  return `Table ${table}: ${title}`;
}

function aboutSection({ seeds, intervals, k, steps, version, leftOut }: ExperimentResults): Section {
  const finished = seeds.map(({ seed, finished: arms }) => `seed ${seed}: ${arms.length}`).join(', ');
  const over =
    intervals === 'problems of one seed'
      ? 'There is one seed, so intervals are over its problems only and say nothing about other seeds.'
      : 'Intervals are over seeds and problems; differences are paired by seed and problem.';
  const left = Object.entries(leftOut).filter(([, count]) => count > 0);
  const texts = [
    `average@${k} in per cent after ${steps} training steps, with 95 % intervals. ${over} Made by ra-rft ${version}.`,
    `The paper's figures are of another model on competition mathematics: what can be compared is the order of the rows, not the numbers.`,
    `Finished arms: ${finished === '' ? 'none yet' : finished}.`,
    ...(left.length === 0
      ? []
      : [
          `Left out, since not every arm has k judged samples of them: ${left.map(([split, n]) => `${n} problems of ${split}`).join(', ')}.`,
        ]),
  ];
  return { title: 'What this is', blocks: texts.map((text) => ({ kind: 'text', text })) };
}

function tableSection(table: TableResult, results: ExperimentResults): Section {
  return { title: tableTitle(table), blocks: [{ kind: 'table', table: resultTable(table, results) }] };
}

/** A table's rows; a row without figures says why in its last column. */
export function resultTable({ rows }: TableResult, results: ExperimentResults): ReportTable {
  const splits = splitsOf(results);
  const recall = rows.some(({ recallAt1 }) => recallAt1 !== undefined);
  const noted = rows.some((row) => noteOf(row) !== '');
  const numeric = (label: string) => ({ label, numeric: true });
  return {
    columns: [
      { label: 'policy' },
      ...splits.map(numeric),
      ...(recall ? splits.map((split) => numeric(`recall@1, ${split}`)) : []),
      numeric('seeds'),
      numeric('paper'),
      ...(recall ? [numeric('recall@1, paper')] : []),
      ...(noted ? [{ label: '' }] : []),
    ],
    rows: rows.map((row) => [
      row.label,
      ...splits.map((split) => valueText(row.accuracy[split])),
      ...(recall ? splits.map((split) => valueText(row.recallAt1?.[split])) : []),
      seedsText(row.accuracy),
      paperText(row.paper.accuracy),
      ...(recall ? [paperText(row.paper.recallAt1)] : []),
      ...(noted ? [noteOf(row)] : []),
    ]),
  };
}

function figureSection(figure: FigureResult, { k }: ExperimentResults): Section {
  const title = `Figure ${figure.figure}: ${figure.title}`;
  if (figure.status !== 'measured') return { title, blocks: [{ kind: 'text', text: figure.why ?? 'not run' }] };
  if (figure.oneByOne) return { title, blocks: oneByOneBlocks(figure.oneByOne) };
  const splits = [...new Set(figure.curves.map(({ split }) => split))];
  const blocks = splits.map((split): Block => {
    const series = figure.curves
      .filter((curve) => curve.split === split)
      .map(({ arm, points }) => ({
        name: arm,
        points: points.map(({ step, mean, ci95 }) => ({
          x: step,
          y: 100 * mean,
          ...(ci95 && { low: 100 * ci95[0], high: 100 * ci95[1] }),
        })),
      }));
    const chart = { title: split, xLabel: 'training step', yLabel: `average@${k}, %`, series };
    return { kind: 'chart', chart, note: 'bands: 95 % intervals' };
  });
  return { title, blocks };
}

function oneByOneBlocks(rows: readonly OneByOneRow[]): Block[] {
  const named = rows.map(({ seed, ...row }) => ({ ...row, name: `${row.name}, seed ${seed}` }));
  return [...(oneByOneSection({ oneByOne: named })?.blocks ?? [])];
}

function claimsSection(results: ExperimentResults): Section {
  return {
    title: "The paper's orderings",
    blocks: [{ kind: 'table', table: claimsTable(results), note: 'paired differences in points, 95 % interval' }],
  };
}

/** One row a claim, two columns a split. */
export function claimsTable(results: ExperimentResults): ReportTable {
  const splits = splitsOf(results);
  return {
    columns: [
      { label: 'the paper says' },
      { label: 'in' },
      { label: 'of' },
      ...splits.flatMap((split) => [{ label: split }, { label: `difference, ${split}`, numeric: true }]),
    ],
    rows: results.claims.map((claim) => [
      claim.claim,
      claim.source,
      claim.metric,
      ...(splits.length === 0 ? [] : claimCells(claim, splits)),
    ]),
  };
}

function claimCells(claim: ClaimResult, splits: readonly string[]): string[] {
  if (claim.status !== 'measured') return [noteOf(claim), ...splits.slice(1).flatMap(() => ['', '']), ''];
  return splits.flatMap((split) => {
    const value = claim.splits[split];
    if (!value) return ['', ''];
    return [value.verdict, value.ci95 ? pointsWithInterval(value.mean, value.ci95) : percent(value.mean)];
  });
}

function noteOf({ status, why }: Pick<RowResult, 'status' | 'why'>): string {
  return status === 'measured' ? '' : (why ?? 'not run');
}

function splitsOf({ leftOut }: ExperimentResults): string[] {
  return Object.keys(leftOut);
}

function valueText(value: Value | undefined): string {
  if (!value) return '';
  return value.ci95 ? percentWithInterval(value.mean, value.ci95) : percent(value.mean);
}

/** How many seeds are behind a row. */
function seedsText(accuracy: RowResult['accuracy']): string {
  const counts = [...new Set(Object.values(accuracy).map(({ seeds }) => seeds.length))];
  return counts.length === 0 ? '' : counts.join('-');
}

function paperText(share: number | null | undefined): string {
  return share === null || share === undefined ? '' : percent(share);
}

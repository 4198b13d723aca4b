/** The numbers of a chart, for those who do not see it or want them exactly. Pure, and for browsers too. */
import type { Chart, ReportTable } from './blocks.js';

/** The numbers of a chart: steps as rows, series as columns. */
export function chartTable({ xLabel, series }: Chart): ReportTable {
  const xs = [...new Set(series.flatMap((s) => s.points.map((p) => p.x)))].toSorted((a, b) => a - b);
  return {
    columns: [xLabel, ...series.map((s) => s.name)].map((label) => ({ label, numeric: true })),
    rows: xs.map((x) => [String(x), ...series.map((s) => numberText(s.points.find((p) => p.x === x)?.y))]),
  };
}

function numberText(value: number | undefined): string {
  if (value === undefined) return '';
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}

/** Charts of training steps from rows of metrics.jsonl alone: for the report, and for pages that follow a run. Pure. */
import type { MetricsRow } from '../runs/metrics-row.js';
import type { Chart, Series } from './blocks.js';

const SHOWN = [
  ['rewardMean', 'Mean reward of the training rollouts'],
  ['mixedShare', 'Share of groups that carry a gradient'],
  ['responseTokensMean', 'Mean length of the responses in tokens'],
] as const;

/** Reward, share of mixed groups and lengths; a chart for which there is no row is left out. */
export function trainingCharts(rows: readonly MetricsRow[]): Chart[] {
  return SHOWN.flatMap(([metric, title]) => metricChart(rows, metric, title) ?? []);
}

/** One metric by step, a line for each arm that has it; undefined without any. */
export function metricChart(rows: readonly MetricsRow[], metric: string, title: string): Chart | undefined {
  const having = rows.filter((row) => typeof row[metric] === 'number');
  const series = [...new Set(having.map(({ arm }) => arm))].map((name): Series => {
    const own = having.filter(({ arm }) => arm === name);
    return { name, points: windowMeans(own.map((row) => ({ x: row.step, y: row[metric] as number }))) };
  });
  return series.length === 0 ? undefined : { title, xLabel: 'training step', yLabel: metric, series };
}

/** Means of consecutive windows, at most 40 of them, each at its last step: a line that can be read. */
function windowMeans(points: readonly { x: number; y: number }[]): { x: number; y: number }[] {
  const size = Math.max(1, Math.ceil(points.length / 40));
  const out: { x: number; y: number }[] = [];
  for (let from = 0; from < points.length; from += size) {
    const part = points.slice(from, from + size);
    out.push({ x: part.at(-1)?.x ?? 0, y: part.reduce((sum, p) => sum + p.y, 0) / part.length });
  }
  return out;
}

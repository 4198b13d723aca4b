/** Charts of training steps, which grow with the rows that come. */
import { useMemo, useState } from 'preact/hooks';
import { metricChart, trainingCharts } from '../../../../src/report/training-charts.js';
import type { MetricsRow } from '../../../../src/runs/metrics-row.js';
import type { MetricMeanings } from '../../../../src/serve/runs/overview-schemas.js';
import { useAnswer } from '../../../shared/api.js';
import { ChartFigure } from '../../../shared/chart.js';

export function TrainingCharts({ rows }: { rows: readonly MetricsRow[] }) {
  const { loaded } = useAnswer<MetricMeanings>('v1/metrics');
  const meanings = loaded.state === 'there' ? loaded.value.metrics : {};
  const charts = useMemo(() => trainingCharts(rows), [rows]);
  if (rows.length === 0) return null;
  return (
    <section aria-label="Training">
      <h2>Training</h2>
      <div class="columns">
        {charts.map((chart) => (
          <ChartFigure key={chart.yLabel} chart={chart} meaning={meanings[chart.yLabel]} />
        ))}
        <AnyMetric rows={rows} meanings={meanings} besides={charts.map(({ yLabel }) => yLabel)} />
      </div>
    </section>
  );
}

/** Any other metric that there is, chosen by name. */
function AnyMetric({
  rows,
  meanings,
  besides,
}: {
  rows: readonly MetricsRow[];
  meanings: Record<string, string>;
  besides: readonly string[];
}) {
  const [asked, setAsked] = useState<string>();
  const names = useMemo(() => metricsOf(rows).filter((name) => !besides.includes(name)), [rows, besides.join()]);
  const metric = asked ?? FIRST.find((name) => names.includes(name)) ?? names[0];
  const chart = metric === undefined ? undefined : metricChart(rows, metric, 'Any metric');
  if (!chart || metric === undefined) return null;
  return (
    <div>
      <label>
        Metric{' '}
        <select value={metric} onChange={(event) => setAsked(event.currentTarget.value)}>
          {names.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <ChartFigure chart={chart} meaning={meanings[metric]} />
    </div>
  );
}

/** What is shown first before anybody chooses: how the trainings before the arms go. */
const FIRST = ['nllPerToken', 'recallAt1', 'loss'];

function metricsOf(rows: readonly MetricsRow[]): string[] {
  const names = new Set(
    rows.flatMap((row) => Object.keys(row).filter((name) => name !== 'step' && typeof row[name] === 'number')),
  );
  return [...names].toSorted();
}

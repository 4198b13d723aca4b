/** A chart of a report, drawn by the browser, with its numbers as a table beside it. */
import { useEffect, useRef } from 'preact/hooks';
import type { Chart } from '../../src/report/blocks.js';
import { chartTable } from '../../src/report/chart-table.js';
import type { Drawing } from './chart-drawing.js';
import { Table } from './table.js';

/** `meaning` says what is drawn. */
export function ChartFigure({
  chart,
  note,
  meaning,
}: {
  chart: Chart;
  note?: string | undefined;
  meaning?: string | undefined;
}) {
  const label = `${chart.title}: ${chart.yLabel}`;
  return (
    <figure>
      <figcaption>
        {label}
        {note !== undefined && <span class="note"> ({note})</span>}
        {meaning !== undefined && <span class="note block">{meaning}</span>}
      </figcaption>
      <Drawn chart={chart} label={label} />
      <details>
        <summary>numbers</summary>
        <Table table={chartTable(chart)} label={`numbers of ${label}`} />
      </details>
    </figure>
  );
}

function Drawn({ chart, label }: { chart: Chart; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | undefined>(undefined);
  const latest = useRef(chart);
  latest.current = chart;
  useEffect(() => {
    let gone = false;
    void import('./chart-drawing.js').then(({ drawingIn }) => {
      if (gone || !place.current) return;
      drawing.current = drawingIn(place.current);
      drawing.current.draw(latest.current);
    });
    return () => {
      gone = true;
      drawing.current?.dispose();
    };
  }, []);
  useEffect(() => drawing.current?.draw(chart), [chart]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

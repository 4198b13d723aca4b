/** One run: what it is at, what to look at, its charts as they grow, and its report. */
import { useState } from 'preact/hooks';
import type { LiveEvent, RunOverview } from '../../../../src/serve/runs/overview-schemas.js';
import type { MetricsRow } from '../../../../src/runs/metrics-row.js';
import { useLive } from '../../../shared/live.js';
import { Failure, Page, Time } from '../../../shared/parts.js';
import { RunNav } from '../../run-nav.js';
import { Alerts } from './alerts.js';
import { Control } from './control.js';
import { ReportSections } from './report-sections.js';
import { Stages } from './stages.js';
import { Tasks } from './tasks.js';
import { TrainingCharts } from './training-charts.js';

interface Seen {
  overview?: RunOverview;
  rows: readonly MetricsRow[];
}

export function RunPage({ name }: { name: string }) {
  const [{ overview, rows }, setSeen] = useState<Seen>({ rows: [] });
  const live = useLive<LiveEvent>(`v1/runs/${encodeURIComponent(name)}/live`, (event) =>
    setSeen((before) => seenAfter(before, event)),
  );
  return (
    <Page title={name}>
      <RunNav name={name} current="Overview" />
      {live.state === 'failed' && live.failure && <Failure failure={live.failure} again={live.again} />}
      {live.state === 'lost' && (
        <p class="notice wrong" role="status">
          The server does not answer; what is shown is the last that it said. Trying again…
        </p>
      )}
      {live.state === 'connecting' && !overview && <p role="status">Loading…</p>}
      {overview && (
        <>
          <p class="bar middle">
            <span class={`status ${overview.status}`}>{overview.status}</span>
            {overview.process && (
              <span class="note">
                process {overview.process.pid} on {overview.process.host}
              </span>
            )}
            {overview.changed !== undefined && (
              <span class="note">
                last event <Time at={overview.changed} />
              </span>
            )}
            <Control overview={overview} />
          </p>
          <Alerts alerts={overview.alerts} log={overview.log} />
          {overview.status === 'running' && <Tasks tasks={overview.tasks} />}
          <ReportSections name={name} stamp={overview.report} ended={overview.status === 'finished'}>
            <TrainingCharts rows={rows} />
            <Stages stages={overview.stages} />
          </ReportSections>
        </>
      )}
    </Page>
  );
}

function seenAfter(before: Seen, event: LiveEvent): Seen {
  if (event.kind === 'overview') return { ...before, overview: event.overview };
  if (!event.anew && event.rows.length === 0) return before;
  const rows = event.rows as MetricsRow[];
  return { ...before, rows: event.anew ? rows : [...before.rows, ...rows] };
}

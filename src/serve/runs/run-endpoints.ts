/** What the page of one run asks for. */
import { z } from 'zod';
import { RaRftError } from '../../core/errors.js';
import { retrieverMetricGlossary } from '../../retriever/index.js';
import { stepMetricGlossary } from '../../rl/index.js';
import { sftMetricGlossary } from '../../supervised/index.js';
import { endpoint, streamed, type Endpoint } from '../api/endpoint.js';
import { runFolder } from './find-runs.js';
import { followRun } from './follow-run.js';
import { controlled, liveEvent, metricMeanings, runOverview, runReport } from './overview-schemas.js';
import { ReportsOf } from './report-of.js';
import { resumeRun, type ResumeCommand } from './resume.js';
import { RunWatch } from './run-watch.js';
import { stopRun } from './stop.js';

const nothing = z.strictObject({});

/** `folder` holds the runs. */
export function runPageEndpoints(
  folder: string,
  { resumeCommand }: { resumeCommand?: ResumeCommand | undefined },
): Endpoint[] {
  const reports = new ReportsOf();
  const asked = async ({ run = '' }: Record<string, string>) => ({ root: await runFolder(folder, run), name: run });
  return [
    {
      method: 'get',
      path: '/v1/runs/:run',
      summary: 'How far a run is, its stages, and what a person should look at.',
      answer: runOverview,
      handle: async ({ params }) => {
        const { root, name } = await asked(params);
        return new RunWatch(root, name).overview();
      },
    },
    streamed({
      path: '/v1/runs/:run/live',
      summary: 'The same, and the rows of its metrics, as they come (server-sent events; Last-Event-ID goes on).',
      answer: liveEvent,
      handle: async ({ params, signal, after }) => {
        const { root, name } = await asked(params);
        return followRun(root, name, { after, signal });
      },
    }),
    {
      method: 'get',
      path: '/v1/runs/:run/report',
      summary: 'What report.html shows, as data; of a run that has not ended, what there is.',
      answer: runReport,
      handle: async ({ params }) => {
        const { root, name } = await asked(params);
        return reports.report(root, name);
      },
    },
    endpoint({
      method: 'post',
      path: '/v1/runs/:run/stop',
      summary: 'Stops a run of this machine as Ctrl-C does; nothing is lost, and it can be resumed.',
      body: nothing,
      answer: controlled,
      handle: async (_, { params }) => stopRun((await asked(params)).root),
    }),
    endpoint({
      method: 'post',
      path: '/v1/runs/:run/resume',
      summary: 'Goes on with a run that has stopped, in a process of its own; what it prints stands in run.log.',
      body: nothing,
      answer: controlled,
      handle: async (_, { params }) => {
        const { root, name } = await asked(params);
        const { status } = await new RunWatch(root, name).overview();
        if (status === 'finished') throw cannotResume(root, 'this run has come to its end', 'a run that has stopped');
        if (!resumeCommand)
          throw cannotResume(root, 'this server does not know how to start runs', '`ra-rft serve` as the server');
        return resumeRun(root, resumeCommand);
      },
    }),
    {
      method: 'get',
      path: '/v1/metrics',
      summary: 'What the metrics of training steps mean.',
      answer: metricMeanings,
      handle: () => Promise.resolve({ metrics: metricMeaningsOf() }),
    },
  ];
}

/** Each metric with what it means; one that several trainings have with what it means in each. */
function metricMeaningsOf(): Record<string, string> {
  const tables: Record<string, Record<string, string>> = {
    training: stepMetricGlossary,
    'warm-up': sftMetricGlossary,
    retriever: retrieverMetricGlossary,
  };
  const names = new Set(Object.values(tables).flatMap((table) => Object.keys(table)));
  return Object.fromEntries(
    [...names].map((metric) => {
      const having = Object.entries(tables).filter(([, table]) => table[metric] !== undefined);
      const meanings = new Set(having.map(([, table]) => table[metric]));
      const text = having.map(([of, table]) => `${of}: ${table[metric]}`).join(' ');
      return [metric, meanings.size === 1 ? ([...meanings][0] ?? '') : text];
    }),
  );
}

function cannotResume(where: string, message: string, expected: string): RaRftError {
  return new RaRftError({ code: 'run-folder', message, where, expected });
}

/** What the page of one run is told. Schemas alone, so that the pages take their types from here. */
import { z } from 'zod';
import { runStatus, runTask } from './schemas.js';

export const runStage = z.object({
  stage: z.string(),
  state: z.enum(['finished', 'at work', 'stopped', 'to come']),
  started: z.string().optional().describe('When its last attempt began; ISO 8601.'),
  seconds: z.number().optional().describe('How long the attempt took that finished it.'),
});
export type RunStage = z.infer<typeof runStage>;

export const runAlert = z.object({
  kind: z.enum(['failed', 'stopped', 'warning']),
  code: z.string().describe('The kind of the failure or warning, for programs.'),
  where: z.string(),
  text: z.string().describe('What is, and of warnings also what to do.'),
  hint: z.string().optional().describe('What to do.'),
});
export type RunAlert = z.infer<typeof runAlert>;

export const runOverview = z.object({
  name: z.string(),
  status: runStatus,
  process: z
    .object({
      pid: z.int(),
      host: z.string(),
      here: z.boolean().describe('On the machine of this server, so that it can be stopped from here.'),
      servesPages: z.boolean().describe('It is the process of this server: both end together.'),
    })
    .optional()
    .describe('Who is at work in the folder.'),
  changed: z.string().optional().describe('When it last wrote an event; ISO 8601.'),
  stages: z.array(runStage),
  tasks: z.array(runTask).describe('What is under way, the last begun at the end.'),
  alerts: z.array(runAlert),
  log: z.string().optional().describe('Last lines of what it printed, where it was resumed from here.'),
  report: z.string().describe('Changes when the report may say something new.'),
});
export type RunOverview = z.infer<typeof runOverview>;

/** A row of metrics.jsonl. */
export const metricsRow = z.looseObject({ arm: z.string(), step: z.int() });

export const liveEvent = z.union([
  z.object({ kind: z.literal('overview'), overview: runOverview }),
  z.object({
    kind: z.literal('rows'),
    rows: z.array(metricsRow),
    anew: z.boolean().describe('These are all; those that were sent before are no longer.'),
  }),
]);
export type LiveEvent = z.infer<typeof liveEvent>;

/** Blocks as `src/report/blocks.ts` has them: what `report.html` is made of. */
export const runReport = z.object({
  title: z.string(),
  sections: z.array(
    z.object({
      title: z.string(),
      blocks: z.array(
        z.looseObject({ kind: z.enum(['text', 'table', 'chart', 'example', 'code', 'terms']) }).describe('By kind.'),
      ),
    }),
  ),
});

export const metricMeanings = z.object({
  metrics: z.record(z.string(), z.string()).describe('Metrics of metrics.jsonl, a sentence each.'),
});
export type MetricMeanings = z.infer<typeof metricMeanings>;

export const controlled = z.object({ pid: z.int().describe('The process that was told to stop, or that goes on.') });

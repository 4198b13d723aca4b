/** What the pages of runs are told. Schemas alone, so that the pages take their types from here. */
import { z } from 'zod';

export const runStatus = z
  .enum(['running', 'finished', 'stopped'])
  .describe('Stopped: no process is at it and it has not come to its end.');

export const runTask = z.object({
  label: z.string(),
  unit: z.string().describe('What is counted: steps, pairs, problems.'),
  total: z.number().describe('0: not known.'),
  done: z.number(),
  rate: z.number().nullable().describe('Units a second, of late; null until it is known.'),
  seconds: z.number().describe('Since it began in this attempt.'),
  note: z.string(),
});
export type RunTask = z.infer<typeof runTask>;

export const runLine = z.object({
  name: z.string().describe('Its folder, as it stands below the folder of runs.'),
  status: runStatus,
  stage: z.string().optional().describe('What it does, or did when it stopped.'),
  changed: z.string().optional().describe('When it last wrote an event; ISO 8601.'),
  arms: z.array(z.string()),
  warnings: z.int(),
  tasks: z.array(runTask).describe('What is under way, the last begun at the end.'),
});
export type RunLine = z.infer<typeof runLine>;

export const runList = z.object({
  folder: z.string(),
  runs: z.array(runLine).describe('The last changed first.'),
  unreadable: z.array(z.object({ name: z.string(), why: z.string() })).describe('Runs whose files cannot be read.'),
});
export type RunList = z.infer<typeof runList>;

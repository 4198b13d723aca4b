/**
 * A run as Trackio keeps a project in Parquet (what its own export writes and its own import reads): metrics by step, the configuration,
 * and every answer as a trace. Its live form is a SQLite database, which the import makes.
 */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assetPath } from '../asset-path.js';
import { writeRows, type Shape } from '../row-file.js';
import type { LoggedAnswer, LoggedArm } from './run-log.js';

type Row = Record<string, unknown>;
type Columns = { readonly [name: string]: Shape };

const metricColumns: Columns = {
  id: 'integer',
  run_id: 'text',
  timestamp: 'text',
  run_name: 'text',
  step: 'integer',
  metrics: 'text',
  log_id: 'text?',
  space_id: 'text?',
};
const configColumns: Columns = {
  id: 'integer',
  run_id: 'text',
  run_name: 'text',
  config: 'text',
  created_at: 'text',
};
const traceColumns: Columns = {
  id: 'text',
  run_id: 'text',
  timestamp: 'text',
  run_name: 'text',
  step: 'integer',
  key: 'text',
  trace_index: 'integer',
  messages: 'text',
  metadata: 'text',
  search_text: 'text',
  log_id: 'text?',
  space_id: 'text?',
  spans: 'text',
};

/** Imports the files and opens Trackio. */
const script = 'show.py';

/** Writes the files of a project, named after the run; returns their names. */
export async function writeTrackio(
  folder: string,
  arms: readonly LoggedArm[],
  { run, config }: { run: string; config: string },
): Promise<string[]> {
  const project = projectName(run);
  const tables: [string, Columns, Row[]][] = [
    [`${project}.parquet`, metricColumns, metricRows(arms)],
    [`${project}_configs.parquet`, configColumns, configRows(arms, config)],
    [`${project}_traces.parquet`, traceColumns, arms.flatMap(traceRows)],
  ];
  const files: string[] = [];
  for (const [name, columns, rows] of tables) {
    if (rows.length === 0) continue;
    await writeRows(join(folder, name), 'parquet', columns, asStream(rows));
    files.push(name);
  }
  await copyFile(assetPath('show_trackio.py'), join(folder, script));
  return [...files, script];
}

/** Letters, digits and hyphens: with underscores a name may end like one of the files beside it, which Trackio refuses. */
export function projectName(run: string): string {
  const name = run.replace(/[^A-Za-z0-9-]+/g, '-');
  return name.startsWith('registry-') ? `run-${name}` : name;
}

function metricRows(arms: readonly LoggedArm[]): Row[] {
  return arms
    .flatMap(({ name, steps }) => steps.map((one) => ({ name, ...one })))
    .map(({ name, step, time, values }, i) => ({
      id: i + 1,
      ...named(name),
      timestamp: timestamp(time),
      step,
      metrics: JSON.stringify(values),
      log_id: null,
      space_id: null,
    }));
}

function configRows(arms: readonly LoggedArm[], config: string): Row[] {
  return arms.map(({ name, steps }, i) => ({
    id: i + 1,
    ...named(name),
    config: JSON.stringify({ 'config.yaml': config }),
    created_at: timestamp(steps[0]?.time ?? 0),
  }));
}

function traceRows({ name, evaluations }: LoggedArm): Row[] {
  return evaluations.flatMap(({ step, time, answers }) =>
    answers.map((answer, i) => {
      const { messages, metadata } = conversation(answer);
      return {
        id: `${name}/${step}/${i}`,
        ...named(name),
        timestamp: timestamp(time),
        step,
        key: `eval/${answer.split}`,
        trace_index: i,
        messages: JSON.stringify(messages),
        metadata: JSON.stringify(metadata),
        search_text: [...messages.map(({ content }) => content), ...Object.values(metadata)].join(' ').toLowerCase(),
        log_id: null,
        space_id: null,
        spans: '[]',
      };
    }),
  );
}

/** What was asked, what stood in the prompt beside it, and what was answered. */
function conversation({ problemId, sample, question, traces, text, gold, outcome, rule, reward }: LoggedAnswer) {
  const shown = traces.map(({ question: asked, trace }) => ({ role: 'system', content: `${asked}\n\n${trace}` }));
  return {
    messages: [...shown, { role: 'user', content: question }, { role: 'assistant', content: text }],
    metadata: {
      problem: problemId,
      sample,
      traces: traces.map(({ id }) => id).join(', '),
      gold,
      verdict: `${outcome}: ${rule}`,
      reward,
    },
  };
}

function named(arm: string): { run_id: string; run_name: string } {
  return { run_id: arm, run_name: arm };
}

function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

async function* asStream(rows: readonly Row[]): AsyncGenerator<Row> {
  yield* rows;
}

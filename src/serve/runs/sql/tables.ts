/** The tables that queries may ask, made row by row from the files of a run. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readJsonlSoFar } from '../../../core/jsonl.js';
import { exists, ignoreMissing } from '../../../core/missing.js';
import type { Problem, Trace } from '../../../data/index.js';
import type { Label } from '../../../judge/index.js';
import type { RetrievedRecord } from '../../../pipeline/index.js';
import { runPaths, type MetricsRow } from '../../../runs/index.js';
import { groupsOf, type ShownGroup, type ShownResponse } from '../rollouts/groups.js';
import { stepFiles } from '../rollouts/step-files.js';

export type ColumnType = 'VARCHAR' | 'DOUBLE' | 'INTEGER' | 'BOOLEAN' | 'VARCHAR[]';
export type Cell = string | number | boolean | readonly string[] | null | undefined;

export interface Table {
  name: TableName;
  about: string;
  columns: readonly { name: string; type: ColumnType }[];
  /** One cell a column. */
  rows: () => AsyncIterable<readonly Cell[]>;
}

type Columns = Readonly<Record<string, ColumnType>>;

const text = (...names: string[]): Columns => Object.fromEntries(names.map((name) => [name, 'VARCHAR' as const]));

const response: Columns = {
  groupNo: 'INTEGER',
  sample: 'INTEGER',
  problemId: 'VARCHAR',
  traceIds: 'VARCHAR[]',
  outcome: 'VARCHAR',
  rule: 'VARCHAR',
  extracted: 'VARCHAR',
  goldForm: 'VARCHAR',
  answerForm: 'VARCHAR',
  reward: 'DOUBLE',
  stopReason: 'VARCHAR',
  tokens: 'INTEGER',
  promptTokens: 'INTEGER',
  text: 'VARCHAR',
};

/** What each holds. Those of metrics beyond these are what the run's metrics have. */
const specs = {
  metrics: {
    about: 'One row a step of an arm, the warm-up or the retriever.',
    columns: { arm: 'VARCHAR', step: 'INTEGER' },
  },
  rollouts: {
    about: 'One row a training response; groupNo is its line in the file of the step.',
    columns: {
      arm: 'VARCHAR',
      step: 'INTEGER',
      ...response,
      signal: 'VARCHAR',
      replaced: 'BOOLEAN',
      advantage: 'DOUBLE',
      meanLogprob: 'DOUBLE',
      minLogprob: 'DOUBLE',
    },
  },
  evaluations: {
    about: 'One row a sample of a test problem; kind is evaluation, greedy or contexts (with rank).',
    columns: { arm: 'VARCHAR', kind: 'VARCHAR', step: 'INTEGER', rank: 'INTEGER', ...response },
  },
  labels: {
    about: 'One row a judged pair; failed says why a judgement did not come about.',
    columns: {
      ...text('problemId', 'traceId', 'judge'),
      relevant: 'BOOLEAN',
      score: 'DOUBLE',
      ...text('reason', 'chosen'),
      inferred: 'BOOLEAN',
      failed: 'VARCHAR',
    },
  },
  problems: {
    about: 'Training and test problems.',
    columns: text('set', 'id', 'question', 'answer', 'solution', 'type', 'split', 'truth', 'source'),
  },
  traces: {
    about: 'The corpus.',
    columns: text('id', 'question', 'trace', 'answer', 'type', 'split', 'truth', 'source'),
  },
  retrieved: {
    about: 'One row a hit; rank 1 is the first.',
    columns: { ...text('retriever', 'set', 'problemId'), rank: 'INTEGER', traceId: 'VARCHAR', score: 'DOUBLE' },
  },
  events: {
    about: 'What happened when; data is the whole event as JSON.',
    columns: { ...text('time', 'kind', 'stage', 'arm'), step: 'INTEGER', data: 'VARCHAR' },
  },
} satisfies Record<string, { about: string; columns: Columns }>;

export type TableName = keyof typeof specs;

const rowsOf: Record<TableName, (root: string, columns: readonly string[]) => AsyncIterable<readonly Cell[]>> = {
  metrics: (root, columns) => recordsOf(runPaths(root).metrics, columns),
  rollouts: (root) =>
    responsesOf(root, true, ({ arm, step }, { signal, replaced }, own, shared) => {
      const logprobs = own.logprobs ?? [];
      const known = logprobs.length > 0;
      const mean = known ? logprobs.reduce((a, b) => a + b, 0) / logprobs.length : null;
      const least = known ? logprobs.reduce((a, b) => Math.min(a, b)) : null;
      return [arm, step, ...shared, signal, replaced, own.advantage, mean, least];
    }),
  evaluations: (root) =>
    responsesOf(root, false, ({ arm, kind, step }, { rank }, _own, shared) => [arm, kind, step, rank, ...shared]),
  labels: (root, columns) => recordsOf<Label>(runPaths(root).labels, columns),
  async *problems(root, columns) {
    for (const set of ['train', 'test'] as const)
      yield* recordsOf<Problem>(runPaths(root).problems(set), columns, { set });
  },
  traces: (root, columns) => recordsOf<Trace>(runPaths(root).corpus, columns),
  async *retrieved(root) {
    const folder = join(root, 'retrieved');
    const names = (await readdir(folder).catch(ignoreMissing)) ?? [];
    for (const name of names.filter((one) => one.endsWith('.jsonl')).toSorted()) {
      const retriever = basename(name, '.jsonl');
      for (const { set, problemId, hits } of await linesOf<RetrievedRecord>(join(folder, name)))
        for (const [at, { traceId, score }] of hits.entries())
          yield [retriever, set, problemId, at + 1, traceId, score];
    }
  },
  async *events(root) {
    for (const event of await linesOf<Record<string, Cell>>(runPaths(root).events))
      yield [...['time', 'kind', 'stage', 'arm', 'step'].map((key) => event[key]), JSON.stringify(event)];
  },
};

export const tableNames = Object.keys(specs) as TableName[];

/** The tables with these names. Only the names of metrics are read before their rows are asked for. */
export async function tablesOf(root: string, names: readonly TableName[] = tableNames): Promise<Table[]> {
  return Promise.all(
    names.map(async (name) => {
      const { about, columns: fixed } = specs[name];
      const columns: Columns = name === 'metrics' ? { ...fixed, ...(await metricColumns(root)) } : fixed;
      const rows = () => rowsOf[name](root, Object.keys(columns));
      return { name, about, columns: Object.entries(columns).map(([own, type]) => ({ name: own, type })), rows };
    }),
  );
}

/** Tables that a query names anywhere: one more than it needs does no harm, and it cannot ask one that it does not name. */
export function namedTables(query: string): TableName[] {
  return tableNames.filter((name) => new RegExp(`\\b${name}\\b`, 'i').test(query));
}

async function metricColumns(root: string): Promise<Columns> {
  const columns = new Map<string, ColumnType>();
  for (const row of await linesOf<MetricsRow>(runPaths(root).metrics))
    for (const [name, value] of Object.entries(row)) {
      if (name in specs.metrics.columns || value === null || value === undefined) continue;
      const type = typeof value === 'number' ? 'DOUBLE' : typeof value === 'boolean' ? 'BOOLEAN' : 'VARCHAR';
      columns.set(name, columns.get(name) === undefined || columns.get(name) === type ? type : 'VARCHAR');
    }
  return Object.fromEntries(columns);
}

/** Objects of a file as rows of the same keys. */
async function* recordsOf<T extends object>(path: string, columns: readonly string[], more: Record<string, Cell> = {}) {
  for (const value of await linesOf<T>(path)) {
    const record: Record<string, unknown> = { ...value, ...more };
    yield columns.map((name) => record[name] as Cell);
  }
}

async function* responsesOf(
  root: string,
  training: boolean,
  row: (
    file: { arm: string; kind: string; step: number },
    group: ShownGroup,
    own: ShownResponse,
    shared: Cell[],
  ) => Cell[],
) {
  for (const file of await stepFiles(root)) {
    if ((file.kind === 'training') !== training) continue;
    for await (const group of groupsOf(file))
      for (const [sample, own] of group.responses.entries()) {
        const { outcome, rule, extracted, goldForm, answerForm } = own.verdict;
        const verdict = [outcome, rule, extracted, goldForm, answerForm];
        const ids = [group.group, sample, group.problemId, group.traceIds];
        const rest = [own.reward, own.stopReason, own.length, group.promptTokens, own.text];
        yield row(file, group, own, [...ids, ...verdict, ...rest]);
      }
  }
}

async function linesOf<T>(path: string): Promise<T[]> {
  return (await exists(path)) ? readJsonlSoFar<T>(path) : [];
}

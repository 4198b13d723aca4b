/**
 * Answers one query in a process of its own (core/worker-process.ts), which is given the rows of the tables: it opens no file. Lines of
 * its input: the request, then the tables with their rows.
 */
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { DuckDBConnection } from '@duckdb/node-api';
import { linesOf } from '../../../core/lines.js';
import { newTable, openClosed, selectRows } from './closed-database.js';
import { tooLong, tooMuch } from './messages.js';
import type { SqlAnswer } from './schemas.js';
import type { Cell, Table } from './tables.js';

export interface SqlRequest {
  query: string;
  mostRows: number;
  /** Of all cells, as JSON. */
  mostBytes: number;
  queryMs: number;
  /** Of the database, and of the whole process. */
  databaseMegabytes: number;
  processMegabytes: number;
}

/** A line of the input after the request: a table, or a row of the table before it. */
export type SqlInput = Pick<Table, 'name' | 'columns'> | readonly Cell[];

export type SqlReply = { answer: SqlAnswer } | { refused: string };

/** Says it and ends, whatever else is under way: native threads are not waited for. */
function reply(said: SqlReply): never {
  let bytes = Buffer.from(JSON.stringify(said));
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(1, bytes));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error; // the pipe is full for a moment
    }
  }
  process.exit(0);
}

/** Ends the process beyond so much memory. In a thread: DuckDB folds constants while it holds this one. */
function watchMemory(megabytes: number): void {
  const said = JSON.stringify(JSON.stringify({ refused: tooMuch(megabytes) } satisfies SqlReply));
  const code = `setInterval(() => {
    if (process.memoryUsage.rss() < ${megabytes * 2 ** 20}) return;
    require('node:fs').writeSync(1, ${said});
    process.kill(process.pid, 'SIGKILL');
  }, 20);`;
  new Worker(code, { eval: true }).unref();
}

const lines = linesOf(process.stdin);
try {
  reply({ answer: await answerTo() });
} catch (error) {
  reply({ refused: (error as Error).message });
}

async function nextLine<T>(): Promise<T | undefined> {
  const { value, done } = await lines.next();
  return done === true || !('bytes' in value) ? undefined : (JSON.parse(value.bytes.toString('utf8')) as T);
}

async function answerTo(): Promise<SqlAnswer> {
  const begun = performance.now();
  const { query, queryMs, databaseMegabytes, processMegabytes, ...limits } = (await nextLine<SqlRequest>())!;
  watchMemory(processMegabytes);
  const connection = await openClosed(databaseMegabytes);
  await load(connection);
  const loaded = performance.now();
  setTimeout(() => {
    connection.interrupt();
    setTimeout(() => reply({ refused: tooLong(queryMs) }), 500); // it does not look up from what it does
  }, queryMs);
  try {
    const found = await selectRows(connection, query, limits);
    const seconds = { load: (loaded - begun) / 1000, query: (performance.now() - loaded) / 1000 };
    return { ...found, seconds };
  } catch (error) {
    throw performance.now() - loaded >= queryMs ? new Error(tooLong(queryMs)) : error;
  }
}

async function load(connection: DuckDBConnection): Promise<void> {
  let append: ((row: readonly Cell[]) => void) | undefined;
  let close = () => {};
  for (let line = await nextLine<SqlInput>(); line !== undefined; line = await nextLine<SqlInput>()) {
    if (!isTable(line)) {
      append?.(line);
      continue;
    }
    close();
    ({ append, close } = await newTable(connection, line));
  }
  close();
}

function isTable(line: SqlInput): line is Pick<Table, 'name' | 'columns'> {
  return !Array.isArray(line);
}

/** A query over a run, answered by a process that ends with it. */
import { createRequire } from 'node:module';
import { RaRftError, type ErrorFacts } from '../../../core/errors.js';
import { runProcess, type ProcessEnd } from '../../../core/worker-process.js';
import { tooLong } from './messages.js';
import { MOST_ROWS, type SqlAnswer } from './schemas.js';
import type { SqlInput, SqlReply, SqlRequest } from './sql-worker.js';
import { namedTables, tablesOf } from './tables.js';

export interface SqlLimits extends Omit<SqlRequest, 'query'> {
  /** For reading the run's files. */
  loadMs: number;
}

const LIMITS: SqlLimits = {
  mostRows: MOST_ROWS,
  mostBytes: 8 * 2 ** 20,
  loadMs: 60_000,
  queryMs: 10_000,
  databaseMegabytes: 768,
  processMegabytes: 1536,
};

/** Beyond the time of a query, for its process to say so itself. */
const GRACE_MS = 2000;
/** Letters that are sent at a time. */
const PIECE = 2 ** 16;

const INSTALL = 'npm install @duckdb/node-api';

/** What to install where DuckDB, an optional package, is not there. */
export function missingDuckdb(): string | undefined {
  try {
    createRequire(import.meta.url).resolve('@duckdb/node-api');
    return undefined;
  } catch {
    return INSTALL;
  }
}

/**
 * Throws `usage` with what DuckDB says where it refuses the query, or it takes too long or too much; `io` where DuckDB is not installed.
 * The caller's signal ends it.
 */
export async function askSql(
  root: string,
  query: string,
  { signal, ...limits }: Partial<SqlLimits> & { signal?: AbortSignal | undefined } = {},
): Promise<SqlAnswer> {
  const missing = missingDuckdb();
  if (missing !== undefined) throw notInstalled(missing);
  const { loadMs, ...request } = { ...LIMITS, ...limits, query };
  const end = await runProcess(new URL('./sql-worker.js', import.meta.url), inputOf(root, request), {
    inputMs: loadMs,
    timeoutMs: request.queryMs + GRACE_MS,
    maxBytes: 2 * request.mostBytes,
    signal,
  });
  if (end.out === '' || end.ended === 'size') throw new RaRftError(whyNone(end, { loadMs, ...request }));
  const reply = JSON.parse(end.out) as SqlReply;
  if ('refused' in reply) throw refused(reply.refused);
  return reply.answer;
}

/** The request, then the tables that it names: DuckDB is given rows, and reads no file. */
async function* inputOf(root: string, request: SqlRequest): AsyncGenerator<string> {
  const tables = await tablesOf(root, namedTables(request.query));
  async function* lines(): AsyncGenerator<SqlRequest | SqlInput> {
    yield request;
    for (const { name, columns, rows } of tables) {
      yield { name, columns };
      yield* rows();
    }
  }
  let piece = '';
  for await (const line of lines()) {
    piece += `${JSON.stringify(line)}\n`;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function whyNone({ ended, err }: ProcessEnd, { loadMs, queryMs, mostBytes }: SqlLimits): ErrorFacts {
  switch (ended) {
    case 'input':
      return facts(`the tables could not be read within ${loadMs / 1000} seconds`);
    case 'time':
      return facts(tooLong(queryMs));
    case 'size':
      return facts(`the answer is more than ${mostBytes} bytes`);
    case 'caller':
      return facts('nobody waits for the answer any more');
    case undefined:
      return { code: 'io', message: `the process of the query has ended: ${err.slice(-500)}` };
  }
}

const refused = (message: string) => new RaRftError(facts(message));

function facts(message: string): ErrorFacts {
  const expected = 'one SELECT of DuckDB over the tables of GET /v1/runs/RUN/sql';
  return { code: 'usage', message, where: 'query', expected };
}

function notInstalled(install: string): RaRftError {
  return new RaRftError({
    code: 'io',
    message: 'DuckDB is not installed',
    where: '@duckdb/node-api',
    expected: 'the package beside this one: it is optional, and only queries need it',
    hint: `${install}, then start the server again.`,
  });
}

/** A database in memory that knows nothing but the rows that it is given: DuckDB may touch no file, no host and no setting. */
import { DuckDBInstance, LIST, listValue, StatementType, VARCHAR, type DuckDBConnection } from '@duckdb/node-api';
import type { SqlAnswer } from './schemas.js';
import type { Cell, ColumnType, Table } from './tables.js';

/** Opens one that takes so much memory at most. */
export async function openClosed(megabytes: number): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const settings = [
    // Before access is closed: the place of temporary files would stay open to queries.
    "temp_directory = ''",
    'allow_persistent_secrets = false',
    'autoinstall_known_extensions = false',
    'autoload_known_extensions = false',
    'allow_community_extensions = false',
    'enable_external_access = false',
    `memory_limit = '${megabytes}MB'`,
    'threads = 2',
    'lock_configuration = true',
  ];
  for (const setting of settings) await connection.run(`SET ${setting}`);
  return connection;
}

/** Makes a table; its rows are appended one by one, and are there when it is closed. */
export async function newTable(connection: DuckDBConnection, { name, columns }: Pick<Table, 'name' | 'columns'>) {
  const declared = columns.map((column) => `"${column.name.replaceAll('"', '""')}" ${column.type}`);
  await connection.run(`CREATE TABLE ${name} (${declared.join(', ')})`);
  const appender = await connection.createAppender(name);
  const appendCell: Record<ColumnType, (value: NonNullable<Cell>) => void> = {
    VARCHAR: (value) => appender.appendVarchar(typeof value === 'string' ? value : JSON.stringify(value)),
    DOUBLE: (value) => appender.appendDouble(Number(value)),
    INTEGER: (value) => appender.appendInteger(Number(value)),
    BOOLEAN: (value) => appender.appendBoolean(value === true),
    'VARCHAR[]': (value) => appender.appendList(listValue([...(value as readonly string[])]), LIST(VARCHAR)),
  };
  return {
    append: (row: readonly Cell[]) => {
      for (const [at, { type }] of columns.entries()) {
        const value = row[at];
        if (value === null || value === undefined) appender.appendNull();
        else appendCell[type](value);
      }
      appender.endRow();
    },
    close: () => appender.closeSync(),
  };
}

/** The rows of one SELECT, up to a bound. Throws what DuckDB says, and where anything but a SELECT is asked. */
export async function selectRows(
  connection: DuckDBConnection,
  query: string,
  { mostRows, mostBytes }: { mostRows: number; mostBytes: number },
): Promise<Pick<SqlAnswer, 'columns' | 'rows' | 'more'>> {
  const statements = await connection.extractStatements(query).catch((error: Error) => {
    // DuckDB finds no words for a text without any statement.
    throw error.message.includes('Error: ') ? error : new Error('this is no statement: one SELECT is answered');
  });
  if (statements.count !== 1) throw new Error('one statement is answered at a time');
  const statement = await statements.prepare(0);
  const reads = [StatementType.SELECT, StatementType.EXPLAIN];
  if (!reads.includes(statement.statementType)) throw new Error('tables are only read here: one SELECT is answered');
  const result = await statement.stream();
  const columns = result.columnNames().map((name, at) => ({ name, type: String(result.columnType(at)) }));
  const rows: unknown[][] = [];
  let bytes = 0;
  for await (const some of result.yieldRowsJson())
    for (const row of some) {
      bytes += JSON.stringify(row).length;
      if (rows.length >= mostRows || bytes > mostBytes) return { columns, rows, more: true };
      rows.push(row);
    }
  return { columns, rows, more: false };
}

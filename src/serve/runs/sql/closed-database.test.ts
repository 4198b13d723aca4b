import { createServer } from 'node:http';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { tinyRuns } from '../../testing/tiny-runs.js';
import { newTable, openClosed, selectRows } from './closed-database.js';
import { examples } from './examples.js';
import { tablesOf } from './tables.js';

const { folder } = tinyRuns('tiny');

/** With all tables of a run. */
let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await openClosed(256);
  for (const table of await tablesOf(join(folder(), 'tiny'))) {
    const { append, close } = await newTable(connection, table);
    for await (const row of table.rows()) append(row);
    close();
  }
});

const select = (query: string) => selectRows(connection, query, { mostRows: 1000, mostBytes: 1_000_000 });

describe('a closed database', () => {
  it.each(examples)('answers: $about', async ({ query }) => {
    const { columns, rows } = await select(query);
    expect(columns.length).toBeGreaterThan(2);
    if (!query.includes('labels')) expect(rows.length).toBeGreaterThan(0);
  });

  it('gives rows up to its bounds', async () => {
    expect(await select('SELECT * FROM range(5000)')).toMatchObject({ more: true, rows: { length: 1000 } });
    expect(await select('SELECT * FROM range(1000)')).toMatchObject({ more: false, rows: { length: 1000 } });
    const wide = await select("SELECT repeat('x', 300000) FROM range(9)");
    expect(wide).toMatchObject({ more: true, rows: { length: 3 } });
  });

  it('explains and describes', async () => {
    for (const query of ['EXPLAIN SELECT 1', 'DESCRIBE metrics', 'SHOW TABLES', 'SUMMARIZE metrics', 'FROM traces'])
      expect((await select(query)).rows.length, query).toBeGreaterThan(0);
  });

  it.each([
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM '.tmp/x.csv'",
    "SELECT getenv('HOME')",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
    "ATTACH '/tmp/x.db'",
    "ATTACH ':memory:' AS other",
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET threads = 1',
    "SET temp_directory = '/tmp'",
    'RESET ALL',
    'PRAGMA threads = 1',
    'PRAGMA enable_logging',
    'CREATE TABLE x AS SELECT 1',
    'INSERT INTO metrics SELECT * FROM metrics',
    'DELETE FROM metrics',
    'DROP TABLE metrics',
    "CREATE SECRET (TYPE s3, KEY_ID 'x', SECRET 'y')",
    "EXPLAIN ANALYZE COPY metrics TO '/tmp/x.csv'",
    'CALL pragma_version()',
    'PREPARE q AS SELECT 1',
    'CHECKPOINT',
    'SELECT 1; SELECT 2',
    'SELEC 1',
    '-- nothing',
  ])('refuses: %s', async (query) => {
    await expect(select(query)).rejects.toThrow(/Error: |is answered/);
  });

  it('writes nothing where it is read from within, and stays closed', async () => {
    const query =
      "SELECT name, value FROM duckdb_settings() WHERE name IN ('allowed_directories', 'allowed_paths', 'enable_external_access', 'lock_configuration')";
    expect(Object.fromEntries((await select(query)).rows as [string, string][])).toEqual({
      allowed_directories: '[]',
      allowed_paths: '[]',
      enable_external_access: 'false',
      lock_configuration: 'true',
    });
  });

  it('reaches no host', async () => {
    let asked = 0;
    const server = createServer((_, response) => (asked++, response.end('a\n1\n')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const query = `SELECT * FROM read_csv('http://127.0.0.1:${port}/x.csv')`;
    await expect(select(query)).rejects.toThrow(/disabled/);
    expect(asked).toBe(0);
  });
});

import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJsonlAll } from '../../../core/jsonl.js';
import { temporaryFolder } from '../../../core/testing/temporary-folder.js';
import type { GroupRecord } from '../../../rl/index.js';
import { post, rawRequest, ready } from '../../testing/served.js';
import { tinyRuns } from '../../testing/tiny-runs.js';
import { askSql } from './ask.js';
import type { SqlTables } from './schemas.js';
import { namedTables, tablesOf } from './tables.js';

const { folder } = tinyRuns('tiny');
const tiny = () => join(folder(), 'tiny');
const rowsOf = async (query: string) => (await askSql(tiny(), query)).rows;

describe('the tables', () => {
  it('hold what the files hold', async () => {
    const groups = await readJsonlAll<GroupRecord>(join(tiny(), 'rollouts', 'ra-rft', '000001.jsonl'));
    const all = groups.flatMap(({ rollouts }) => rollouts);
    const query = `SELECT count(*)::INTEGER, sum(reward), sum(tokens)::INTEGER, min(minLogprob), any_value(len(traceIds))::INTEGER
      FROM Rollouts WHERE arm = 'ra-rft' AND step = 1`;
    const [[count, reward, tokens, least, traces]] = (await rowsOf(query)) as [number[]];
    expect([count, tokens, traces]).toEqual([all.length, all.reduce((sum, one) => sum + one.tokens.length, 0), 1]);
    expect(reward).toBeCloseTo(
      all.reduce((sum, one) => sum + (one.reward ?? 0), 0),
      9,
    );
    expect(least).toBeCloseTo(Math.min(...all.flatMap(({ logprobs }) => logprobs)), 9);
  });

  it('are all there, with columns whose rows fit them', async () => {
    for (const { name, columns, rows } of await tablesOf(tiny()))
      for await (const row of rows()) expect(row, name).toHaveLength(columns.length);
    const counts = (await tablesOf(tiny())).map(({ name }) => `(SELECT count(*)::INTEGER FROM ${name}) AS "${name}"`);
    const { columns, rows } = await askSql(tiny(), `SELECT ${counts.join(', ')}`);
    const empty = columns.filter((_, at) => rows[0]![at] === 0).map(({ name }) => name);
    expect(empty).toEqual(['labels']); // nothing was labelled for bm25
  });

  it('are read only where a query names them', () => {
    expect(namedTables('select * from METRICS m, "traces"')).toEqual(['metrics', 'traces']);
    expect(namedTables('select retrieved_at from mymetrics')).toEqual([]);
  });

  it('give at most 1,000 rows, and values as JSON has them', async () => {
    expect(await askSql(tiny(), 'SELECT * FROM range(5000)')).toMatchObject({ more: true, rows: { length: 1000 } });
    const [row] = await rowsOf(`SELECT 1::HUGEINT, [1, 2], {'a': 'x'}, NULL, 'a"b,c', true`);
    expect(row).toEqual(['1', [1, 2], { a: 'x' }, null, 'a"b,c', true]);
  });
});

describe('a query', () => {
  it('that DuckDB or the box refuses is said', async () => {
    for (const query of ["SELECT * FROM read_text('/etc/passwd')", 'SET threads = 1', 'DROP TABLE metrics'])
      await expect(askSql(tiny(), query)).rejects.toMatchObject({ code: 'usage', where: 'query' });
  });

  it('writes no file', async () => {
    const out = await temporaryFolder();
    await expect(askSql(tiny(), `COPY metrics TO '${out}/x.csv'`)).rejects.toMatchObject({ code: 'usage' });
    expect(await readdir(out)).toEqual([]);
  });

  it.each([
    'SELECT sum(a.range * b.range) FROM range(100000000) a, range(1000000) b',
    'WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t',
  ])('that goes on for ever is ended: %s', async (query) => {
    await expect(askSql(tiny(), query, { queryMs: 1000 })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching('was ended after 1 seconds') as string,
    });
  });

  it('that takes too much memory is ended, also where DuckDB does not count it', async () => {
    const limits = { databaseMegabytes: 64, processMegabytes: 400 };
    const counted = 'SELECT list(range) FROM range(100000000)';
    await expect(askSql(tiny(), counted, limits)).rejects.toMatchObject({ code: 'usage' });
    const folded = "SELECT length(repeat('x', 3000000000))";
    await expect(askSql(tiny(), folded, limits)).rejects.toMatchObject({
      message: expect.stringMatching(/was ended/) as string,
    });
  });

  it('ends with its caller', async () => {
    const controller = new AbortController();
    const asked = askSql(tiny(), 'SELECT count(*) FROM range(100000000) a, range(1000000) b', {
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 500);
    await expect(asked).rejects.toThrow('nobody waits');
  });

  it('says where a file of the run is damaged', async () => {
    const root = await temporaryFolder();
    await writeFile(join(root, 'config.yaml'), 'arms: []\n');
    await writeFile(join(root, 'labels.jsonl'), '{oops\n{}\n');
    await expect(askSql(root, 'SELECT * FROM labels')).rejects.toMatchObject({
      code: 'data',
      where: expect.stringContaining('labels.jsonl:1') as string,
    });
    expect((await askSql(root, 'SELECT * FROM rollouts')).rows).toEqual([]);
  });
});

describe('over HTTP', () => {
  it('a query is answered, one at a time', async () => {
    const { url } = await ready([], { runs: folder() });
    const tables = (await rawRequest(`${url}/v1/runs/tiny/sql`)).json() as SqlTables;
    expect(tables.tables.map(({ name }) => name)).toContain('rollouts');
    expect(tables.missing).toBeUndefined();
    const [one, other] = await Promise.all(
      ['SELECT 1', 'SELECT 2'].map((query) => post(`${url}/v1/runs/tiny/sql`, { query })),
    );
    expect([one!.status, other!.status].toSorted((a, b) => a - b)).toEqual([200, 400]);
    expect([one!, other!].find(({ status }) => status === 400)!.text).toContain('another query');
    const after = await post(`${url}/v1/runs/tiny/sql`, { query: 'SELECT 3 AS n' });
    expect(after.json()).toMatchObject({ columns: [{ name: 'n', type: 'INTEGER' }], rows: [[3]] });
  });

  it('malformed bodies and unknown runs are refused', async () => {
    const { url } = await ready([], { runs: folder() });
    for (const body of ['{', '{}', '{"query": ""}', '{"query": 1}', '{"query": "SELECT 1", "root": "/"}'])
      expect((await post(`${url}/v1/runs/tiny/sql`, body)).status, body).toBe(400);
    expect((await post(`${url}/v1/runs/..%2Ftask/sql`, { query: 'SELECT 1' })).status).toBe(400);
    expect((await rawRequest(`${url}/v1/runs/tiny/sql?query=SELECT%201`, { method: 'DELETE' })).status).toBe(404);
  });
});

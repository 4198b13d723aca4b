/**
 * An index in LanceDB: a folder or a bucket, opened in this process. One row a chunk, its token vectors in a multivector column.
 * Without a vector index of its own the table is searched exactly, and a distance is 1 less the sum of the best cosines; with one,
 * LanceDB proposes more rows than are asked for, and their scores are taken from the stored float32 vectors.
 */
import { openWhole, type Own } from '../../../core/closing.js';
import { RaRftError } from '../../../core/errors.js';
import { maxSim } from '../../score/maxsim.js';
import type { Condition } from './condition.js';
import { loadLance, type Lance, type LanceRow, type LanceTable } from './lancedb-module.js';
import type { RemoteRow, RemoteTable, RowKey } from './remote-table.js';
import { sqlOf } from './sql.js';

/** Rows that a vector index proposes for each that is asked for. */
const PROPOSALS = 4;
const KEY_COLUMNS = ['id', 'chunks', 'tokens', 'cut'];
/** What a table of this project has, beside the columns of numbers. */
const COLUMNS = [...KEY_COLUMNS, 'facts', 'fields', 'vectors'];

export class LanceIndexTable implements RemoteTable {
  readonly where: string;
  private readonly dim: number;
  private readonly lance: Lance;
  private readonly table: LanceTable;
  /** Whether the table has a vector index, so that what LanceDB says of distances is not exact. */
  private readonly proposes: boolean;
  private numbers: Set<string>;

  private constructor(parts: {
    where: string;
    dim: number;
    lance: Lance;
    table: LanceTable;
    numbers: Set<string>;
    proposes: boolean;
  }) {
    this.where = parts.where;
    this.dim = parts.dim;
    this.lance = parts.lance;
    this.table = parts.table;
    this.numbers = parts.numbers;
    this.proposes = parts.proposes;
  }

  /** Opens the table, or makes an empty one. Throws `data` where one of that name is none of ours, `io` where LanceDB fails or is not there. */
  static async open(url: string, name: string, dim: number): Promise<LanceIndexTable> {
    const lance = loadLance(dim);
    const where = `${url}: ${name}`;
    const open = async (own: Own) => {
      const connection = await lance.connect(url);
      const found = await connection.openTable(name).catch((error: unknown) => {
        if (!String(error).includes('was not found')) throw error;
        return connection.createEmptyTable(name, lance.emptySchema());
      });
      const table = own(found);
      const columns = (await table.schema()).fields;
      const vectors = columns.find((column) => column.name === 'vectors');
      const missing = COLUMNS.find((column) => !columns.some((one) => one.name === column));
      if (missing !== undefined || !String(vectors?.type).includes(`[${dim}]`)) throw foreign(where, missing, dim);
      const numbers = columns.map((column) => column.name).filter((column) => !COLUMNS.includes(column));
      const proposes = (await table.listIndices()).some((index) => index.columns.includes('vectors'));
      return new LanceIndexTable({ where, dim, lance, table, numbers: new Set(numbers), proposes });
    };
    return told(where, () => openWhole(open));
  }

  rows(of?: Condition): Promise<(RowKey & { cut: number })[]> {
    return told(this.where, async () => {
      const all = this.table.query().select(KEY_COLUMNS);
      const rows = await (of ? all.where(this.sql(of)) : all).toArray();
      return rows.map(({ id, chunks, tokens, cut }) => ({ id, chunks, tokens, cut }));
    });
  }

  insert(rows: readonly RemoteRow[]): Promise<void> {
    return told(this.where, async () => {
      const missing = new Set(
        rows.flatMap(({ numbers }) => Object.keys(numbers)).filter((one) => !this.numbers.has(one)),
      );
      if (missing.size > 0) {
        await this.table.addColumns([...missing].map((name) => ({ name, valueSql: 'cast(NULL as double)' })));
        this.numbers = new Set([...this.numbers, ...missing]);
      }
      await this.table.add(this.lance.tableOf(rows, [...this.numbers]));
    });
  }

  remove(ids: readonly string[]): Promise<void> {
    return told(this.where, async () => {
      await this.table.delete(this.sql({ ids }));
    });
  }

  nearest(query: Float32Array, limit: number, of: Condition | undefined): Promise<{ id: string; score: number }[]> {
    return told(this.where, async () => {
      const [first, ...others] = Array.from({ length: query.length / this.dim }, (_, i) =>
        query.slice(i * this.dim, (i + 1) * this.dim),
      );
      let asked = this.table.query().nearestTo(first as Float32Array);
      for (const vector of others) asked = asked.addQueryVector(vector);
      asked = asked
        .column('vectors')
        .distanceType('cosine')
        .select(['id', '_distance', ...(this.proposes ? ['vectors'] : [])])
        .limit(this.proposes ? PROPOSALS * limit : limit);
      const rows = await (of ? asked.where(this.sql(of)) : asked).toArray();
      return rows
        .map(({ id, vectors, _distance: distance }) => ({
          id,
          score: this.proposes ? this.score(query, vectors) : 1 - distance,
        }))
        .toSorted((a, b) => b.score - a.score)
        .slice(0, limit);
    });
  }

  close(): Promise<void> {
    this.table.close();
    return Promise.resolve();
  }

  private score(query: Float32Array, vectors: LanceRow['vectors']): number {
    const tokens = [...vectors];
    const document = new Float32Array(tokens.length * this.dim);
    for (const [at, token] of tokens.entries()) document.set(token.toArray(), at * this.dim);
    return maxSim(query, document, this.dim, 'sum');
  }

  private sql(condition: Condition): string {
    return sqlOf(condition, {
      value: (value) => (typeof value === 'number' ? String(value) : `'${value.replaceAll("'", "''")}'`),
      hasColumn: (column) => this.numbers.has(column),
    });
  }
}

async function told<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof RaRftError) throw cause;
    throw new RaRftError({
      code: 'io',
      message: `LanceDB failed: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      where,
      hint: 'Check the address and, for a bucket, the keys in the environment; then run the same command again.',
      cause,
    });
  }
}

function foreign(where: string, missing: string | undefined, dim: number): RaRftError {
  return new RaRftError({
    code: 'data',
    message: missing === undefined ? 'the table has vectors of another size' : `the table has no column ${missing}`,
    where,
    expected: `a table that this project has made, with vectors of ${dim} numbers`,
    hint: 'It is left as it is. Choose another folder or bucket.',
  });
}

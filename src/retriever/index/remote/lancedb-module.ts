/**
 * LanceDB as an optional package: loaded when it is asked for. What is used of it is described here, so that this project can be
 * compiled without it.
 */
import { createRequire } from 'node:module';
import { RaRftError } from '../../../core/errors.js';
import type { RemoteRow } from './remote-table.js';

/** A row as it comes back; what was not selected is not there. */
export interface LanceRow {
  id: string;
  chunks: number;
  tokens: number;
  cut: number;
  vectors: Iterable<{ toArray(): Float32Array }>;
  _distance: number;
}

export interface LanceQuery {
  select(columns: string[]): this;
  where(sql: string): this;
  limit(rows: number): this;
  toArray(): Promise<LanceRow[]>;
  nearestTo(vector: Float32Array): LanceVectorQuery;
}

export interface LanceVectorQuery extends LanceQuery {
  addQueryVector(vector: Float32Array): this;
  column(name: string): this;
  distanceType(type: 'cosine'): this;
}

export interface LanceTable {
  schema(): Promise<{ fields: { name: string; type: unknown }[] }>;
  addColumns(columns: { name: string; valueSql: string }[]): Promise<unknown>;
  add(rows: unknown): Promise<unknown>;
  delete(sql: string): Promise<unknown>;
  query(): LanceQuery;
  listIndices(): Promise<{ columns: string[] }[]>;
  close(): void;
}

interface LanceConnection {
  openTable(name: string): Promise<LanceTable>;
  createEmptyTable(name: string, schema: unknown): Promise<LanceTable>;
}

/** LanceDB for vectors of one size. */
export interface Lance {
  connect(url: string): Promise<LanceConnection>;
  /** Columns of a table without rows. */
  emptySchema(): unknown;
  /** Rows as LanceDB takes them; `numbers` are the columns of numbers that the table has. */
  tableOf(rows: readonly RemoteRow[], numbers: readonly string[]): unknown;
}

export const LANCE_INSTALL = 'npm install @lancedb/lancedb@0.31.0 apache-arrow@18.1.0';

/** Throws `io` with what to install where the packages are not there. */
export function loadLance(dim: number): Lance {
  const lancedb = load('@lancedb/lancedb') as Pick<Lance, 'connect'>;
  const arrow = load('apache-arrow') as Arrow;
  return { connect: (url) => lancedb.connect(url), ...arrowRows(arrow, dim) };
}

/** By `require`, so that tables are made by the very Arrow that LanceDB has: the package has another one for `import`. */
function load(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name);
  } catch (cause) {
    throw new RaRftError({
      code: 'io',
      message: `the package ${name} cannot be loaded: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      where: name,
      expected: 'LanceDB, which is not installed with this project',
      hint: `${LANCE_INSTALL}, then run the same command again.`,
      cause,
    });
  }
}

type Make = new (...of: never[]) => unknown;
/** What is used of apache-arrow. */
interface Arrow {
  Field: new (name: string, type: unknown, nullable: boolean) => unknown;
  Utf8: Make;
  Int32: Make;
  Float32: Make;
  Float64: Make;
  List: new (item: unknown) => unknown;
  FixedSizeList: new (size: number, item: unknown) => unknown;
  Schema: new (fields: unknown[]) => unknown;
  Table: new (schema: unknown, columns: Record<string, unknown>) => unknown;
  makeData(of: Record<string, unknown>): unknown;
  makeVector(data: unknown): unknown;
  vectorFromArray(values: readonly unknown[], type: unknown): unknown;
}

function arrowRows(arrow: Arrow, dim: number): Pick<Lance, 'emptySchema' | 'tableOf'> {
  const { Field, Utf8, Int32, Float32, Float64, List, FixedSizeList, Schema, Table } = arrow;
  const token = new FixedSizeList(dim, new Field('item', new Float32(), true));
  const vectors = new List(new Field('item', token, true));
  const fixed = [
    ...['id', 'facts', 'fields'].map((name) => new Field(name, new Utf8(), false)),
    ...['chunks', 'tokens', 'cut'].map((name) => new Field(name, new Int32(), false)),
    new Field('vectors', vectors, true),
  ];
  return {
    emptySchema: () => new Schema(fixed),
    tableOf: (rows, numbers) => {
      const column = (type: unknown, value: (row: RemoteRow) => unknown) =>
        arrow.vectorFromArray(rows.map(value), type);
      return new Table(new Schema([...fixed, ...numbers.map((name) => new Field(name, new Float64(), true))]), {
        id: column(new Utf8(), ({ id }) => id),
        facts: column(new Utf8(), ({ facts }) => facts),
        fields: column(new Utf8(), ({ fields }) => fields),
        chunks: column(new Int32(), ({ chunks }) => chunks),
        tokens: column(new Int32(), ({ tokens }) => tokens),
        cut: column(new Int32(), ({ cut }) => cut),
        vectors: vectorColumn(rows),
        ...Object.fromEntries(numbers.map((name) => [name, column(new Float64(), (row) => row.numbers[name] ?? null)])),
      });
    },
  };

  /** All tokens in one array, without a JavaScript number for each. */
  function vectorColumn(rows: readonly RemoteRow[]): unknown {
    const valueOffsets = new Int32Array(rows.length + 1);
    for (const [at, { tokens }] of rows.entries()) valueOffsets[at + 1] = (valueOffsets[at] as number) + tokens;
    const all = valueOffsets.at(-1) as number;
    const data = new Float32Array(all * dim);
    for (const [at, row] of rows.entries()) data.set(row.vectors, (valueOffsets[at] as number) * dim);
    const numbers = arrow.makeData({ type: new Float32(), length: all * dim, nullCount: 0, data });
    const tokens = arrow.makeData({ type: token, length: all, nullCount: 0, child: numbers });
    return arrow.makeVector(
      arrow.makeData({ type: vectors, length: rows.length, nullCount: 0, valueOffsets, child: tokens }),
    );
  }
}

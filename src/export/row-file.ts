/** Rows as a file: Parquet in the layout that pyarrow, pandas and `datasets` write themselves, or JSONL. */
import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import { writeFileAtomic } from '../core/files.js';
import type { RowFormat } from './row-formats.js';

/** The type of a field: text, text or null, a whole number, a list of such, or fields by name. */
export type Shape = 'text' | 'text?' | 'integer' | readonly [Shape] | { readonly [name: string]: Shape };

/** Rows of a row group: what is held in memory. */
const groupRows = 1000;

/** Writes rows, which must be of the shape. An empty file has its columns too. */
export async function writeRows(
  path: string,
  format: RowFormat,
  shape: { readonly [name: string]: Shape },
  rows: AsyncIterable<Record<string, unknown>>,
): Promise<void> {
  if (format === 'jsonl') return writeFileAtomic(path, lines(rows));
  const columns = Object.entries(shape);
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: stored(rows, shape),
    columns: columns.map(([name]) => ({ name })),
    schema: [
      { name: 'schema', num_children: columns.length },
      ...columns.flatMap(([name, own]) => elementsOf(name, own)),
    ],
    rowGroupSize: groupRows,
    createdBy: 'ra-rft',
  });
}

async function* lines(rows: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const row of rows) yield `${JSON.stringify(row)}\n`;
}

async function* stored(rows: AsyncIterable<Record<string, unknown>>, shape: Shape) {
  for await (const row of rows) yield storedValue(row, shape) as Record<string, unknown>;
}

/** Whole numbers are 64 bits wide, as Python's writers have them. */
function storedValue(value: unknown, shape: Shape): unknown {
  if (shape === 'integer') return BigInt(value as number);
  if (typeof shape === 'string') return value;
  if (Array.isArray(shape)) return (value as unknown[]).map((one) => storedValue(one, shape[0] as Shape));
  const fields = Object.entries(shape as Record<string, Shape>);
  return Object.fromEntries(
    fields.map(([name, own]) => [name, storedValue((value as Record<string, unknown>)[name], own)]),
  );
}

/** A field and what is inside it, outermost first; lists in the three levels of the format. */
function elementsOf(name: string, shape: Shape): SchemaElement[] {
  const repetition_type = shape === 'text?' ? 'OPTIONAL' : 'REQUIRED';
  if (shape === 'integer') return [{ name, type: 'INT64', repetition_type }];
  if (typeof shape === 'string')
    return [{ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' }, repetition_type }];
  if (Array.isArray(shape))
    return [
      { name, repetition_type, converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', shape[0] as Shape),
    ];
  const fields = Object.entries(shape as Record<string, Shape>);
  return [
    { name, repetition_type, num_children: fields.length },
    ...fields.flatMap(([own, of]) => elementsOf(own, of)),
  ];
}

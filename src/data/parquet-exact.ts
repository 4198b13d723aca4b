/** Numbers of a Parquet file as they were written: decimals digit by digit, 32-bit floats in their shortest form. */
import { parquetSchema, type FileMetaData, type SchemaElement, type SchemaTree } from 'hyparquet';

/** Metadata under which decimals are read as raw integers, and what makes values of them in a row, in place. */
export interface ExactReading {
  metadata: FileMetaData;
  mend: (record: Record<string, unknown>) => void;
}

/** The decoder would make doubles of decimals, which hold 15 digits; here they stay integers until their point is set. */
export function exactReading(metadata: FileMetaData): ExactReading {
  const mends: { path: string[]; mend: (value: unknown) => unknown }[] = [];
  const visit = (node: SchemaTree): void => {
    const mend = node.children.length === 0 ? mendOf(node.element) : undefined;
    if (mend) mends.push({ path: node.path, mend });
    for (const child of node.children) visit(child);
  };
  visit(parquetSchema(metadata));
  if (mends.length === 0) return { metadata, mend: () => {} };
  return {
    metadata: { ...metadata, schema: metadata.schema.map(asInteger) },
    mend: (record) => {
      for (const { path, mend } of mends) mendAt(record, path, mend);
    },
  };
}

function mendOf(element: SchemaElement): ((value: unknown) => unknown) | undefined {
  if (isDecimal(element)) {
    const { logical_type: logical } = element;
    const scale = element.scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0);
    return (value) => decimalText(value, scale);
  }
  return element.type === 'FLOAT' ? shortestFloat : undefined;
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL';
}

/** Bytes of variable length would be taken for text, except those of geometry, which go through a parser of ours. */
function asInteger(element: SchemaElement): SchemaElement {
  if (!isDecimal(element)) return element;
  const { converted_type: _converted, logical_type: _logical, ...raw } = element;
  return element.type === 'BYTE_ARRAY' ? { ...raw, logical_type: { type: 'GEOMETRY' } } : raw;
}

/** Follows the names of a column through structures, and through lists, whose own names a row does not have. */
function mendAt(at: unknown, path: readonly string[], mend: (value: unknown) => unknown): void {
  const [name, ...rest] = path;
  if (name === undefined || at === null || typeof at !== 'object') return;
  if (Array.isArray(at)) {
    for (const item of at) mendAt(item, path, mend);
    return;
  }
  const parent = at as Record<string, unknown>;
  if (!(name in parent)) return mendAt(at, rest, mend);
  const value = parent[name];
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== 'object' || isBytes(item))) {
    parent[name] = value.map((item: unknown) => (item === null ? null : mend(item)));
  } else if (rest.length > 0) {
    mendAt(value, rest, mend);
  } else if (value !== null && value !== undefined) {
    parent[name] = mend(value);
  }
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

/** `12345` of scale 2 as `123.45`. */
function decimalText(value: unknown, scale: number): unknown {
  const unscaled = isBytes(value) ? signedInteger(value) : typeof value === 'number' ? BigInt(value) : value;
  if (typeof unscaled !== 'bigint') return value;
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Two's complement, the highest byte first. */
function signedInteger(bytes: Uint8Array): bigint {
  const value = bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return BigInt.asIntN(8 * bytes.length, value);
}

/** The number of fewest digits that is the same 32-bit float: 0.1, not 0.10000000149011612. */
function shortestFloat(value: unknown): unknown {
  if (typeof value !== 'number' || !Number.isFinite(value)) return value;
  for (let digits = 1; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Long batches go in chunks, each with a number and a result of its own. */
import type { TinkerLimits } from './options.js';
import type { Datum, ForwardBackwardResult } from './types.js';

/** Bytes of a datum's arrays on the wire: 4 a token, 8 a whole number, 4 a float. */
export function datumBytes({ tokens, lossFnInputs }: Datum): number {
  let bytes = 4 * tokens.length;
  for (const values of Object.values(lossFnInputs)) {
    if (values) bytes += values.length * (values instanceof Int32Array ? 8 : 4);
  }
  return bytes;
}

/** The data in order, cut where the next datum would be too many or too large. A datum that is too large by itself goes alone. */
export function chunksOf(data: readonly Datum[], limits: Pick<TinkerLimits, 'chunkDatums' | 'chunkBytes'>): Datum[][] {
  const chunks: Datum[][] = [];
  let bytes = 0;
  for (const datum of data) {
    const chunk = chunks.at(-1);
    const more = datumBytes(datum);
    if (chunk && chunk.length < limits.chunkDatums && bytes + more <= limits.chunkBytes) {
      chunk.push(datum);
      bytes += more;
    } else {
      chunks.push([datum]);
      bytes = more;
    }
  }
  return chunks;
}

/** The results of chunks as one: outputs in order, metrics as the ends of their names say (`loss:sum`). */
export function mergeResults(parts: readonly ForwardBackwardResult[]): ForwardBackwardResult {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const names = new Set(parts.flatMap(({ metrics }) => Object.keys(metrics)));
  const metrics: Record<string, number> = {};
  for (const name of names) {
    const values = parts.flatMap((part) =>
      part.metrics[name] === undefined ? [] : [{ value: part.metrics[name], weight: part.outputs.length }],
    );
    const merged = mergeMetric(name.slice(name.lastIndexOf(':') + 1), values);
    if (merged !== undefined) metrics[name] = merged;
  }
  return { outputs: parts.flatMap(({ outputs }) => outputs), metrics };
}

/** Undefined where it is not known what the metric's parts make together. */
function mergeMetric(reduction: string, parts: readonly { value: number; weight: number }[]): number | undefined {
  const values = parts.map(({ value }) => value);
  switch (reduction) {
    case 'sum':
      return sum(values);
    case 'mean':
      return sum(parts.map(({ value, weight }) => value * weight)) / sum(parts.map(({ weight }) => weight));
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
    default:
      return values.every((value) => value === values[0]) ? values[0] : undefined;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

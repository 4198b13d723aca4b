import { expect, test } from 'vitest';
import { chunksOf, datumBytes, mergeResults } from './chunks.js';
import { datum } from './testing/client.js';

test('bytes by hand: 4 a token, 8 a target, 4 a weight', () => {
  expect(datumBytes(datum(3, { weights: new Float32Array(3) }))).toBe(3 * (4 + 8 + 4));
});

test('cut by number and by bytes, in order; what is too large by itself goes alone', () => {
  const data = [1, 2, 3, 10, 1].map((length) => datum(length)); // 12 bytes a token
  const lengths = (limits: { chunkDatums: number; chunkBytes: number }) =>
    chunksOf(data, limits).map((chunk) => chunk.map(({ tokens }) => tokens.length));
  expect(lengths({ chunkDatums: 2, chunkBytes: 10 ** 6 })).toEqual([[1, 2], [3, 10], [1]]);
  expect(lengths({ chunkDatums: 9, chunkBytes: 36 })).toEqual([[1, 2], [3], [10], [1]]);
  expect(lengths({ chunkDatums: 9, chunkBytes: 10 ** 6 })).toEqual([[1, 2, 3, 10, 1]]);
});

test('metrics as the ends of their names say; those of unknown kinds only where all agree', () => {
  const part = (datums: number, metrics: Record<string, number>) => ({
    outputs: Array.from({ length: datums }, () => ({ logprobs: new Float32Array(1) })),
    metrics,
  });
  const merged = mergeResults([
    part(1, { 'a:sum': 1, 'a:mean': 2, 'a:min': 3, 'a:max': 4, 'a:x': 5, 'b:x': 6 }),
    part(3, { 'a:sum': 10, 'a:mean': 6, 'a:min': -1, 'a:max': 7, 'a:x': 5, 'b:x': 7, 'c:sum': 8 }),
  ]);
  expect(merged.outputs).toHaveLength(4);
  expect(merged.metrics).toEqual({ 'a:sum': 11, 'a:mean': 5, 'a:min': -1, 'a:max': 7, 'a:x': 5, 'c:sum': 8 });
});

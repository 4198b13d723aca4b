import { expect, it } from 'vitest';
import { tinyConfig } from '../../models/testing/tiny-model.js';
import { KvCache } from './kv-cache.js';

const config = tinyConfig('qwen3', { kvHeads: 2, headDim: 2, layers: 1, heads: 2 });

it('appends, grows and moves entries without mixing them up', () => {
  const cache = new KvCache(config, 3, 2);
  // A row is [2 buffers, 2 heads, 2 numbers]; number = 100 position + 10 entry + place in the row
  const rows = (at: number) => Float32Array.from({ length: 24 }, (_, i) => 100 * at + 10 * Math.floor(i / 8) + (i % 8));
  cache.append(rows(1), 3, 0);
  cache.append(rows(2), 3, 1);
  expect(cache.view(0, 3).shape).toEqual([3, 2, 2, 2]);
  expect(Array.from(cache.view(0, 1).data)).toEqual([100, 101, 200, 201, 102, 103, 202, 203]);
  expect(Array.from(cache.view(1, 2).data.subarray(8))).toEqual([114, 115, 214, 215, 116, 117, 216, 217]);
  cache.grow(3, 3);
  cache.move(2, 0);
  cache.append(rows(3), 2, 2);
  expect(Array.from(cache.view(0, 1).data)).toEqual([120, 121, 220, 221, 300, 301, 122, 123, 222, 223, 302, 303]);
  expect(cache.view(1, 2).shape).toEqual([2, 2, 3, 2]);
});

it('takes blocks of prompts that are shorter than its entries', () => {
  const cache = new KvCache(config, 2, 3);
  cache.setEntries(1, 1, Float32Array.of(1, 2, 3, 4), 1); // one entry, two heads, one position
  expect(Array.from(cache.view(1, 2).data.subarray(12))).toEqual([1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0]);
  expect(KvCache.bytesPerEntry(config, 3)).toBe(2 * 4 * 2 * 2 * 3);
});

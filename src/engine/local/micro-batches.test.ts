import { describe, expect, it } from 'vitest';
import { tinyConfig } from '../../models/testing/tiny-model.js';
import { microBatches, type Work } from './micro-batches.js';

const config = tinyConfig('qwen3');
const MUCH = { bytes: 1e9, rows: 1e6 };

const work = (promptTokens: number, ...responseTokens: number[]): Work => ({
  prompt: new Int32Array(promptTokens).fill(1),
  responses: responseTokens.map((n) => ({ tokens: new Int32Array(n).fill(2) })),
});

describe('microBatches', () => {
  it('shares the prompt of two responses or more and makes plain sequences of lone ones', () => {
    const batches = microBatches(config, [work(5, 3, 4), work(6, 2)], MUCH);
    expect(batches.map((b) => b.groups.map((g) => [g.prefix.length, g.tails.map((t) => t.inputs.length)]))).toEqual([
      [[0, [7]]],
      [[4, [3, 4]]],
    ]);
    expect(batches.map((b) => b.sources)).toEqual([
      [{ group: 1, response: 0 }],
      [
        { group: 0, response: 0 },
        { group: 0, response: 1 },
      ],
    ]);
  });

  it('holds every response that has tokens once, in runs within the limits', () => {
    const all = Array.from({ length: 40 }, (_, i) =>
      work(1 + (i % 9), ...Array.from({ length: i % 5 }, (_x, g) => (i * 7 + g * 3) % 11)),
    );
    const limits = { bytes: 3e5, rows: 60 };
    const batches = microBatches(config, all, limits);
    const sources = batches.flatMap((b) => b.sources.map((s) => `${s.group}/${s.response}`));
    const wanted = all.flatMap((w, n) => w.responses.flatMap((r, g) => (r.tokens.length > 0 ? [`${n}/${g}`] : [])));
    expect(sources.toSorted()).toEqual(wanted.toSorted());
    expect(batches.length).toBeGreaterThan(5);
    for (const { groups, sources: of } of batches) {
      const rows = groups.reduce((n, g) => n + g.prefix.length + g.tails.reduce((m, t) => m + t.inputs.length, 0), 0);
      expect(groups.length === 1 || rows <= limits.rows).toBe(true);
      const targets = groups.flatMap((g) => g.tails.map((t) => t.targets.length));
      expect(targets).toEqual(of.map((s) => all[s.group]!.responses[s.response]!.tokens.length));
    }
  });

  it('cuts a group that is far too large and repeats its prompt', () => {
    expect(microBatches(config, [work(11, 8, 8, 8, 8)], { bytes: 1e9, rows: 13 })).toHaveLength(1);
    const batches = microBatches(config, [work(11, ...Array.from({ length: 10 }, () => 8))], { bytes: 1e9, rows: 13 });
    expect(batches.map((b) => b.groups.map((g) => [g.prefix.length, g.tails.length]))).toEqual([[[10, 5]], [[10, 5]]]);
  });

  it('does not put very different sizes into one padded run', () => {
    const batches = microBatches(config, [work(2, 1, 1), work(30, ...Array.from({ length: 12 }, () => 10))], MUCH);
    expect(batches).toHaveLength(2);
  });

  it('takes a single response larger than the limits by itself', () => {
    expect(
      microBatches(config, [work(20, 20), work(2, 2)], { bytes: 1, rows: 1 }).map((b) => b.sources.length),
    ).toEqual([1, 1]);
    expect(microBatches(config, [work(3)], MUCH)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { compact, placesOf, type BatchGroup, type Row } from './batch.js';

const row = (request: number, g: number, group: number): Row => ({
  request,
  g,
  stream: Rng.fromSeed(0),
  group,
  tokens: [],
  logprobs: [],
  policyLogprobs: [],
});

describe('compact', () => {
  it('fills the place of ended rows and groups with the last ones, and says so', () => {
    const rows = [row(0, 0, 0), row(0, 1, 0), row(1, 0, 1), row(2, 0, 2), row(2, 1, 2)];
    const groups: BatchGroup[] = [10, 11, 12].map((cached) => ({ cached, lastToken: 0 }));
    const moves = compact(rows, groups, (r) => (r.request === 0 && r.g === 0) || r.request === 1);
    expect(rows.map((r) => [r.request, r.g, r.group])).toEqual([
      [2, 1, 1],
      [0, 1, 0],
      [2, 0, 1],
    ]);
    expect(groups.map((g) => g.cached)).toEqual([10, 12]);
    expect(moves).toEqual({
      rows: [
        { from: 4, to: 0 },
        { from: 3, to: 2 },
      ],
      groups: [{ from: 2, to: 1 }],
    });
  });

  it('ends with nothing left', () => {
    const rows = [row(0, 0, 0), row(1, 0, 1)];
    const groups: BatchGroup[] = [0, 1].map((cached) => ({ cached, lastToken: 0 }));
    expect(compact(rows, groups, () => true)).toEqual({ rows: [], groups: [] });
    expect([rows, groups]).toEqual([[], []]);
  });

  it('keeps copies right when applied to a cache in order', () => {
    const rng = Rng.fromSeed('moves');
    for (let round = 0; round < 50; round++) {
      const rows = Array.from({ length: 1 + rng.int(9) }, (_, i) => row(i, 0, rng.int(4)));
      const groups: BatchGroup[] = [0, 1, 2, 3].map((cached) => ({ cached, lastToken: 0 }));
      const cache = rows.map((r) => r.request);
      const prompts = groups.map((g) => g.cached);
      const wanted = new Map(rows.map((r) => [r.request, r.group]));
      const moves = compact(rows, groups, () => rng.int(2) === 0);
      for (const { from, to } of moves.rows) cache[to] = cache[from]!;
      for (const { from, to } of moves.groups) prompts[to] = prompts[from]!;
      expect(cache.slice(0, rows.length)).toEqual(rows.map((r) => r.request));
      for (const r of rows) expect(prompts[r.group]).toBe(wanted.get(r.request));
    }
  });
});

describe('placesOf', () => {
  it('gives every head of every row a place of its own in its group', () => {
    const rows = [row(0, 0, 1), row(0, 1, 0), row(0, 2, 1)];
    const { width, placeRows, rowPlaces } = placesOf(rows, 2, 2);
    expect(width).toBe(2);
    expect(Array.from(rowPlaces)).toEqual([4, 6, 0, 2, 5, 7]); // [group 1 head 0 place 0, head 1], [group 0 ...], ...
    for (const [i, place] of rowPlaces.entries()) expect(placeRows[place]).toBe(i);
  });
});

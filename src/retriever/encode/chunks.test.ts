import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/rng.js';
import { linesOf, windowsOf } from './chunks.js';

describe('windows over a long text', () => {
  it('overlap by an eighth, and the last one is at least half full', () => {
    expect(windowsOf(20, { room: 16, most: 4, lineStarts: [0] })).toEqual({
      windows: [
        [0, 16],
        [12, 20],
      ],
      isCut: false,
    });
    expect(windowsOf(40, { room: 16, most: 4, lineStarts: [0] }).windows).toEqual([
      [0, 16],
      [14, 30],
      [28, 40],
    ]);
  });

  it('end and begin with lines that are near, and not with others', () => {
    const near = windowsOf(40, { room: 16, most: 4, lineStarts: [0, 5, 13, 30] });
    // 13 is within a quarter of 16; the next one begins 2 tokens before, where no line begins.
    expect(near.windows).toEqual([
      [0, 13],
      [11, 27],
      [25, 40],
    ]);
    expect(windowsOf(40, { room: 16, most: 4, lineStarts: [0, 5, 11] }).windows[0]).toEqual([0, 16]);
    // A line that begins within the overlap is where the next window begins.
    expect(windowsOf(40, { room: 16, most: 4, lineStarts: [0, 12, 13] }).windows.slice(0, 2)).toEqual([
      [0, 13],
      [12, 28],
    ]);
  });

  it('are no more than asked for; what is beyond is said, and nothing before it is lost', () => {
    const cut = windowsOf(100, { room: 16, most: 2, lineStarts: [0, 28, 29] });
    expect(cut).toEqual({
      windows: [
        [0, 16],
        [14, 30],
      ],
      isCut: true,
    });
    expect(windowsOf(30, { room: 16, most: 2, lineStarts: [0] }).isCut).toBe(false);
    expect(windowsOf(31, { room: 16, most: 2, lineStarts: [0] }).isCut).toBe(true);
  });

  it('hold every token of any text, within their length, in order', () => {
    const rng = Rng.fromSeed('windows');
    for (let i = 0; i < 500; i++) {
      const [length, room] = [1 + rng.int(300), 1 + rng.int(40)];
      const lineStarts = Array.from({ length }, (_, at) => at).filter((at) => at === 0 || rng.next() < 0.1);
      const { windows, isCut } = windowsOf(length, { room, most: 1000, lineStarts });
      expect(isCut).toBe(false);
      expect(windows[0]?.[0]).toBe(0);
      expect(windows.at(-1)?.[1]).toBe(length);
      for (const [at, [from, to]] of windows.entries()) {
        expect(to - from).toBeLessThanOrEqual(room);
        const before = windows[at - 1];
        if (before) expect([from > before[0], to > before[1], from <= before[1]]).toEqual([true, true, true]);
      }
    }
  });
});

it('lines keep their ends, and empty ones stay with the line before', () => {
  expect(linesOf('a\n\nb\r\n c')).toEqual(['a\n\n', 'b\r\n', ' c']);
  expect(linesOf('')).toEqual(['']);
});

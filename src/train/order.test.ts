import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { drawInEpochs } from './order.js';

const items = ['a', 'b', 'c', 'd', 'e'];
const rng = Rng.fromSeed(7);

describe('drawInEpochs', () => {
  it('holds every item once in each epoch', () => {
    const all = drawInEpochs(items, rng, 0, 10);
    expect(all.slice(0, 5).toSorted()).toEqual(items);
    expect(all.slice(5).toSorted()).toEqual(items);
  });

  it('shuffles epochs differently', () => {
    const many = Array.from({ length: 6 }, (_, e) => drawInEpochs(items, rng, 5 * e, 5).join(''));
    expect(new Set(many).size).toBeGreaterThan(1);
  });

  it('gives the same items in pieces as in one go, across epochs', () => {
    const whole = drawInEpochs(items, rng, 0, 21);
    const pieces = [0, 3, 4, 11].flatMap((from, i, cuts) => drawInEpochs(items, rng, from, (cuts[i + 1] ?? 21) - from));
    expect(pieces).toEqual(whole);
  });

  it('draws more than an epoch at once', () => expect(drawInEpochs(['x'], rng, 3, 4)).toEqual(['x', 'x', 'x', 'x']));

  it('depends on the seed and leaves the stream alone', () => {
    const state = rng.getState();
    const other = drawInEpochs(items, Rng.fromSeed(8), 0, 20);
    expect(other).not.toEqual(drawInEpochs(items, rng, 0, 20));
    expect(rng.getState()).toEqual(state);
  });

  it('refuses an empty set', () => {
    expect(() => drawInEpochs([], rng, 0, 1)).toThrowError(expect.objectContaining({ code: 'data' }));
  });
});

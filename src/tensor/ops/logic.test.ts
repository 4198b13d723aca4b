import { describe, expect, it } from 'vitest';
import { Graph, type Tensor } from '../graph.js';
import { gradientError, probe, valuesOf } from '../testing.js';
import { mul } from './arithmetic.js';
import { stopGradient } from './differentiable.js';
import {
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  where,
} from './logic.js';

const a = (g: Graph): Tensor => g.constant([1, 2, 3]);
const b = (g: Graph): Tensor => g.constant([3, 2, 1]);

describe('values', () => {
  it.each([
    ['equal', equal, [0, 1, 0]],
    ['less', less, [1, 0, 0]],
    ['lessOrEqual', lessOrEqual, [1, 1, 0]],
    ['greater', greater, [0, 0, 1]],
    ['greaterOrEqual', greaterOrEqual, [0, 1, 1]],
  ] as const)('%s', async (_name, op, wanted) => {
    expect(await valuesOf((g) => op(a(g), b(g)))).toEqual(wanted);
  });

  it('combines and chooses', async () => {
    expect(await valuesOf((g) => logicalAnd(less(a(g), 3), greater(a(g), 1)))).toEqual([0, 1, 0]);
    expect(await valuesOf((g) => logicalOr(less(a(g), 2), greater(a(g), 2)))).toEqual([1, 0, 1]);
    expect(await valuesOf((g) => where(logicalNot(equal(a(g), b(g))), a(g), 9))).toEqual([1, 9, 3]);
  });
});

describe('gradients', () => {
  const p = probe([2, 3], 'a', ['N']);
  const q = probe([1, 3], 'b');

  it('where, both choices, one broadcast', async () => {
    const error = await gradientError({ p, q }, (_g, t) =>
      where(greater(stopGradient(t['p'] as Tensor), 0.1), mul(t['p'] as Tensor, 2), t['q'] as Tensor),
    );
    expect(error).toBeLessThan(2e-3);
  });

  it('does not flow through stopGradient', async () => {
    // the true derivative of p * p is 2p; with one factor stopped it is p, half of it
    const error = await gradientError({ p }, (_g, t) => mul(t['p'] as Tensor, stopGradient(t['p'] as Tensor)));
    expect(error).toBeCloseTo(0.5, 2);
  });
});

it('refuses a condition that is not boolean', () => {
  const g = new Graph('g');
  expect(() => where(a(g), 1, a(g))).toThrowError(/Where: takes bool, got float32/);
});

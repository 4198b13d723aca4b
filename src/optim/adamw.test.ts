import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.js';
import { AdamW } from './adamw.js';
import { makeTrainables, type Trainable } from './trainables.js';

const OPTIONS = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 };

function param(name: string, value: number[], grad: number[], decay = true): Trainable {
  const [made] = makeTrainables([{ name, length: value.length, decay }]) as [Trainable];
  made.value.set(value);
  made.grad.set(grad);
  return made;
}

describe('AdamW', () => {
  it('moves by the learning rate against the sign of the gradient at the first step', () => {
    const p = param('w', [1, 2, 3], [0.5, -4, 0]);
    expect(new AdamW([p]).step(OPTIONS)).toBeCloseTo(Math.sqrt(16.25), 6);
    expect(Array.from(p.value, (x) => Math.round(x * 1e4) / 1e4)).toEqual([0.9, 2.1, 3]);
    expect(Array.from(p.grad)).toEqual([0, 0, 0]);
  });

  it('follows the recurrence worked by hand over two steps', () => {
    const p = param('w', [1], [2]);
    const adam = new AdamW([p]);
    adam.step(OPTIONS);
    p.grad[0] = 1;
    adam.step(OPTIONS);
    // m2 = .9 * .2 + .1 = .28, v2 = .99 * .04 + .01 = .0496; corrected by 1 - .81 and 1 - .9801
    const second = (0.1 * (0.28 / 0.19)) / Math.sqrt(0.0496 / 0.0199);
    expect(p.value[0]).toBeCloseTo(1 - 0.1 - second, 5);
  });

  it('decays matrices and leaves vectors alone', () => {
    const params = [param('matrix', [1], [0], true), param('norm', [1], [0], false)];
    new AdamW(params).step({ ...OPTIONS, weightDecay: 0.5 });
    expect(params.map((p) => p.value[0])).toEqual([Math.fround(0.95), 1]);
  });

  it('clips by the norm over all parameters', () => {
    const state = (clip: number) => {
      const params = [param('a', [0], [3]), param('b', [0, 0], [0, 4])];
      const adam = new AdamW(params);
      expect(adam.step({ ...OPTIONS, maxGradNorm: clip })).toBe(5);
      return Array.from(adam.getState().first.get('b')!, (x) => Math.round(x * 1e6) / 1e6);
    };
    expect(state(0)).toEqual([0, 0.4]);
    expect(state(10)).toEqual([0, 0.4]);
    expect(state(1)).toEqual([0, 0.08]);
  });

  it('leaves parameters and moments alone where the gradient is not finite, and says which', () => {
    const params = [param('good', [1], [1]), param('bad', [1, 2], [0, NaN])];
    const adam = new AdamW(params);
    expect(() => adam.step(OPTIONS)).toThrowError(expect.objectContaining({ code: 'not-finite', where: 'tensor bad' }));
    expect(params.map((p) => Array.from(p.value))).toEqual([[1], [1, 2]]);
    expect(params.map((p) => Array.from(p.grad))).toEqual([[0], [0, 0]]);
    expect(adam.getState().step).toBe(0);
  });

  it('says which weights an update has lost', () => {
    const learningRate = 1e30;
    const params = [param('small', [1], [0]), param('lost', [1, 2], [0.5, 1])];
    const adam = new AdamW(params);
    const before = adam.getState();
    const saved = { ...before, first: new Map(before.first), second: new Map(before.second) };
    const error = expect.objectContaining({
      code: 'not-finite',
      where: 'tensor lost',
      message: expect.stringContaining(`learning rate ${learningRate}`) as string,
    }) as Error;
    expect(() => adam.step({ ...OPTIONS, learningRate, weightDecay: 0 })).toThrowError(error);
    expect(adam.failure).toEqual(error);
    for (const { value } of params) value.fill(1);
    adam.setState(saved);
    expect(adam.failure).toBeUndefined();
  });

  it.each([1e39, Infinity, NaN])('refuses the learning rate %s before it touches anything', (learningRate) => {
    const params = [param('w', [1, 2, 3], [0.5, 1, 0])];
    const adam = new AdamW(params);
    expect(() => adam.step({ ...OPTIONS, learningRate })).toThrowError(expect.objectContaining({ code: 'not-finite' }));
    expect(adam.failure).toBeUndefined();
    expect(Array.from(params[0]!.value)).toEqual([1, 2, 3]);
    expect(adam.step(OPTIONS)).toBe(0);
  });

  it('refuses a gradient whose square overflows, unless it is clipped', () => {
    const make = () => [param('w', [1], [1e25])];
    const refused = make();
    expect(() => new AdamW(refused).step({ ...OPTIONS, maxGradNorm: 0 })).toThrowError(
      expect.objectContaining({ code: 'not-finite', where: 'tensor w' }),
    );
    expect(Array.from(refused[0]!.value)).toEqual([1]);
    const clipped = make();
    expect(new AdamW(clipped).step({ ...OPTIONS, maxGradNorm: 1 })).toBeGreaterThan(9e24);
    expect(Number.isFinite(clipped[0]!.value[0])).toBe(true);
  });

  it('refuses a state of other sizes', () => {
    const adam = new AdamW([param('w', [1, 2], [0, 0])]);
    const other = new AdamW([param('w', [1], [0])]).getState();
    expect(() => adam.setState(other)).toThrowError(expect.objectContaining({ code: 'model', where: 'w' }));
  });

  it.each(['in place', 'through a buffer'])('computes what the formula says, over many steps, %s', (where) => {
    const rng = Rng.fromSeed('adamw');
    const lengths = [1, 3, 4, 130, 16_384 + 5];
    const placed = makeTrainables(lengths.map((length, i) => ({ name: `p${i}`, length, decay: i % 2 === 0 })));
    const params = placed.map((p): Trainable =>
      where === 'in place' ? p : { name: p.name, decay: p.decay, value: p.value.slice(), grad: p.grad.slice() },
    );
    const expected = params.map(({ value, decay }) => {
      for (let i = 0; i < value.length; i++) value[i] = rng.normal();
      return { decay, value: Array.from(value), first: value.map(() => 0), second: value.map(() => 0) };
    });
    const adam = new AdamW(params);
    const options = { ...OPTIONS, learningRate: 0.01, weightDecay: 0.1, maxGradNorm: 5 };
    for (let step = 1; step <= 20; step++) {
      for (const { grad } of params) for (let i = 0; i < grad.length; i++) grad[i] = rng.normal();
      const norm = Math.sqrt(params.flatMap(({ grad }) => Array.from(grad)).reduce((sum, g) => sum + g * g, 0));
      const scale = Math.min(1, 5 / norm);
      for (const [p, e] of expected.entries()) {
        for (const [i, g] of params[p]!.grad.entries()) {
          const m = (e.first[i] = 0.9 * e.first[i]! + 0.1 * scale * g);
          const v = (e.second[i] = 0.99 * e.second[i]! + 0.01 * (scale * g) ** 2);
          const move = (0.01 * (m / (1 - 0.9 ** step))) / (Math.sqrt(v / (1 - 0.99 ** step)) + 1e-8);
          e.value[i] = (e.decay ? 1 - 0.01 * 0.1 : 1) * e.value[i]! - move;
        }
      }
      expect(adam.step(options) / norm).toBeCloseTo(1, 6);
    }
    for (const [p, { value }] of params.entries()) {
      for (const [i, x] of value.entries()) expect(Math.abs(x - expected[p]!.value[i]!)).toBeLessThan(1e-5);
    }
  });
});

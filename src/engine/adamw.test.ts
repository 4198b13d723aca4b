import { describe, expect, it } from 'vitest';
import { AdamW, type Trainable } from './adamw.js';

const OPTIONS = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0, maxGradNorm: 0 };

function param(name: string, value: number[], grad: number[], decay = true): Trainable {
  return { name, value: Float32Array.from(value), grad: Float32Array.from(grad), decay };
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
    expect(() => adam.step(OPTIONS)).toThrowError(expect.objectContaining({ code: 'engine', where: 'bad' }));
    expect(params.map((p) => Array.from(p.value))).toEqual([[1], [1, 2]]);
    expect(params.map((p) => Array.from(p.grad))).toEqual([[0], [0, 0]]);
    expect(adam.getState().step).toBe(0);
  });

  it('refuses a state of other sizes', () => {
    const adam = new AdamW([param('w', [1, 2], [0, 0])]);
    const other = new AdamW([param('w', [1], [0])]).getState();
    expect(() => adam.setState(other)).toThrowError(expect.objectContaining({ code: 'model', where: 'w' }));
  });
});

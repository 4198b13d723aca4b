import { describe, expect, it } from 'vitest';
import { assertFinite, firstNotFinite, notFinite } from './finite.js';

describe('firstNotFinite', () => {
  it('finds NaN and infinity wherever they stand', () => {
    for (let length = 0; length <= 9; length++) {
      const fine = new Float32Array(length).fill(-3e38);
      expect(firstNotFinite(fine)).toBe(-1);
      for (const bad of [NaN, Infinity, -Infinity]) {
        for (let at = 0; at < length; at++) expect(firstNotFinite(fine.with(at, bad))).toBe(at);
      }
    }
    expect(firstNotFinite([1, Infinity, -Infinity])).toBe(1);
  });
});

describe('assertFinite', () => {
  it('names what, where and which number', () => {
    assertFinite([0, -0, 1e-45], { what: 'weights' });
    expect(() => assertFinite([1, NaN], { what: 'tensor a', where: 'f: a', hint: 'h' })).toThrowError(
      expect.objectContaining({
        code: 'not-finite',
        message: 'tensor a (number 1 of 2) is NaN',
        where: 'f: a',
        hint: 'h',
      }),
    );
    expect(notFinite(undefined, { what: 'the loss' }).message).toBe('the loss is missing');
  });
});

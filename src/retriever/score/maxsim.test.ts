import { describe, expect, it } from 'vitest';
import { maxSim, maxSimMatrix } from './maxsim.js';
import {
  checkTokenVectors,
  joinTexts,
  padTexts,
  rowOffsets,
  sliceTexts,
  unpadTexts,
  type TokenVectors,
} from '../encode/token-vectors.js';

const f32 = (...values: number[]) => Float32Array.from(values);
// Three texts of 2, 1 and 0 tokens in two dimensions.
const set: TokenVectors = { dim: 2, lengths: Int32Array.from([2, 1, 0]), vectors: f32(1, 0, 0, 1, 0.5, 0.5) };

describe('maxSim', () => {
  it('is what one works out by hand', () => {
    const query = f32(1, 0, 0, 1, 1, 1); // three tokens
    const document = f32(2, 0, -1, 0.5); // two tokens
    // best matches: 2 (2, -1), 0.5 (0, 0.5), 2 (2, -0.5)
    expect(maxSim(query, document, 2, 'sum')).toBe(4.5);
    expect(maxSim(query, document, 2, 'mean')).toBe(1.5);
  });

  it('takes negative maxima as they are and is not symmetric', () => {
    expect(maxSim(f32(1, 0), f32(-1, 0, -0.5, 0), 2, 'sum')).toBe(-0.5);
    expect(maxSim(f32(-1, 0, -0.5, 0), f32(1, 0), 2, 'sum')).toBe(-1.5);
  });

  it('never finds an empty document and gives an empty query zeros', () => {
    expect(maxSim(f32(1, 0), f32(), 2, 'mean')).toBe(-Infinity);
    expect(maxSim(f32(), f32(1, 0), 2, 'mean')).toBe(0);
  });
});

describe('maxSimMatrix', () => {
  it('scores all pairs of ragged sets', () => {
    const scores = maxSimMatrix(set, set, 'sum');
    expect([...scores]).toEqual([2, 1, -Infinity, 0.5, 0.5, -Infinity, 0, 0, -Infinity]);
    expect(maxSimMatrix(set, set, 'mean')[0]).toBe(1);
  });
});

describe('token vectors', () => {
  it('know their rows', () => {
    expect([...rowOffsets(set.lengths)]).toEqual([0, 2, 3, 3]);
    expect(sliceTexts(set, 1, 3)).toEqual({ dim: 2, lengths: Int32Array.from([1, 0]), vectors: f32(0.5, 0.5) });
  });

  it('are padded and come back', () => {
    const padded = padTexts(set);
    expect([...padded.mask]).toEqual([1, 1, 1, 0, 0, 0]);
    expect([...padded.vectors]).toEqual([1, 0, 0, 1, 0.5, 0.5, 0, 0, 0, 0, 0, 0]);
    expect(unpadTexts(padded.vectors, set.lengths, padded.length, 2)).toEqual(set);
    expect(padTexts({ dim: 2, lengths: Int32Array.from([0]), vectors: f32() }).length).toBe(1);
  });

  it('are joined, and refused where they do not fit', () => {
    expect(joinTexts([sliceTexts(set, 0, 1), sliceTexts(set, 1, 3)], 2)).toEqual(set);
    expect(() => joinTexts([set], 3)).toThrow(expect.objectContaining({ code: 'internal' }));
    expect(() => checkTokenVectors({ ...set, dim: 3 }, 'x')).toThrow(expect.objectContaining({ where: 'x' }));
    expect(() => checkTokenVectors(set, 'x')).not.toThrow();
  });
});

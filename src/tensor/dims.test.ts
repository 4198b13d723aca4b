import { describe, expect, it } from 'vitest';
import { addDims, canonicalDim, divDims, evaluateDim, isSymbol, mulDims, sameDim, subDims } from './dims.js';

describe('symbolic dimensions', () => {
  it('has one form for equal dimensions', () => {
    expect(canonicalDim('T*N')).toBe('N*T');
    expect(canonicalDim('2*T + N - T')).toBe(canonicalDim('N+T'));
    expect(canonicalDim('N-N')).toBe(0);
    expect(canonicalDim('3*4')).toBe(12);
    expect(sameDim('P+R', 'R+P')).toBe(true);
    expect(sameDim('N', 'M')).toBe(false);
  });

  it('adds, subtracts and multiplies', () => {
    expect(addDims('N', 1, 'N')).toBe('2*N+1');
    expect(subDims('N', 'T')).toBe(canonicalDim('N-T'));
    expect(mulDims('N', addDims('P', 'R'), 2)).toBe(canonicalDim('2*N*P+2*N*R'));
    expect(mulDims()).toBe(1);
  });

  it.each([
    ['6*N*T', '2*N', '3*T'],
    ['N*P+N*R', 'N', 'P+R'],
    ['N*P+N*R', 'P+R', 'N'],
    ['N*N+2*N+1', 'N+1', 'N+1'],
    ['5*N', '2*N', undefined],
    ['N+1', 'N', undefined],
    [12, 4, 3],
    [12, 5, undefined],
    ['N', 0, undefined],
  ])('%s / %s = %s', (a, b, wanted) => {
    expect(divDims(a, b)).toBe(wanted === undefined ? undefined : canonicalDim(wanted));
  });

  it('evaluates when all symbols are known', () => {
    expect(
      evaluateDim(
        '2*N*T-T+3',
        new Map([
          ['N', 4],
          ['T', 5],
        ]),
      ),
    ).toBe(38);
    expect(evaluateDim('N', new Map())).toBeUndefined();
    expect(evaluateDim(7, new Map())).toBe(7);
  });

  it('knows bare symbols and refuses what is no dimension', () => {
    expect(isSymbol('N')).toBe(true);
    expect(isSymbol('2*N')).toBe(false);
    expect(() => canonicalDim('N/2')).toThrowError(/not a dimension/);
  });
});

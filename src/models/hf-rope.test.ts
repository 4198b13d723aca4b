import { describe, expect, it } from 'vitest';
import { ropeFrequencies, ropeTables } from './hf-rope.js';

describe('RoPE', () => {
  it('has the frequencies theta^(-2i/d)', () => {
    expect([...ropeFrequencies({ ropeTheta: 10_000 }, 8)].map((x) => x.toPrecision(6))).toEqual([
      '1.00000',
      '0.100000',
      '0.0100000',
      '0.00100000',
    ]);
  });

  it('keeps, blends and divides with the scaling of Llama 3', () => {
    const scaling = {
      kind: 'llama3',
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPosition: 64,
    } as const;
    const [keep, blend, ...divided] = ropeFrequencies({ ropeTheta: 10_000, ropeScaling: scaling }, 8);
    expect(keep).toBe(1); // 64 / 2 pi = 10.2 turns > 4
    // 1.0186 turns: smooth = .0186 / 3 = .0061972; (1 - smooth) .1 / 8 + smooth .1
    expect(blend).toBeCloseTo(0.0130423, 6);
    expect(divided.map((x) => x.toPrecision(6))).toEqual(['0.00125000', '0.000125000']);
  });

  it('divides every frequency with linear scaling', () => {
    expect([...ropeFrequencies({ ropeTheta: 100, ropeScaling: { kind: 'linear', factor: 2 } }, 4)]).toEqual([
      0.5, 0.05,
    ]);
  });

  it('tabulates cos and sin by position', () => {
    const { cos, sin } = ropeTables({ ropeTheta: 100 }, 4, 3);
    expect(cos[0]).toBe(1);
    expect(cos[2 * 2]).toBeCloseTo(Math.cos(2), 6);
    expect(sin[2 * 2 + 1]).toBeCloseTo(Math.sin(0.2), 6);
  });
});

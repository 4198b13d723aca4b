import { describe, expect, it } from 'vitest';
import { canonicalJson, hashJson, hashText } from './hash.js';

describe('hashes', () => {
  it('are the first 64 bits of SHA-256', () => {
    expect(hashText('abc')).toBe('ba7816bf8f01cfea'); // FIPS 180-2, example B.1
    expect(hashText('')).toBe('e3b0c44298fc1c14');
  });

  it('do not depend on the order of keys, at any depth, nor on undefined members', () => {
    expect(canonicalJson({ b: [{ y: 1, x: 2 }], a: null })).toBe('{"a":null,"b":[{"x":2,"y":1}]}');
    expect(hashJson({ a: 1, b: { c: 2, d: 3 } })).toBe(hashJson({ b: { d: 3, c: 2 }, a: 1, e: undefined }));
  });

  it('depend on everything else', () => {
    const values = [{ a: 1 }, { a: '1' }, { a: [1] }, { b: 1 }, [1, 2], [2, 1], null, 'null', {}, []];
    expect(new Set(values.map(hashJson)).size).toBe(values.length);
  });
});

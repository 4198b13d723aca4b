import { describe, expect, test } from 'vitest';
import { Rng } from '../core/rng.js';
import { HashChains, Int32List } from './hash-chains.js';

test('a list grows and keeps what was put in', () => {
  const list = new Int32List();
  list.push(-5);
  list.pushAll(Int32Array.from({ length: 5000 }, (_, i) => i));
  list.set(1, 2 ** 31 - 1);
  expect(list.length).toBe(5001);
  expect([list.get(0), list.get(1), list.get(5000)]).toEqual([-5, 2 ** 31 - 1, 4999]);
  expect([...list.view(2, 5)]).toEqual([1, 2, 3]);
});

describe('HashChains', () => {
  const entriesOf = (chains: HashChains, key: number) => {
    const found: number[] = [];
    for (let at = chains.newest(key); at >= 0; at = chains.before(at)) found.push(at);
    return found;
  };

  test('gives the entries of a key, the newest first, whatever shares its bucket, and after it has grown', () => {
    const rng = Rng.fromSeed('chains');
    const chains = new HashChains();
    const byKey = new Map<number, number[]>();
    for (let at = 0; at < 5000; at++) {
      // Few low bits, so that buckets are shared by many keys.
      const key = (rng.int(600) << 20) | rng.int(4);
      chains.add(key);
      byKey.set(key, [at, ...(byKey.get(key) ?? [])]);
    }
    for (const [key, entries] of byKey) expect(entriesOf(chains, key)).toEqual(entries);
    expect(entriesOf(chains, 5)).toEqual([]);
  });

  test('an empty one has nothing', () => expect(entriesOf(new HashChains(), 0)).toEqual([]));
});

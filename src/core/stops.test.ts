import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Stops } from './stops.js';

/** Work that ends when it is told to, with the reason. */
const untilStopped = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

describe('Stops', () => {
  it('ends one call with its caller, all of them together, and counts what is under way', async () => {
    const stops = new Stops();
    const caller = new AbortController();
    const [own, ...others] = [caller.signal, undefined, undefined].map((signal) => stops.run(signal, untilStopped));
    expect(stops.count).toBe(3);
    caller.abort(new Error('gone'));
    await expect(own).rejects.toThrow('gone');
    expect(stops.count).toBe(2);
    stops.abort(new Error('closed'));
    for (const other of others) await expect(other).rejects.toThrow('closed');
    expect(stops.count).toBe(0);
  });

  it('begins aborted where the caller is, and leaves no listener behind', async () => {
    const stops = new Stops();
    await expect(stops.run(AbortSignal.abort(new Error('before')), untilStopped)).rejects.toThrow('before');
    const { signal } = new AbortController();
    expect(await stops.run(signal, async () => 7)).toBe(7);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

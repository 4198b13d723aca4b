/** A signal for as many parts as work has. */
import { setMaxListeners } from 'node:events';

/**
 * Keeps Node from warning of many listeners. Not by 0, which means the same: Node 20 then denies that the signal is an event target, and
 * every `fetch` that is given it throws.
 */
export function allowManyListeners(signal: AbortSignal): void {
  setMaxListeners(Infinity, signal);
}

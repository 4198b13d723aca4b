/** Server-sent events as an answer. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { allowManyListeners } from '../../core/many-listeners.js';
import { failureOf } from './answers.js';

/** How often a stream without news says that it is there: proxies close what is silent. */
const ALIVE_MS = 15_000;

/** What ends a stream; `release` when it has ended. */
export interface Stop {
  signal: AbortSignal;
  release(): void;
}

/** Aborts with the caller or with the server, whichever ends first. */
export function stopOf(caller: AbortSignal, server: AbortSignal): Stop {
  const controller = new AbortController();
  const abort = () => controller.abort();
  allowManyListeners(server);
  for (const signal of [caller, server]) {
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
  }
  const release = () => {
    for (const signal of [caller, server]) signal.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, release };
}

/** Sends events as JSON until there are no more, or `stop`. What fails is the last event, named `failed`, with the body of a failure. */
export function eventStream(
  c: Context,
  events: AsyncIterable<{ id: string; data: unknown }>,
  { stop, told }: { stop: Stop; told: (error: unknown) => void },
): Response {
  return streamSSE(c, async (stream) => {
    const alive = setInterval(() => void stream.write(': alive\n\n'), ALIVE_MS);
    try {
      for await (const { id, data } of events) {
        if (stop.signal.aborted || stream.aborted) break;
        await stream.writeSSE({ id, data: JSON.stringify(data) });
      }
    } catch (error) {
      await stream.writeSSE({ event: 'failed', data: JSON.stringify(failureOf(error, told).body) });
    } finally {
      clearInterval(alive);
      stop.release();
    }
  });
}

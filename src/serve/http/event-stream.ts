/** Server-sent events as an answer. */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import { failureOf } from './answers.js';

/** How often a stream without news says that it is there: proxies close what is silent. */
const ALIVE_MS = 15_000;

/** Sends events as JSON until there are no more, or `signal`. What fails is the last event, named `failed`, with the body of a failure. */
export function eventStream(
  c: Context,
  events: AsyncIterable<{ id: string; data: unknown }>,
  { signal, told }: { signal: AbortSignal; told: (error: unknown) => void },
): Response {
  return streamSSE(c, async (stream) => {
    const alive = setInterval(() => void stream.write(': alive\n\n'), ALIVE_MS);
    try {
      for await (const { id, data } of events) {
        if (signal.aborted || stream.aborted) break;
        await stream.writeSSE({ id, data: JSON.stringify(data) });
      }
    } catch (error) {
      await stream.writeSSE({ event: 'failed', data: JSON.stringify(failureOf(error, told).body) });
    } finally {
      clearInterval(alive);
    }
  });
}

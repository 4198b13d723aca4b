/** Server-sent events, read by `fetch` because a token may be needed; comes back by itself with what it has. */
import { createParser } from 'eventsource-parser';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFailure, call } from './api.js';

/** First wait before it comes back, doubled while nobody answers. */
const BACK_MS = 1000;
const MOST_MS = 15_000;

export interface LiveState {
  state: 'connecting' | 'live' | 'lost' | 'failed';
  failure?: ApiFailure;
}

/** Calls `got` with the data of every event of a stream, until the page goes elsewhere. `again` tries once more after a failure. */
export function useLive<T>(path: string, got: (data: T) => void): LiveState & { again: () => void } {
  const [now, setNow] = useState<LiveState>({ state: 'connecting' });
  const [turn, setTurn] = useState(0);
  const latest = useRef(got);
  latest.current = got;
  useEffect(() => {
    const controller = new AbortController();
    setNow({ state: 'connecting' });
    void follow<T>(path, controller.signal, (data) => latest.current(data), setNow);
    return () => controller.abort();
  }, [path, turn]);
  return { ...now, again: () => setTurn((before) => before + 1) };
}

/** Ends where the server refuses; where it goes away, it is asked again and again. */
async function follow<T>(
  path: string,
  signal: AbortSignal,
  got: (data: T) => void,
  told: (state: LiveState) => void,
): Promise<void> {
  let after: string | undefined;
  let waitMs = BACK_MS;
  while (!signal.aborted) {
    try {
      const answer = await call(path, { signal, headers: after === undefined ? {} : { 'last-event-id': after } });
      told({ state: 'live' });
      waitMs = BACK_MS;
      await read(answer, (data, id) => {
        after = id ?? after;
        if (!signal.aborted) got(data as T);
      });
    } catch (error) {
      if (signal.aborted) return;
      const refused = error instanceof ApiFailure && error.status >= 400 && error.status !== 503;
      if (refused) return told({ state: 'failed', failure: error });
    }
    if (signal.aborted) return;
    told({ state: 'lost' });
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    waitMs = Math.min(2 * waitMs, MOST_MS);
  }
}

/** Throws `ApiFailure` at an event named `failed`. */
async function read(answer: Response, got: (data: unknown, id: string | undefined) => void): Promise<void> {
  let failure: ApiFailure | undefined;
  const parser = createParser({
    onEvent({ event, data, id }) {
      const value = JSON.parse(data) as { error: { message: string; hint?: string } };
      if (event === 'failed') failure = new ApiFailure(500, value.error.message, value.error.hint);
      else got(value, id);
    },
  });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (failure) throw failure;
    if (done) return;
    parser.feed(decoder.decode(value, { stream: true }));
  }
}

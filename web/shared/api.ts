/** Calls of the server that serves the pages. Its failures are `ApiFailure`, with what it says to do. */
import { useEffect, useState } from 'preact/hooks';

const TOKEN = 'ra-rft-token';

export class ApiFailure extends Error {
  readonly status: number;
  readonly hint: string | undefined;
  /** Which part of the call was refused. */
  readonly where: string | undefined;

  constructor(status: number, message: string, hint?: string, where?: string) {
    super(message);
    this.status = status;
    this.hint = hint;
    this.where = where;
  }
}

/** Kept for this tab alone. */
export const keepToken = (token: string): void => sessionStorage.setItem(TOKEN, token);

/** The answer of a call, whatever it is; throws `ApiFailure` unless it is well. */
export async function call(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
  const { json, ...rest } = init;
  const headers = new Headers(rest.headers);
  const token = sessionStorage.getItem(TOKEN);
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (json !== undefined) headers.set('content-type', 'application/json');
  const body = json === undefined ? undefined : JSON.stringify(json);
  const answer = await fetch(path, { ...rest, headers, ...(body !== undefined && { method: 'POST', body }) }).catch(
    (error: unknown) => {
      if (rest.signal?.aborted) throw error;
      throw new ApiFailure(0, 'the server does not answer', 'Is `ra-rft serve` still running?');
    },
  );
  if (answer.ok) return answer;
  const { error } = (await answer.json().catch(() => ({}))) as {
    error?: { message?: string; hint?: string; where?: string };
  };
  throw new ApiFailure(
    answer.status,
    error?.message ?? `the server answers ${answer.status}`,
    error?.hint,
    error?.where,
  );
}

/** A JSON answer. */
export async function ask<T>(path: string, init: RequestInit & { json?: unknown } = {}): Promise<T> {
  return (await (await call(path, init)).json()) as T;
}

/** What a page waits for. */
export type Loaded<T> = { state: 'loading' } | { state: 'failed'; failure: ApiFailure } | { state: 'there'; value: T };

/** The answer to a GET, or to a POST of `json`, asked again when either changes, and by `again`; the old answer stays until the new one is there. */
export function useAnswer<T>(path: string, json?: unknown): { loaded: Loaded<T>; again: () => void } {
  const [turn, setTurn] = useState(0);
  const asked = json === undefined ? path : `${path} ${JSON.stringify(json)}`;
  const [kept, setKept] = useState<{ asked: string; loaded: Loaded<T> }>({ asked, loaded: { state: 'loading' } });
  useEffect(() => {
    const controller = new AbortController();
    ask<T>(path, { signal: controller.signal, json }).then(
      (value) => setKept({ asked, loaded: { state: 'there', value } }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const failure = error instanceof ApiFailure ? error : new ApiFailure(0, String(error));
        setKept({ asked, loaded: { state: 'failed', failure } });
      },
    );
    return () => controller.abort();
  }, [asked, turn]);
  return {
    loaded: kept.asked === asked ? kept.loaded : { state: 'loading' },
    again: () => setTurn((before) => before + 1),
  };
}

/** As {@link useAnswer}, asked again every `everyMs` while the page is looked at. */
export function usePolled<T>(path: string, everyMs: number): { loaded: Loaded<T>; again: () => void } {
  const answer = useAnswer<T>(path);
  const { loaded, again } = answer;
  useEffect(() => {
    // Whoever must first give a token is not asked for it anew while typing; what a server does not have at all does not come.
    if (loaded.state === 'failed' && [401, 404].includes(loaded.failure.status)) return;
    const timer = setInterval(() => document.hidden || again(), everyMs);
    return () => clearInterval(timer);
  }, [path, loaded.state, everyMs]);
  return answer;
}

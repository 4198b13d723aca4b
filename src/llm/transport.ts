/** HTTP to one server. The key is known here and nowhere else, and is cut out of everything that comes back. */

/** What became of one call. */
export type HttpResult =
  | { kind: 'answer'; status: number; retryAfter: string | null; text: string }
  /** No whole answer. `reached`: the server may have done (and charged) the work. */
  | { kind: 'broken'; reason: string; reached: boolean };

export interface TransportOptions {
  /** Up to and with `/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  timeoutMs: number;
}

export interface Transport {
  get(path: string, signal?: AbortSignal): Promise<HttpResult>;
  post(path: string, body: unknown, signal?: AbortSignal): Promise<HttpResult>;
  /** Sends a file as a form. */
  upload(path: string, form: FormData, signal?: AbortSignal): Promise<HttpResult>;
}

/** Failures before a connection stood: nothing was done at the other end. */
const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** A transport over fetch. An aborted signal throws its reason; everything else is a result. */
export function openTransport({ baseUrl, apiKey, timeoutMs }: TransportOptions): Transport {
  const root = baseUrl.replace(/\/+$/, '');
  const authorization = apiKey === undefined ? undefined : { authorization: `Bearer ${apiKey}` };
  const redact = (text: string) => (apiKey === undefined ? text : text.replaceAll(apiKey, '[key]'));
  const send = async (path: string, init: RequestInit, signal?: AbortSignal): Promise<HttpResult> => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(root + path, {
        ...init,
        headers: { ...(init.headers as Record<string, string> | undefined), ...authorization },
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        redirect: 'error', // the key goes to the server that was named, and to no other
      });
      const text = redact(await response.text());
      return { kind: 'answer', status: response.status, retryAfter: response.headers.get('retry-after'), text };
    } catch (error) {
      signal?.throwIfAborted();
      if (timeout.aborted) return { kind: 'broken', reason: `no answer within ${timeoutMs / 1000} s`, reached: true };
      const { code, text } = causeOf(error);
      return { kind: 'broken', reason: redact(text), reached: !unreached.has(code) };
    }
  };
  return {
    get: (path, signal) => send(path, { method: 'GET' }, signal),
    post: (path, body, signal) => {
      const headers = { 'content-type': 'application/json' };
      return send(path, { method: 'POST', headers, body: JSON.stringify(body) }, signal);
    },
    upload: (path, form, signal) => send(path, { method: 'POST', body: form }, signal),
  };
}

/** fetch says "fetch failed" and keeps what happened in the innermost cause. */
function causeOf(error: unknown): { code: string; text: string } {
  let at: unknown = error;
  while (at instanceof Error && at.cause !== undefined) at = at.cause;
  if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0];
  const code = (at as { code?: unknown } | null)?.code;
  const name = typeof code === 'string' ? code : '';
  const message = at instanceof Error ? at.message : String(at);
  return { code: name, text: `connection failed (${message || name})` };
}

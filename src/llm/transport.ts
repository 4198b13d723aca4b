/** Calls to a server of language models: JSON and forms out, text in. The key is cut out of everything that comes back. */
import { FormData, openHttp, type HttpRequest } from '../core/http/client.js';

/** What became of one call. */
export type HttpResult =
  | { kind: 'answer'; status: number; retryAfter: string | null; text: string }
  /** No whole answer. `reached`: the server may have done (and charged) the work. */
  | { kind: 'broken'; reason: string; reached: boolean };

export interface TransportOptions {
  /** Up to and with `/v1`. */
  baseUrl: string;
  apiKey?: string | undefined;
  /** Longest time of a call, from its first byte out to its last byte in. */
  timeoutMs: number;
  /** Longest answer. Default 256 MiB: the output file of a large batch. */
  maxBytes?: number;
}

/** Lines to be sent as a file, and the form's other fields. */
export interface FormFile {
  name: string;
  lines: string;
  fields: Readonly<Record<string, string>>;
}

export interface Transport {
  get(path: string, signal?: AbortSignal): Promise<HttpResult>;
  /** `timeoutMs`: of this call. */
  post(path: string, body: unknown, signal?: AbortSignal, timeoutMs?: number): Promise<HttpResult>;
  /** With a body, as databases want it that are told what to delete. */
  delete(path: string, body: unknown, signal?: AbortSignal): Promise<HttpResult>;
  upload(path: string, file: FormFile, signal?: AbortSignal): Promise<HttpResult>;
  /** Ends all connections, at once. */
  close(): Promise<void>;
}

/** A transport over connections of its own; see {@link openHttp} for what holds of every call. */
export function openTransport({ baseUrl, apiKey, timeoutMs, maxBytes }: TransportOptions): Transport {
  const secret =
    apiKey === undefined ? undefined : { header: 'authorization', value: apiKey, scheme: 'Bearer' as const };
  const http = openHttp({ baseUrl, secret, timeoutMs, maxBytes });
  const send = async (request: HttpRequest, signal?: AbortSignal, ownMs = timeoutMs): Promise<HttpResult> => {
    const result = await http.send(request, { signal, timeoutMs: ownMs });
    if (result.kind === 'broken') return { kind: 'broken', reason: result.reason, reached: result.reached };
    const text = http.redact(new TextDecoder().decode(result.bytes));
    return { kind: 'answer', status: result.status, retryAfter: result.headers('retry-after'), text };
  };
  const sendJson = (method: HttpRequest['method'], path: string, body: unknown, signal?: AbortSignal, ownMs?: number) =>
    send({ method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, signal, ownMs);
  return {
    get: (path, signal) => send({ method: 'GET', path }, signal),
    post: (path, body, signal, ownMs) => sendJson('POST', path, body, signal, ownMs),
    delete: (path, body, signal) => sendJson('DELETE', path, body, signal),
    upload: (path, { name, lines, fields }, signal) => {
      const form = new FormData();
      for (const [field, value] of Object.entries(fields)) form.set(field, value);
      form.set('file', new Blob([lines], { type: 'application/jsonl' }), name);
      return send({ method: 'POST', path, body: form }, signal);
    },
    close: () => http.close(),
  };
}

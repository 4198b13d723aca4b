/** HTTP to one server. The key is known here and nowhere else, and is cut out of everything that comes back. */
import { Agent, FormData, request, type Dispatcher } from 'undici';
import { DeadlineError, endsWithin, withDeadline } from '../core/deadline.js';

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
  post(path: string, body: unknown, signal?: AbortSignal): Promise<HttpResult>;
  /** With a body, as databases want it that are told what to delete. */
  delete(path: string, body: unknown, signal?: AbortSignal): Promise<HttpResult>;
  upload(path: string, file: FormFile, signal?: AbortSignal): Promise<HttpResult>;
  /** Ends all connections, at once. */
  close(): Promise<void>;
}

/** Failures before a connection stood: nothing was done at the other end. */
const unreached = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const CLOSE_MS = 2000;

/**
 * A transport over connections of its own. An aborted signal throws its reason; everything else is a result. Every call
 * ends within its time, whatever the server does and whatever becomes of the signal in the HTTP library. Redirects are not
 * followed: the key goes to the server that was named, and to no other.
 */
export function openTransport({ baseUrl, apiKey, timeoutMs, maxBytes = 2 ** 28 }: TransportOptions): Transport {
  const root = baseUrl.replace(/\/+$/, '');
  const authorization = apiKey === undefined ? undefined : { authorization: `Bearer ${apiKey}` };
  const redact = (text: string) => (apiKey === undefined ? text : text.replaceAll(apiKey, '[key]'));
  // Our deadline is the only clock: the library's own would end slow models after five minutes.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const send = async (path: string, init: Init, outer?: AbortSignal): Promise<HttpResult> => {
    const headers = { 'user-agent': 'ra-rft', ...init.headers, ...authorization };
    try {
      return await withDeadline(
        async (signal) => {
          const answer = await request(root + path, { ...init, headers, signal, dispatcher: agent });
          const retryAfter = [answer.headers['retry-after'] ?? null].flat()[0] ?? null;
          return {
            kind: 'answer',
            status: answer.statusCode,
            retryAfter,
            text: redact(await textOf(answer, maxBytes)),
          };
        },
        { timeoutMs, signal: outer },
      );
    } catch (error) {
      outer?.throwIfAborted();
      if (error instanceof DeadlineError) {
        return { kind: 'broken', reason: `no answer within ${timeoutMs / 1000} s`, reached: true };
      }
      const { code, text } = causeOf(error);
      return { kind: 'broken', reason: redact(text), reached: !unreached.has(code) };
    }
  };
  const sendJson = (method: Init['method'], path: string, body: unknown, signal?: AbortSignal) =>
    send(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }, signal);
  return {
    get: (path, signal) => send(path, { method: 'GET' }, signal),
    post: (path, body, signal) => sendJson('POST', path, body, signal),
    delete: (path, body, signal) => sendJson('DELETE', path, body, signal),
    upload: (path, { name, lines, fields }, signal) => {
      const form = new FormData();
      for (const [field, value] of Object.entries(fields)) form.set(field, value);
      form.set('file', new Blob([lines], { type: 'application/jsonl' }), name);
      return send(path, { method: 'POST', body: form }, signal);
    },
    close: async () => {
      await endsWithin(CLOSE_MS, agent.destroy());
    },
  };
}

interface Init {
  method: 'GET' | 'POST' | 'DELETE';
  headers?: Record<string, string>;
  body?: string | FormData;
}

async function textOf({ body }: Dispatcher.ResponseData, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** What happened, by the innermost cause of an error. */
function causeOf(error: unknown): { code: string; text: string } {
  let at: unknown = error;
  while (at instanceof Error && at.cause !== undefined) at = at.cause;
  if (at instanceof AggregateError && at.errors.length > 0) at = at.errors[0];
  const code = (at as { code?: unknown } | null)?.code;
  const name = typeof code === 'string' ? code : '';
  const message = at instanceof Error ? at.message : String(at);
  return { code: name, text: `connection failed (${message || name})` };
}

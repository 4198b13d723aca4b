/** HTTP to one server. A secret is known here and nowhere else, and is cut out of what is said about a call. */
import { Agent, FormData, request } from 'undici';
import { DeadlineError, endsWithin, withDeadline, type DeadlineOptions } from '../deadline.js';

/** A form as the connections take it. */
export { FormData };

/** What became of one call. */
export type HttpResult =
  | { kind: 'answer'; status: number; headers: AnswerHeaders; bytes: Uint8Array }
  /** No whole answer. `reached`: the server may have done the work. `late`: it took the call and did not answer in time. */
  | { kind: 'broken'; reason: string; reached: boolean; late: boolean };

/** A header of an answer by its name in lower case; null where there is none. */
export type AnswerHeaders = (name: string) => string | null;

/** The same of an answer that is read as it comes; each piece within the time of a call. Reading no further ends the connection. */
export type HttpStream =
  | { kind: 'answer'; status: number; headers: AnswerHeaders; pieces: AsyncIterable<Uint8Array> }
  | Extract<HttpResult, { kind: 'broken' }>;

export interface HttpRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** What follows the base address. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array | FormData;
}

export interface HttpOptions {
  baseUrl: string;
  /** A key, and the header that carries it to this server and to no other. */
  secret?: { header: string; value: string; scheme?: 'Bearer' } | undefined;
  /** Longest time of a call, from its first byte out to its last byte in. */
  timeoutMs: number;
  /** Longest answer. Default 256 MiB. */
  maxBytes?: number | undefined;
  /** Another way to reach the server, as with a proxy. Default: connections of our own. */
  fetch?: Fetch | undefined;
}

/** As the standard's `fetch`, of which this much is used. */
export type Fetch = (
  url: string,
  init: {
    method: string;
    headers: Record<string, string>;
    body?: string | Uint8Array<ArrayBuffer>;
    redirect: 'manual';
    signal: AbortSignal;
  },
) => Promise<{
  status: number;
  headers: { get(name: string): string | null };
  body: AsyncIterable<Uint8Array> | null;
}>;

export interface HttpClient {
  /** An aborted signal throws its reason; everything else is a result. `timeoutMs`: of this call. */
  send(request: HttpRequest, options?: { signal?: AbortSignal | undefined; timeoutMs?: number }): Promise<HttpResult>;
  /** As `send`, of answers that are long under way. What breaks off throws while it is read. */
  stream(request: HttpRequest, options?: { signal?: AbortSignal | undefined }): Promise<HttpStream>;
  /** A text without the secret. */
  redact(text: string): string;
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
 * A client over connections of its own. Every call ends within its time, whatever the server does and whatever becomes of the
 * signal in the HTTP library. Redirects are not followed: the key goes to the server that was named, and to no other.
 */
export function openHttp(options: HttpOptions): HttpClient {
  const { baseUrl, secret, timeoutMs: usualMs, maxBytes = 2 ** 28 } = options;
  const root = baseUrl.replace(/\/+$/, '');
  const value = secret && (secret.scheme ? `${secret.scheme} ${secret.value}` : secret.value);
  const secretHeader: Record<string, string> = secret && value !== undefined ? { [secret.header]: value } : {};
  const redact = (text: string) => (secret ? text.replaceAll(secret.value, '[key]') : text);
  const way = options.fetch ? reachWith(options.fetch) : ownConnections();
  type Broken = Extract<HttpResult, { kind: 'broken' }>;
  const call = async <T>(
    { path, headers, ...init }: HttpRequest,
    { signal: outer, timeoutMs = usualMs }: { signal?: AbortSignal | undefined; timeoutMs?: number },
    use: (answer: WayAnswer, facts: { kind: 'answer'; status: number; headers: AnswerHeaders }) => Promise<T>,
  ): Promise<T | Broken> => {
    try {
      return await withDeadline(
        async (signal) => {
          const all = { 'user-agent': 'ra-rft', ...headers, ...secretHeader };
          const answer = await way.reach(root + path, { ...init, headers: all, signal });
          return use(answer, { kind: 'answer', status: answer.status, headers: answer.headers });
        },
        { timeoutMs, signal: outer },
      );
    } catch (error) {
      outer?.throwIfAborted();
      if (error instanceof DeadlineError) {
        return { kind: 'broken', reason: `no answer within ${timeoutMs / 1000} s`, reached: true, late: true };
      }
      const { code, text } = causeOf(error);
      return { kind: 'broken', reason: redact(text), reached: !unreached.has(code), late: false };
    }
  };
  return {
    redact,
    close: () => way.close(),
    send: (sent, own = {}) =>
      call(sent, own, async ({ body }, facts) => ({ ...facts, bytes: await bytesOf(body, maxBytes) })),
    stream: (sent, { signal } = {}) =>
      call(sent, { signal }, (answer, facts) =>
        Promise.resolve({ ...facts, pieces: inTime(answer, { timeoutMs: usualMs, signal }) }),
      ),
  };
}

interface WayAnswer {
  status: number;
  headers: AnswerHeaders;
  body: AsyncIterable<Uint8Array> | null;
  /** Ends the connection where the body is not read to its end. */
  end: () => void;
}

interface Way {
  reach(
    url: string,
    init: {
      method: HttpRequest['method'];
      headers: Record<string, string>;
      body?: HttpRequest['body'];
      signal: AbortSignal;
    },
  ): Promise<WayAnswer>;
  close(): Promise<void>;
}

function ownConnections(): Way {
  // Our deadline is the only clock: the library's own would end slow answers after five minutes.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  return {
    reach: async (url, { body, ...init }) => {
      const answer = await request(url, { ...init, ...(body !== undefined && { body }), dispatcher: agent });
      const headers: AnswerHeaders = (name) => [answer.headers[name] ?? null].flat()[0] ?? null;
      const end = () => void answer.body.on('error', () => undefined).destroy();
      return { status: answer.statusCode, headers, body: answer.body, end };
    },
    close: async () => {
      await endsWithin(CLOSE_MS, agent.destroy());
    },
  };
}

function reachWith(fetch: Fetch): Way {
  return {
    reach: async (url, { body, ...init }) => {
      if (body instanceof FormData) throw new TypeError('forms go over our own connections only');
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : new Uint8Array(body) };
      const answer = await fetch(url, { ...init, ...sent, redirect: 'manual' });
      return {
        status: answer.status,
        headers: (name) => answer.headers.get(name),
        body: answer.body,
        end: () => undefined,
      };
    },
    close: () => Promise.resolve(),
  };
}

/** The pieces of a body, each within the time. */
async function* inTime({ body, end }: WayAnswer, options: DeadlineOptions): AsyncGenerator<Uint8Array> {
  const pieces = body?.[Symbol.asyncIterator]();
  try {
    while (pieces) {
      const { done, value } = await withDeadline(() => pieces.next(), options);
      if (done === true) return;
      yield value;
    }
  } finally {
    end();
  }
}

async function bytesOf(body: AsyncIterable<Uint8Array> | null, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes / 2 ** 20} MiB`);
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
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

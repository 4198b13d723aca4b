/** An endpoint as data: its schemas check what comes in, answer what goes out, and are the OpenAPI document. */
import type { Hono } from 'hono';
import { z } from 'zod';
import { RaRftError } from '../../core/errors.js';
import { eventStream, stopOf } from '../http/event-stream.js';

export interface Endpoint {
  method: 'get' | 'post' | 'delete';
  /** With `:name` for a part of it. */
  path: string;
  summary: string;
  body?: z.ZodType;
  /** What may follow the `?`; all values come as text. */
  query?: z.ZodObject;
  answer: z.ZodType;
  /** Server-sent events instead of one answer: `handle` gives a {@link Stream}, `answer` is the schema of their data. */
  streams?: true;
  handle: (call: Call & { body: unknown; query: unknown }) => Promise<unknown>;
}

interface Call {
  params: Record<string, string>;
  /** Aborts when the caller has gone away, and of a stream also when the server ends. */
  signal: AbortSignal;
  /** The id of the last event that the caller of a stream has, where it had one before. */
  after?: string | undefined;
}

/** What an endpoint streams. */
export type Stream<T = unknown> = AsyncIterable<StreamEvent<T>>;

export interface StreamEvent<T = unknown> {
  /** Sent again by a caller that comes back. */
  id: string;
  data: T;
}

/** An endpoint whose body has a type. */
export function endpoint<In>(
  own: Omit<Endpoint, 'body' | 'query' | 'handle'> & {
    body: z.ZodType<In>;
    handle: (body: In, call: Call) => Promise<unknown>;
  },
): Endpoint {
  return { ...own, handle: ({ body, ...call }) => own.handle(parsed(own.body, body, 'body'), call) };
}

/** A GET whose query has a type. */
export function queried<In>(
  own: Omit<Endpoint, 'method' | 'body' | 'query' | 'handle'> & {
    query: z.ZodObject & z.ZodType<In>;
    handle: (query: In, call: Call) => Promise<unknown>;
  },
): Endpoint {
  return { ...own, method: 'get', handle: ({ query, ...call }) => own.handle(parsed(own.query, query, 'query'), call) };
}

/** A GET that streams. */
export function streamed<T>(
  own: Omit<Endpoint, 'method' | 'body' | 'query' | 'streams' | 'handle'> & {
    answer: z.ZodType<T>;
    handle: (call: Call) => Promise<Stream<T>>;
  },
): Endpoint {
  return { ...own, method: 'get', streams: true };
}

/** `ending` aborts when the server ends, which ends streams; `told` gets what fails in them and is not told to callers. */
export function mount(
  app: Hono,
  endpoints: readonly Endpoint[],
  { ending, told }: { ending: AbortSignal; told: (error: unknown) => void },
): void {
  for (const { method, path, body, streams, handle } of endpoints) {
    app[method](path, async (c) => {
      const given: unknown = body ? await jsonBody(c.req.raw) : undefined;
      const call = { params: c.req.param(), query: c.req.query(), body: given, signal: c.req.raw.signal };
      if (!streams) return c.json((await handle(call)) as object);
      const stop = stopOf(call.signal, ending);
      try {
        const events = await handle({ ...call, signal: stop.signal, after: c.req.header('last-event-id') });
        return eventStream(c, events as Stream, { stop, told });
      } catch (error) {
        stop.release();
        throw error;
      }
    });
  }
}

/** The body of a request. Throws `usage` where it is not JSON. */
export async function jsonBody(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new RaRftError({
      code: 'usage',
      message: `the body is not JSON: ${JSON.stringify(text.slice(0, 60))}`,
      where: 'body',
      expected: 'a JSON object',
      cause,
    });
  }
}

/** What a schema makes of a part of a call. Throws `usage` at the first thing that it refuses. */
export function parsed<T>(schema: z.ZodType<T>, given: unknown, part: 'body' | 'query'): T {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys : undefined;
  throw new RaRftError({
    code: 'usage',
    message: issue?.message ?? 'the body is not what is expected',
    where: [part, ...(issue?.path ?? [])].map(String).join('.'),
    ...(unknownKeys && schema instanceof z.ZodObject && { expected: Object.keys(schema.shape).join(', ') }),
    hint: 'GET /openapi.json has the schemas.',
  });
}

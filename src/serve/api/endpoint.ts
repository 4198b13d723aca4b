/** An endpoint as data: its schemas check what comes in, answer what goes out, and are the OpenAPI document. */
import type { Hono } from 'hono';
import { z } from 'zod';
import { RaRftError } from '../../core/errors.js';

export interface Endpoint {
  method: 'get' | 'post' | 'delete';
  /** With `:name` for a part of it. */
  path: string;
  summary: string;
  body?: z.ZodType;
  answer: z.ZodType;
  handle: (call: { body: unknown; params: Record<string, string>; signal: AbortSignal }) => Promise<unknown>;
}

/** An endpoint whose body has a type. */
export function endpoint<In>(
  own: Omit<Endpoint, 'body' | 'handle'> & {
    body: z.ZodType<In>;
    handle: (body: In, call: { params: Record<string, string>; signal: AbortSignal }) => Promise<unknown>;
  },
): Endpoint {
  return { ...own, handle: ({ body, ...call }) => own.handle(parsedBody(own.body, body), call) };
}

export function mount(app: Hono, endpoints: readonly Endpoint[]): void {
  for (const { method, path, body, handle } of endpoints) {
    app[method](path, async (c) => {
      const given: unknown = body ? await jsonBody(c.req.raw) : undefined;
      return c.json((await handle({ body: given, params: c.req.param(), signal: c.req.raw.signal })) as object);
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

/** What a schema makes of a body. Throws `usage` at the first thing that it refuses. */
export function parsedBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknownKeys = issue?.code === 'unrecognized_keys' ? issue.keys : undefined;
  throw new RaRftError({
    code: 'usage',
    message: issue?.message ?? 'the body is not what is expected',
    where: ['body', ...(issue?.path ?? [])].map(String).join('.'),
    ...(unknownKeys && schema instanceof z.ZodObject && { expected: Object.keys(schema.shape).join(', ') }),
    hint: 'GET /openapi.json has the schemas.',
  });
}

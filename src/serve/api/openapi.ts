/** The OpenAPI document of endpoints, made from the schemas that check their calls. */
import { z } from 'zod';
import type { Endpoint } from './endpoint.js';

/** Every failure, whatever its status. */
export const failureSchema = z.object({
  error: z.object({
    code: z.string().describe('What went wrong, for programs (docs/errors.md).'),
    message: z.string(),
    where: z.string().optional(),
    expected: z.string().optional(),
    hint: z.string().optional(),
  }),
});

export function openApi(endpoints: readonly Endpoint[], { version }: { version: string }): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const { method, path, summary, body, query, answer, streams } of endpoints) {
    const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);
    const parameters = [
      ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
      ...Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
        name,
        in: 'query',
        required: !z.safeParse(schema, undefined).success,
        schema: jsonSchema(schema, 'input'),
      })),
    ];
    (paths[path.replaceAll(/:(\w+)/g, '{$1}')] ??= {})[method] = {
      summary,
      ...(parameters.length > 0 && { parameters }),
      ...(body && { requestBody: { required: true, content: content(body, 'application/json', 'input') } }),
      responses: {
        '200': {
          description: 'done',
          content: content(answer, streams ? 'text/event-stream' : 'application/json', 'output'),
        },
        default: { description: 'not done, and why', content: content(failureSchema, 'application/json', 'output') },
      },
    };
  }
  const bearer = { type: 'http', scheme: 'bearer' };
  return {
    openapi: '3.1.0',
    info: { title: 'ra-rft', version },
    components: { securitySchemes: { bearer } },
    security: [{}, { bearer: [] }],
    paths,
  };
}

function content(schema: z.ZodType, type: string, io: 'input' | 'output'): object {
  return { [type]: { schema: jsonSchema(schema, io) } };
}

function jsonSchema(schema: z.core.$ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...own } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return own;
}

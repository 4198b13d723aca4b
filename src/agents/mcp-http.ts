/** The MCP server over HTTP (streamable, without sessions): each request is answered by itself, as JSON. */
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { Hono } from 'hono';
import { access, type AccessRules } from '../serve/http/access.js';
import { mcpServer } from './mcp.js';
import type { WorkedExamples } from './examples.js';

/** Answers at `/mcp`. Who may call is as in `ra-rft serve`. */
export function mcpApp(examples: WorkedExamples, options: AccessRules & { version: string }): Hono {
  const app = new Hono();
  app.use(access(options));
  app.all('/mcp', async (c) => {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    const server = mcpServer(examples, options);
    await server.connect(transport);
    try {
      return await transport.handleRequest(c.req.raw);
    } finally {
      await server.close();
    }
  });
  return app;
}

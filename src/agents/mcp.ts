/** An MCP server over worked examples: three tools for any agent that speaks the Model Context Protocol. */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { exampleText, searchTool, type WorkedExamples } from './examples.js';

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] });

/** `add_worked_example` and `report_outcome` are there where the examples can be changed and outcomes are kept. */
export function mcpServer(examples: WorkedExamples, { version }: { version: string }): McpServer {
  const { add, outcomes } = examples;
  const server = new McpServer({ name: 'ra-rft', version });
  server.registerTool(
    searchTool.name,
    {
      description: searchTool.description,
      inputSchema: searchTool.input.shape,
      annotations: { readOnlyHint: true },
    },
    async ({ problem, k }) => {
      const found = await examples.search(problem, { k });
      const texts = found.map(({ id, trace }) => `Example ${id}\n${exampleText(trace)}`);
      return said(texts.join('\n\n') || 'There is no example.');
    },
  );
  if (add) {
    server.registerTool(
      'add_worked_example',
      {
        description: 'Keep a problem that was solved, with its solution, for others like it.',
        inputSchema: {
          id: z.string().min(1).describe('A name that no other example has.'),
          problem: z.string().min(1),
          solution: z.string().min(1).describe('The solution, step by step.'),
        },
      },
      async ({ id, problem, solution }) => {
        await add([{ id, question: problem, trace: solution }]);
        return said(`Example ${id} is kept.`);
      },
    );
  }
  if (outcomes) {
    server.registerTool(
      'report_outcome',
      {
        description: 'Say whether an example that was found helped: the search learns from it.',
        inputSchema: {
          problem: z.string().min(1).describe('The problem, as it was searched with.'),
          exampleId: z.string().min(1),
          helped: z.boolean().describe('Whether the problem was solved with it.'),
        },
      },
      async ({ problem, exampleId, helped }) => {
        await outcomes.report({ question: problem, traceId: exampleId, relevant: helped });
        return said('Noted.');
      },
    );
  }
  return server;
}

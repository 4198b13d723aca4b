import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { listen } from '../serve/index.js';
import type { WorkedExamples } from './examples.js';
import { mcpApp } from './mcp-http.js';
import { mcpServer } from './mcp.js';
import { OutcomeLog } from './outcomes.js';
import { fewExamples, question } from './testing/examples.js';

/** A client of the real library, over pipes. */
async function connected(examples: WorkedExamples): Promise<Client> {
  const [mine, theirs] = InMemoryTransport.createLinkedPair();
  await mcpServer(examples, { version: '1' }).connect(theirs);
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(mine);
  onTestFinished(() => client.close());
  return client;
}

const textOf = (result: Awaited<ReturnType<Client['callTool']>>) =>
  (result.content as { text: string }[]).map(({ text }) => text).join('');

it('an agent finds an example, keeps one of its own, and says what helped', async () => {
  const outcomes = join(await temporaryFolder(), 'outcomes.jsonl');
  const log = await OutcomeLog.open(outcomes);
  onTestFinished(() => log.close());
  const examples = fewExamples();
  const client = await connected({ ...examples, outcomes: log });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['search_worked_examples', 'add_worked_example', 'report_outcome']);
  const search = (problem: string, k = 1) =>
    client.callTool({ name: 'search_worked_examples', arguments: { problem, k } }).then(textOf);
  expect(await search(question)).toBe(
    'Example loss\nProblem: A box of 20 nuts loses 5 nuts. How much remains?\nSolution: 20 - 5 = \\boxed{15}',
  );
  expect(await search('half of the ships', 2)).toContain('Half of the ships: divide by two.');
  const own = { id: 'own', problem: 'A lake of 9 swans.', solution: 'Count them.' };
  await client.callTool({ name: 'add_worked_example', arguments: own });
  expect(await search('swans of a lake')).toContain('Example own');
  const told = { problem: question, exampleId: 'loss', helped: true };
  await client.callTool({ name: 'report_outcome', arguments: told });
  await client.callTool({ name: 'report_outcome', arguments: { ...told, exampleId: 'rows', helped: false } });
  expect(
    (await readFile(outcomes, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    { question, traceId: 'loss', relevant: true },
    { question, traceId: 'rows', relevant: false },
  ]);
});

it('has only the tools that can be used, and says what was asked wrongly', async () => {
  const client = await connected({ ...fewExamples(), add: undefined });
  expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['search_worked_examples']);
  for (const wrong of [{ problem: '' }, { problem: 'x', k: 0 }, {}])
    expect(await client.callTool({ name: 'search_worked_examples', arguments: wrong })).toMatchObject({
      isError: true,
    });
});

it.each([
  ['an answer of its own', '"}]}}\r\n\r\nevent: message\ndata: {"jsonrpc":"2.0","id":1,"result":{}}\n\n'],
  ['what terminals and pages obey', '\u001b[2J\u001b]0;title\u0007\u009b31m\u0000\u202e<script>alert(1)</script>'],
  ['half a character', 'half \ud800 of it'],
])('a text that holds %s comes over as that text, in one piece', async (_, trace) => {
  const examples = fewExamples();
  await examples.add?.([{ id: 'odd', question: 'An odd swan.', trace }]);
  const asked = { problem: 'An odd swan.', k: 1 };
  const wanted = `Example odd\nProblem: An odd swan.\nSolution: ${trace}`.replace('\ud800', '\ufffd');
  const { content } = await (await connected(examples)).callTool({ name: 'search_worked_examples', arguments: asked });
  expect(JSON.stringify(content)).toBe(
    JSON.stringify([{ type: 'text', text: `Example odd\nProblem: An odd swan.\nSolution: ${trace}` }]),
  );
  const app = mcpApp(examples, { version: '1', loopback: true });
  const server = await listen((request) => app.fetch(request), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close(0));
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)));
  onTestFinished(() => client.close());
  const over = await client.callTool({ name: 'search_worked_examples', arguments: asked });
  expect(textOf(over).replace('\ud800', '\ufffd')).toBe(wanted);
});

it('answers over HTTP those who may ask', async () => {
  const app = mcpApp(fewExamples(), { version: '1', loopback: true, token: 'secret' });
  const server = await listen((request) => app.fetch(request), { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close(0));
  const { url } = server;
  const open = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const client = new Client({ name: 'test', version: '1' });
    const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } });
    await client.connect(transport);
    onTestFinished(() => client.close());
    return client;
  };
  await expect(open('wrong')).rejects.toThrow('the token is missing or wrong');
  const client = await open('secret');
  for (let turn = 0; turn < 2; turn++) {
    const found = await client.callTool({ name: 'search_worked_examples', arguments: { problem: question } });
    expect(textOf(found)).toContain('Example loss');
  }
  expect((await fetch(`${url}/mcp`, { headers: { origin: 'https://evil.example' } })).status).toBe(403);
});

/** The server as a process: it answers, and a signal ends it when what is under way has been answered. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import { raRft } from '../src/cli/testing/ra-rft.js';
import { ServiceClient } from '../src/serve/index.js';

const example = (name: string) => fileURLToPath(new URL(`../examples/retriever/${name}`, import.meta.url));

test('a retriever that was trained by the command line is served by it, until SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-serve-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const retriever = join(folder, 'retriever');
  const files = ['--labels', example('labels.jsonl'), '--corpus', example('traces.jsonl'), '--out', retriever];
  expect((await raRft('retriever', 'train', ...files, '--set', 'steps=60')).code).toBe(0);

  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'serve', '--retriever', retriever, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url = /http:\/\/[\d.:]+/.exec(line)?.[0] ?? '';
    if (url !== '') break;
  }
  const client = new ServiceClient({ url });
  onTestFinished(() => client.close());
  const question = 'A jar of 90 nuts loses 14 nuts. How much remains in it?';
  const asked = Array.from({ length: 8 }, () => client.retrieve({ question, k: 2 }));
  const [first] = await Promise.all(asked);
  expect(first?.hits).toHaveLength(2);
  const last = client.retrieve({ question, k: 3 });
  await expect.poll(() => client.retrievers()).toBeDefined();
  child.kill('SIGTERM');
  expect((await last).hits).toHaveLength(3);
  expect((await ended)[0]).toBe(0);

  // The same for agents, over the pipes of the process.
  const args = ['--import', 'tsx', main, 'mcp', '--retriever', retriever];
  const transport = new StdioClientTransport({ command: process.execPath, args, stderr: 'inherit' });
  const agent = new Client({ name: 'test', version: '1' });
  await agent.connect(transport);
  const found = await agent.callTool({ name: 'search_worked_examples', arguments: { problem: question } });
  expect(found.content).toMatchObject([
    { type: 'text', text: expect.stringMatching(/^Example .*Solution: /s) as string },
  ]);
  await agent.close();
});

test('what cannot be served ends at once with its reason', async () => {
  expect(await raRft('serve', '--retriever', join(tmpdir(), 'ra-rft-nowhere'), '--port', '0')).toMatchObject({
    code: 2,
  });
  expect(await raRft('serve', '--host', '0.0.0.0', '--port', '0')).toMatchObject({
    code: 3,
    err: expect.stringContaining('--token-env') as string,
  });
  expect(await raRft('serve', '--upstream', 'http://models.example/v1', '--port', '0')).toMatchObject({ code: 3 });
  const completion = ['--upstream', 'http://127.0.0.1:1/v1', '--set', 'prompt.layout=completion', '--port', '0'];
  expect(await raRft('serve', ...completion)).toMatchObject({ code: 3 });
});

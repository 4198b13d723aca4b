/** The example of a retriever in ten lines, run as a user runs it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('the example trains, is graded, and serves what helps', async () => {
  const file = fileURLToPath(new URL('../examples/retriever/serve.ts', import.meta.url));
  const port = await freePort();
  const child = spawn(process.execPath, ['--import', 'tsx', file, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line === 'ready') break;
  }
  expect(lines.join(' ')).toMatch(/recallAt1: (?:1|0\.[5-9])/);
  const ask = async (question: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/?q=${encodeURIComponent(question)}`);
    return (await response.json()) as { id: string; rank: number; trace: { strategy: string } }[];
  };
  const hits = await ask('A jar of 90 nuts loses 14 nuts. How much remains in it?');
  expect(hits.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  expect(hits[0]!.trace.strategy).toBe('difference');
  // A question that is refused ends nothing.
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(400);
  expect(await ask('A rope of 60 metres is cut into 5 equal pieces. How long is each piece?')).toHaveLength(3);
});

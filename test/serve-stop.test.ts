/** Servers as processes that are told to end while they open their retrievers: they end at once and leave nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { trainedRetriever } from '../src/serve/testing/served.js';

const trained = trainedRetriever();
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));

/** A retriever whose traces are encoded when it is opened, which takes minutes. */
async function slowToOpen(): Promise<string> {
  const folder = await trained.own();
  const words = 'with the lamps we halve until it is right '.repeat(20);
  const lines = Array.from({ length: 60_000 }, (_, id) => JSON.stringify({ id: `t${id}`, text: words }));
  await writeFile(join(folder, 'traces.jsonl'), lines.join('\n'));
  await rm(join(folder, 'index'), { recursive: true });
  return folder;
}

const verbs: [verb: string, options: string[]][] = [
  ['serve', ['--port', '0']],
  ['mcp', []],
  ['mcp', ['--port', '0']],
];

test.each(verbs)('%s %j', async (verb, options) => {
  const folder = await slowToOpen();
  const args = ['--import', 'tsx', main, verb, '--retriever', folder, ...options];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit');
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => (err += text.toString()));
  await expect.poll(() => err, { timeout: 60_000 }).toContain('traces are encoded again');
  const start = performance.now();
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(performance.now() - start).toBeLessThan(10_000);
  expect([out, err]).toEqual(['', expect.not.stringContaining('Error') as string]);
  expect(await readdir(dirname(folder))).toEqual(['retriever']);
});

/** No host but the configured ones is ever looked up or met, and nothing is kept in the user's home: seen from outside, in processes of their own. */
import { execFile, spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compiled } from '../src/core/testing/compiled.js';
import { temporaryFolder } from '../src/core/testing/temporary-folder.js';
import { completion, startScriptedServer } from '../src/llm/testing/scripted-server.js';

const source = (path: string) => pathToFileURL(compiled(new URL(`../src/${path}`, import.meta.url))).href;
const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** A product of two matrices by ONNX Runtime, as a user of the package would compute it. */
const multiply = `const { multiplyOnce } = await import(${JSON.stringify(source('cli/doctor-matmul.ts'))});
if (!(await multiplyOnce(64)).right) process.exit(1);`;
const sample = `const { folderRef, openLocalEngine } = await import(${JSON.stringify(source('engine/index.ts'))});
const engine = openLocalEngine({ threads: 1 });
const policy = await engine.open(folderRef(${JSON.stringify(fileURLToPath(new URL('../assets/base', import.meta.url)))}));
await policy.sample([{ prompt: Int32Array.of(1, 2), n: 1, seed: 1 }], { maxTokens: 2, temperature: 1, stopTokens: [] });
await engine.dispose();`;
const inThread = (code: string) => `import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
const code = ${JSON.stringify(code)};
const [exit] = await once(new Worker(new URL('data:text/javascript,' + encodeURIComponent(code))), 'exit');
process.exitCode = exit;`;

/** Files in the home of a process that ran the code, and the addresses that it connected or sent to. */
async function seenOf(code: string): Promise<{ files: string[]; addresses: string[] }> {
  const home = await temporaryFolder();
  const trace = join(await temporaryFolder(), 'trace');
  const node = [process.execPath, '--input-type=module', '-e', code];
  const watched = ['strace', '-f', '-e', 'trace=connect,sendto,sendmsg,sendmmsg', '-o', trace, ...node];
  const [command = '', ...args] = hasStrace ? watched : node;
  const { PATH, TMPDIR } = process.env; // and nothing that would keep ONNX Runtime still, as CI does
  const env = {
    HOME: home,
    USERPROFILE: home,
    ...(PATH !== undefined && { PATH }),
    ...(TMPDIR !== undefined && { TMPDIR }),
  };
  await promisify(execFile)(command, args, { env, timeout: 170_000 });
  const calls = hasStrace ? await readFile(trace, 'utf8') : '';
  const addresses = [...calls.matchAll(/sin6?_port=htons\((\d+)\).*?"([^"]+)"/g)].map(
    ([, port, host]) => `${host}:${port}`,
  );
  return { files: await readdir(home, { recursive: true }), addresses: [...new Set(addresses)] };
}

describe.skipIf(process.platform === 'win32')('ONNX Runtime', () => {
  test.each([
    ['in the main thread', multiply],
    ["in the engine's thread", sample],
    ["in a thread of the user's", inThread(multiply)],
    ["in a thread that a thread of the user's started", inThread(sample)],
  ])('%s meets nobody and keeps nothing at home', { timeout: 180_000 }, async (_where, code) => {
    expect(await seenOf(code)).toEqual({ files: [], addresses: [] });
  });
});

test.skipIf(!hasStrace)('a judge meets its server and no other host (needs strace)', { timeout: 180_000 }, async () => {
  const server = await startScriptedServer(() => completion('{"justification":"x","verdict":"yes"}'));
  onTestFinished(() => server.close());
  const folder = await temporaryFolder();
  const { addresses, files } = await seenOf(`
    const { openLlmClient } = await import(${JSON.stringify(source('llm/index.ts'))});
    const { configSchema } = await import(${JSON.stringify(source('config/index.ts'))});
    const { llm } = configSchema.parse({ llm: { baseUrl: ${JSON.stringify(server.baseUrl)}, model: 'm', apiKeyEnv: null } });
    const client = await openLlmClient({ settings: llm, apiKey: undefined, cachePath: ${JSON.stringify(join(folder, 'r.jsonl'))} });
    await client.complete({ messages: [{ role: 'user', content: 'x' }], promptVersion: 'p', maxTokens: 5 });
    await client.dispose();
    ${multiply}`);
  expect(addresses).toEqual([new URL(server.baseUrl).host]);
  expect(files).toEqual([]);
  expect(server.seen).toHaveLength(1);
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCommandLine } from '../src/cli/command-line.js';
import { writeJsonl } from '../src/data/index.js';
import { adder, sums } from '../src/eval/policy/testing/sums.js';
import { startScriptedServer } from '../src/llm/testing/scripted-server.js';
import { compiled } from '../src/core/testing/compiled.js';
import { attempt } from './support/killed-run.js';

const main = compiled(new URL('../src/cli/main.ts', import.meta.url));

it('an evaluation of a server, killed at two moments, asks for nothing twice that was kept and leaves the same files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-eval-kill-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const server = await startScriptedServer((request) => ({ ...adder(request), delayMs: 5 }));
  onTestFinished(() => server.close());
  const data = join(folder, 'sums.jsonl');
  await writeJsonl(data, sums);
  const k = 60;
  const args = (out: string) =>
    `eval --policy ${server.baseUrl} --model m --data ${data} --k ${k} --out ${join(folder, out)} --quiet --set reward=boxed --set llm.apiKeyEnv=null`.split(
      ' ',
    );
  const nowhere = { write: () => true };
  expect(await runCommandLine(args('whole'), { out: nowhere, err: nowhere })).toBe(0);
  const calls = server.seen.length;
  expect(calls).toBe(sums.length * k);

  const moments = [0.3, 0.7].map((share) => calls + Math.ceil(share * calls));
  const seeds = () => server.seen.slice(calls).map(({ body }) => body['seed']);
  const kept = new Set<unknown>();
  for (const moment of moments) {
    const before = server.seen.length;
    const end = await attempt([main, ...args('killed')], () =>
      Promise.resolve(server.seen.length >= Math.max(moment, before + 20)),
    );
    expect(end, end.stderr).toMatchObject({ killed: true });
    for (const seed of seeds().slice(before - calls)) expect(kept.has(seed)).toBe(false);
    const replies = (await readFile(join(folder, 'killed', 'replies.jsonl'), 'utf8')).split('\n').slice(0, -1);
    for (const line of replies) kept.add((JSON.parse(line) as { request: { seed: number } }).request.seed);
    expect(kept.size).toBeGreaterThan(0);
  }
  const last = await attempt([main, ...args('killed')]);
  expect(last.exitCode, last.stderr).toBe(0);
  expect(new Set(seeds()).size).toBe(calls);
  for (const name of ['samples.jsonl', 'eval.json', 'settings.json'])
    expect(await readFile(join(folder, 'killed', name), 'utf8')).toBe(
      await readFile(join(folder, 'whole', name), 'utf8'),
    );
});

import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runCommandLine } from '../src/cli/command-line.js';
import { Rng } from '../src/core/rng.js';
import { compiled } from '../src/core/testing/compiled.js';
import { completion, startScriptedServer, type SeenRequest } from '../src/llm/testing/scripted-server.js';
import { attempt } from './support/killed-run.js';

const main = compiled(new URL('../src/cli/main.ts', import.meta.url));

const MODEL = 'test-model';

/** Solved problems by lot, one in eight of which is broken, a twin, a wrong answer or unsolved. */
function inputLines(count: number, rng: Rng): string {
  const word = () => `w${rng.int(5000)}`;
  const problem = (n: number) => ({
    id: `p${n}`,
    question: `problem<${n}> ${Array.from({ length: 12 }, word).join(' ')}`,
    solution: `We see ${word()} at once: $\\boxed{${n}}$.`,
    answer: String(n),
  });
  let earlier = problem(0);
  const lines = Array.from({ length: count }, (_, n) => {
    const lot = rng.int(32);
    if (lot === 0) return '{"id": broken';
    if (lot === 1) return JSON.stringify({ ...earlier, id: `twin${n}` });
    if (lot === 2) return JSON.stringify({ ...problem(n), answer: String(n + 1) });
    if (lot === 3) return JSON.stringify({ ...problem(n), solution: undefined });
    earlier = problem(n);
    return JSON.stringify(earlier);
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** What the server says depends on the question alone: every fifth first reply has no steps, every 25th problem never gets any. */
function teacher({ body }: SeenRequest) {
  const messages = body.messages ?? [];
  const n = Number(/problem<(\d+)>/.exec(messages[1]?.content ?? '')?.[1]);
  if (n % 25 === 0 || (n % 5 === 0 && messages.length === 2)) return completion('Nothing to see here.');
  return completion(`Step 1 (look): it is ${n}.\nTherefore, the final answer is: $\\boxed{${n}}$.`);
}

/** A request or a kept reply, as far as it can be told from others. */
const textOf = (messages: readonly { content: string }[] | undefined) => messages?.map((m) => m.content).join('\n');

/** Bytes by name; of the files of the language model, whose order is that of the answers, the number of replies. */
async function filesOf(folder: string): Promise<Record<string, string | number>> {
  const files: Record<string, string | number> = {};
  for (const name of (await readdir(folder)).toSorted()) {
    const text = await readFile(join(folder, name), 'utf8');
    if (name === 'llm-replies.calls.jsonl') continue;
    files[name] = name === 'llm-replies.jsonl' ? text.split('\n').length - 1 : text;
  }
  return files;
}

async function buildSetting(records: number, traces: 'raw' | 'summary') {
  const folder = await mkdtemp(join(tmpdir(), 'ra-rft-corpus-kill-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const input = join(folder, 'in.jsonl');
  await writeFile(input, inputLines(records, Rng.fromSeed('input')));
  let seen: (request: SeenRequest) => void = () => undefined;
  const server = await startScriptedServer((request) => {
    seen(request);
    return teacher(request);
  });
  onTestFinished(() => server.close());
  const config = join(folder, 'config.yaml');
  const llm = { baseUrl: server.baseUrl, model: MODEL, apiKeyEnv: null, concurrency: 8 };
  await writeFile(config, JSON.stringify({ reward: 'boxed', llm, corpus: { traces } })); // JSON is YAML
  const args = (out: string) => ['corpus', 'build', '--quiet', '--config', config, '--input', input, '--out', out];
  const onRequest = (listener: typeof seen) => (seen = listener);
  return { whole: join(folder, 'whole'), killed: join(folder, 'killed'), args, server, onRequest };
}

/** The files of a build that nobody disturbs. It ends with 4: some records are faulty. */
async function undisturbed(args: string[], out: string): Promise<Record<string, string | number>> {
  const nowhere = { write: () => true };
  expect(await runCommandLine(args, { out: nowhere, err: nowhere })).toBe(4);
  return filesOf(out);
}

it('a corpus build with a language model, killed at random moments, pays nothing twice and gives the same bytes', async () => {
  const { whole, killed, args, server, onRequest } = await buildSetting(560, 'summary');
  const expected = await undisturbed(args(whole), whole);
  expect(Object.keys(expected)).toEqual(['corpus.jsonl', 'llm-replies.jsonl', 'rejected.jsonl', 'summary.json']);

  const calls = server.seen.length;
  const rng = Rng.fromSeed('corpus kills');
  let kept = new Set<string | undefined>();
  let repeated = 0;
  onRequest(({ body }) => (repeated += Number(kept.has(textOf(body.messages)))));
  // Two kills among the first 90 % of the calls, one while the decisions are dealt out to the files.
  const points = [rng.next(), rng.next()].toSorted((a, b) => a - b).map((share) => Math.ceil(0.9 * share * calls));
  const dealingOut = () => existsSync(join(killed, 'corpus.jsonl.part')) || existsSync(join(killed, 'corpus.jsonl'));
  const moments = [...points.map((point) => () => server.seen.length - calls >= point), dealingOut];
  for (const moment of moments) {
    const callsBefore = server.seen.length;
    const end = await attempt([main, ...args(killed)], () =>
      Promise.resolve(moment() && (moment === dealingOut || server.seen.length > callsBefore)),
    );
    expect(end, end.stderr).toMatchObject({ killed: true });
    const lines = (await readFile(join(killed, 'llm-replies.jsonl'), 'utf8')).split('\n').slice(0, -1);
    const replies = lines.map((line) => JSON.parse(line) as { request: { messages: { content: string }[] } });
    kept = new Set(replies.map(({ request }) => textOf(request.messages)));
    expect(kept.size).toBeGreaterThan(0);
  }
  const last = await attempt([main, ...args(killed)]);
  expect(last.exitCode, last.stderr).toBe(4);
  expect(repeated).toBe(0);
  expect(await filesOf(killed)).toEqual(expected);
}, 120_000);

it('a corpus build without one, killed at random moments, gives the same bytes', async () => {
  const { whole, killed, args } = await buildSetting(3000, 'raw');
  const expected = await undisturbed(args(whole), whole);
  const bytes = (await stat(join(whole, 'corpus.jsonl'))).size + (await stat(join(whole, 'rejected.jsonl'))).size;
  const rng = Rng.fromSeed('raw corpus kills');
  const journal = join(killed, 'building.jsonl');
  const journalBytes = () =>
    stat(journal).then(
      ({ size }) => size,
      () => 0,
    );
  for (const share of [rng.next(), rng.next()].toSorted((a, b) => a - b)) {
    const before = await journalBytes();
    const end = await attempt([main, ...args(killed)], async () => {
      const now = await journalBytes();
      return now > before && now >= 0.9 * share * bytes;
    });
    expect(end, end.stderr).toMatchObject({ killed: true });
  }
  const last = await attempt([main, ...args(killed)]);
  expect(last.exitCode, last.stderr).toBe(4);
  expect(await filesOf(killed)).toEqual(expected);
}, 120_000);

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { Rng } from '../core/rng.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { testClient } from '../llm/testing/client.js';
import { completion, startScriptedServer, type Behaviour, type SeenRequest } from '../llm/testing/scripted-server.js';
import { judgeByLlm } from './llm-judge.js';
import { judgePrompt } from './llm-prompt.js';
import { startJudge, type JudgeProcess } from './testing/judge-process.js';
import { askedPairs, isRelevant, rightReply, taskQueries } from './testing/judge-task.js';
import type { Label } from './types.js';

const [queries, candidates] = [10, 12];
const settings = { prompt: judgePrompt, votes: 1, candidatesPerCall: 1, maxTokens: 50, temperature: 0 };
const promptOf = ({ body }: SeenRequest) => body.messages?.[1]?.content ?? '';
const pairOf = (request: SeenRequest) => JSON.stringify(askedPairs(promptOf(request))[0]);

/** What a bad server does instead of answering; the last two are answers, and paid for. */
const faults: readonly (() => Behaviour)[] = [
  () => ({ status: 429, headers: { 'retry-after': '0' } }),
  () => ({ status: 429, headers: { 'retry-after': new Date(0).toUTCString() } }),
  () => ({ status: 429 }),
  () => ({ status: 500, text: 'internal error' }),
  () => ({ cut: 'before' }),
  () => ({ cut: 'middle' }),
  () => ({ text: '{"choices": [{"mess' }),
  () => ({ stall: 'before' }),
  () => ({ stall: 'middle' }),
  () => completion('I think that {"justification": "both'),
  () => completion('', { refusal: 'I must decline' }),
];

/** 30 % of the calls, by lot. */
function badServer(seed: number, kinds = faults) {
  const rng = Rng.fromSeed(seed);
  const refused = new Set<string>();
  const behave = (request: SeenRequest): Behaviour => {
    const fault = rng.next() < 0.3 ? rng.pick(kinds) : undefined;
    if (fault === faults.at(-1)) refused.add(pairOf(request));
    return fault ? fault() : completion(rightReply(promptOf(request)));
  };
  return { behave, refused };
}

/** Every pair once; decided ones are right. Returns the failures by pair. */
function checkLabels(labels: readonly Label[]): Map<string, string> {
  const failed = new Map<string, string>();
  const seen = new Set<string>();
  for (const label of labels) {
    const [q, c] = [Number(label.problemId.slice(1)), Number(label.traceId.slice(1))];
    seen.add(`${q}/${c}`);
    if ('failed' in label) failed.set(JSON.stringify({ q, c }), label.failed);
    else expect(label.relevant).toBe(isRelevant(q, c));
  }
  expect(labels).toHaveLength(queries * candidates);
  expect(seen.size).toBe(queries * candidates);
  return failed;
}

test('with 30 % of the calls failing, every label arrives or says why not', { timeout: 30_000 }, async () => {
  const { behave, refused } = badServer(1);
  const { client, folder } = await testClient(behave, { retries: 9, timeoutSeconds: 0.7, concurrency: 16 });
  const labelsPath = join(folder, 'labels.jsonl');
  const labels = await judgeByLlm(taskQueries(queries, candidates), { ...settings, client, labelsPath });
  const failed = checkLabels(labels);
  const byRefusal = [...failed].filter(([, why]) => why === 'refused: I must decline').map(([pair]) => pair);
  expect(byRefusal.length).toBeGreaterThan(0);
  for (const pair of byRefusal) expect(refused).toContain(pair);
  // What is left failed on two replies in a row that could not be read.
  for (const [pair, why] of failed) if (!refused.has(pair)) expect(why).toMatch(/^no verdict in the reply/);
  expect(await readJsonlAll(labelsPath)).toEqual(labels);
});

test(
  'the money cap holds while calls fail: below it, by less than the most one call can cost',
  { timeout: 30_000 },
  async () => {
    const { behave } = badServer(
      2,
      faults.filter((_, i) => i !== 7 && i !== 8),
    );
    const { client, folder } = await testClient(behave, {
      retries: 9,
      maxUsd: 5,
      prices: [{ model: 'test-model', inputUsd: 1000, outputUsd: 1000 }],
    });
    const labelsPath = join(folder, 'labels.jsonl');
    const run = judgeByLlm(taskQueries(queries, candidates), { ...settings, client, labelsPath });
    await expect(run).rejects.toMatchObject({ code: 'budget' });
    const { usd, lostUsdAtMost, calls } = client.spent();
    const spent = usd! + lostUsdAtMost!;
    // 100 prompt tokens and a tenth more, at most 50 of reply, at 0.001 USD each.
    expect(spent).toBeLessThanOrEqual(5);
    expect(spent).toBeGreaterThan(5 - (0.11 + 0.05));
    expect(usd).toBeCloseTo(calls * 0.11, 9);
  },
);

test(
  'killed at any moment, it goes on: no kept reply is asked for again, no label is lost or doubled',
  { timeout: 90_000 },
  async () => {
    const folder = await temporaryFolder();
    const cache = join(folder, 'replies.jsonl');
    const { behave } = badServer(3, faults.slice(0, 7));
    const rng = Rng.fromSeed('kills');
    let kept = new Set<string>();
    let killAt = 0;
    let child: JudgeProcess | undefined;
    let repeated = 0;
    const server = await startScriptedServer((request) => {
      if (kept.has(pairOf(request))) repeated++;
      if (request.n === killAt) child?.kill();
      return behave(request);
    });
    onTestFinished(() => server.close());
    const runChild = () => {
      child = startJudge({ baseUrl: server.baseUrl, folder, queries, candidates });
      return child.ended;
    };
    const keptSizes: number[] = [];
    for (let kill = 0; kill < 3; kill++) {
      killAt = server.seen.length + 8 + rng.int(30);
      expect(await runChild()).toBe('SIGKILL');
      const whole = (await readFile(cache, 'utf8')).split('\n').slice(0, -1);
      const replies = whole.map((line) => JSON.parse(line) as { request: { messages: { content: string }[] } });
      kept = new Set(replies.map(({ request }) => JSON.stringify(askedPairs(request.messages[1]!.content)[0])));
      keptSizes.push(kept.size);
    }
    killAt = -1;
    expect(await runChild()).toBe(0);
    expect(keptSizes[0]).toBeGreaterThan(0);
    expect(keptSizes[2]).toBeGreaterThan(keptSizes[0]!);
    expect(repeated).toBe(0);
    expect(checkLabels(await readJsonlAll<Label>(join(folder, 'labels.jsonl'))).size).toBe(0);
    const keys = (await readJsonlAll<{ key: string }>(cache)).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(queries * candidates);
  },
);

test('killed at any moment, all attempts together stay below the money cap', { timeout: 90_000 }, async () => {
  const folder = await temporaryFolder();
  const { behave } = badServer(4, faults.slice(2, 6));
  const rng = Rng.fromSeed('kills at a limit');
  const [maxUsd, kills] = [6, 4];
  let killAt = 0;
  let child: JudgeProcess | undefined;
  let charged = 0;
  // A merciless server: it charges for a cut answer as well, and before it answers.
  const server = await startScriptedServer((request) => {
    const behaviour = behave(request);
    if ('cut' in behaviour || 'json' in behaviour) charged += (100 + 10) * 0.001;
    if (request.n === killAt) child?.kill();
    return behaviour;
  });
  onTestFinished(() => server.close());
  const runChild = () => {
    child = startJudge({ baseUrl: server.baseUrl, folder, queries, candidates, maxUsd });
    return child.ended;
  };
  for (let kill = 0; kill < kills; kill++) {
    killAt = server.seen.length + 3 + rng.int(8);
    expect(await runChild()).toBe('SIGKILL');
  }
  killAt = -1;
  expect(await runChild()).toBe(13);
  const [chargedThen, callsThen] = [charged, server.seen.length];
  expect(charged).toBeLessThanOrEqual(maxUsd);
  // Not because it gave up early: calls under way at a kill, and cut ones, count .16 or, as a command's first, up to .9.
  expect(charged).toBeGreaterThan(maxUsd / 3);
  expect(await runChild()).toBe(13);
  expect([charged, server.seen.length]).toEqual([chargedThen, callsThen]);
});

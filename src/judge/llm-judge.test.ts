import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readJsonlAll } from '../core/jsonl.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { testClient, type TestClient } from '../llm/testing/client.js';
import { completion, type Behaviour, type SeenRequest } from '../llm/testing/scripted-server.js';
import { judgeByLlm, type LlmJudgeOptions } from './llm-judge.js';
import { judgePrompt, loadJudgePrompt } from './llm-prompt.js';
import { askedPairs, isRelevant, replyOf, rightReply, taskQueries } from './testing/judge-task.js';
import type { Label } from './types.js';

const promptOf = ({ body }: SeenRequest) => body.messages?.[1]?.content ?? '';
const right = (request: SeenRequest) => completion(rightReply(promptOf(request)));
const settings = { prompt: judgePrompt, votes: 1, candidatesPerCall: 1, maxTokens: 50, temperature: 0 };

async function judged(
  behave: (request: SeenRequest) => Behaviour,
  over: Partial<LlmJudgeOptions> = {},
  queries = taskQueries(3, 4),
): Promise<TestClient & { labels: Label[]; labelsPath: string; options: Parameters<typeof judgeByLlm>[1] }> {
  const test = await testClient(behave, { prices: [{ model: 'test-model', inputUsd: 1, outputUsd: 1 }] });
  const labelsPath = join(test.folder, 'labels.jsonl');
  const options = { ...settings, client: test.client, labelsPath, ...over };
  return { ...test, labels: await judgeByLlm(queries, options), labelsPath, options };
}
const numbers = (label: Label) => [Number(label.problemId.slice(1)), Number(label.traceId.slice(1))] as const;

describe('judgeByLlm', () => {
  test('labels every pair in order, with its justification, in labels file and result alike', async () => {
    const { labels, labelsPath, server } = await judged(right);
    expect(labels.map((l) => `${l.problemId}${l.traceId}`).slice(0, 5)).toEqual([
      'p0t0',
      'p0t1',
      'p0t2',
      'p0t3',
      'p1t0',
    ]);
    for (const label of labels) {
      const relevant = isRelevant(...numbers(label));
      expect(label).toMatchObject({ relevant, reason: 'because', judge: 'test-model' });
    }
    expect(await readJsonlAll(labelsPath)).toEqual(labels);
    const [first] = server.seen;
    expect(first?.body['response_format']).toMatchObject({ type: 'json_schema' });
    for (const part of ['target <0>', 'solved <0>', 'reference [0]', 'worked [0]', 'Does the reasoning carry over']) {
      expect(promptOf(first!)).toContain(part);
    }
  });

  test('another model judges anew, whatever the first one left: keys of labels and replies hold its name', async () => {
    const { server, reopen, options } = await judged(right);
    const asked = server.seen.length;
    const other = { ...options, client: await reopen({ model: 'other-model' }) };
    const labels = await judgeByLlm(taskQueries(3, 4), other);
    expect(server.seen).toHaveLength(2 * asked);
    expect(new Set(labels.map(({ judge }) => judge))).toEqual(new Set(['other-model']));
    expect(new Set(server.seen.slice(asked).map(({ body }) => body.model))).toEqual(new Set(['other-model']));
    await judgeByLlm(taskQueries(3, 4), other);
    expect(server.seen).toHaveLength(2 * asked);
  });

  test('a reply that cannot be read is asked for once more, then recorded as a failure, never as a negative', async () => {
    const { labels, server } = await judged((request) => {
      const [pair] = askedPairs(promptOf(request));
      const again = (request.body.messages?.length ?? 0) > 2;
      if (pair?.c === 1 && !again) return completion('Well...');
      return pair?.c === 2 ? completion('{"justification":"never', { finishReason: 'length' }) : right(request);
    });
    expect(server.seen).toHaveLength(12 + 3 + 3);
    for (const label of labels) {
      const [q, c] = numbers(label);
      if (c === 2) expect(label).toMatchObject({ failed: expect.stringContaining('cut at maxTokens') as string });
      else expect(label).toMatchObject({ relevant: isRelevant(q, c) });
    }
  });

  test('a model of no use is given up after some dozens of pairs, not after all; the failures are kept', async () => {
    const { client, folder, server } = await testClient(() => completion('Well...'));
    const labelsPath = join(folder, 'labels.jsonl');
    const run = judgeByLlm(taskQueries(20, 20), { ...settings, client, labelsPath });
    await expect(run).rejects.toMatchObject({
      code: 'llm',
      message: expect.stringMatching(/no verdict for \d+ of \d+ pairs; the first reason, \d+ times: .*Well/) as string,
    });
    expect(server.seen.length).toBeGreaterThanOrEqual(128);
    expect(server.seen.length).toBeLessThan(200);
    expect((await readJsonlAll<Label>(labelsPath)).every((label) => 'failed' in label)).toBe(true);
  });

  test('a reply that takes back what the one before it said gives no verdict', async () => {
    const verdictOf = (reference: number, verdict: string) => ({ reference, justification: 'x', verdict });
    const { labels } = await judged(
      ({ body }) => {
        const again = (body.messages?.length ?? 0) > 2;
        const judgements = again ? [verdictOf(1, 'no'), verdictOf(2, 'yes')] : [verdictOf(1, 'yes')];
        return completion(JSON.stringify({ judgements }));
      },
      { candidatesPerCall: 2 },
      taskQueries(1, 2),
    );
    expect(labels).toMatchObject([{ failed: 'the second reply contradicts the first' }, { relevant: true }]);
  });

  test('a refusal is a failure with its text', async () => {
    const { labels } = await judged(
      () => completion('', { refusal: 'I cannot help with that' }),
      {},
      taskQueries(1, 1),
    );
    expect(labels).toMatchObject([{ failed: 'refused: I cannot help with that' }]);
  });

  test('votes: the majority decides, the share of yes is the score; without a majority the pair has failed', async () => {
    // Vote by seed: t0 gets yes no yes, t1 no no yes, t2 yes and two replies that say nothing.
    const votes = ['yny', 'nny', 'y??'];
    const { labels, server } = await judged(
      (request) => {
        const said = votes[askedPairs(promptOf(request))[0]!.c]![Number(request.body['seed'])];
        return completion(said === '?' ? 'hm' : replyOf(said === 'y'));
      },
      { votes: 3, temperature: 0.7 },
      taskQueries(1, 3),
    );
    expect(labels).toMatchObject([
      { relevant: true, score: 2 / 3 },
      { relevant: false, score: 1 / 3 },
      { failed: expect.stringMatching(/^1 yes, 0 no of 3 votes; no verdict/) as string },
    ]);
    expect(server.seen[0]?.body).toMatchObject({ temperature: 0.7 });
  });

  test('listwise: several traces a call; what a reply leaves out is asked for again, then failed alone', async () => {
    const { labels, server } = await judged(
      (request) => {
        const pairs = askedPairs(promptOf(request));
        const judgements = pairs.map(({ q, c }, i) => ({
          reference: i + 1,
          justification: `about ${c}`,
          verdict: isRelevant(q, c) ? 'yes' : 'no',
        }));
        return completion(JSON.stringify({ judgements: judgements.filter((_, i) => pairs[i]?.c !== 1) }));
      },
      { candidatesPerCall: 3 },
      taskQueries(2, 4),
    );
    // Two calls a query, of 3 traces and of 1; the one with t1 is asked twice.
    expect(server.seen).toHaveLength(2 * (2 + 1));
    expect(server.seen.map(({ body }) => body['max_tokens'])).toContain(150);
    const again = server.seen.flatMap(({ body }) => body.messages?.[3]?.content ?? []);
    expect(again).toEqual([1, 2].map(() => expect.stringMatching(/No verdict was found for reference 2\.$/) as string));
    const schemas = server.seen.map(({ body }) => JSON.stringify(body['response_format']));
    for (const length of [1, 3]) {
      expect(schemas).toContainEqual(expect.stringContaining(`"minItems":${length},"maxItems":${length}`));
    }
    for (const label of labels) {
      const [q, c] = numbers(label);
      if (c === 1) expect(label).toHaveProperty('failed');
      else expect(label).toMatchObject({ relevant: isRelevant(q, c), reason: `about ${c}` });
    }
  });

  test('goes on where it was: judged pairs are not asked again, failed ones are', async () => {
    let broken = true;
    const { labels, labelsPath, options, server } = await judged((request) =>
      broken && askedPairs(promptOf(request))[0]?.c === 0 ? { status: 400, text: 'no' } : right(request),
    );
    expect(labels.filter((label) => 'failed' in label)).toHaveLength(3);
    broken = false;
    const before = server.seen.length;
    const again = await judgeByLlm(taskQueries(3, 4), options);
    expect(server.seen.length - before).toBe(3);
    expect(again.every((label) => 'relevant' in label)).toBe(true);
    expect(await readJsonlAll(labelsPath)).toEqual(again);
  });

  test('stops at maxUsd with what it has, and the next command finishes', async () => {
    const test = await testClient(right, {
      prices: [{ model: 'test-model', inputUsd: 1000, outputUsd: 1000 }],
      concurrency: 2,
    });
    const labelsPath = join(test.folder, 'labels.jsonl');
    // The first call reserves what its bytes could be (about .9), then 100 x 1.1 + 50 tokens: .16 a call, of which .11 is spent.
    const client = await test.reopen({ maxUsd: 1 });
    const run = judgeByLlm(taskQueries(3, 4), { ...settings, client, labelsPath });
    await expect(run).rejects.toMatchObject({ code: 'budget' });
    const first = (await readJsonlAll(labelsPath)).length;
    expect(first).toBeGreaterThan(2);
    expect(first).toBeLessThan(12);
    expect(client.spent().usd).toBeLessThanOrEqual(1);
    const rest = await judgeByLlm(taskQueries(3, 4), {
      ...settings,
      client: await test.reopen({ maxUsd: 9 }),
      labelsPath,
    });
    expect(rest).toHaveLength(12);
    expect(test.server.seen).toHaveLength(12);
  });
});

describe('loadJudgePrompt', () => {
  const file = async (text: string) => {
    const path = join(await temporaryFolder(), 'prompt.yaml');
    await writeFile(path, text);
    return path;
  };

  test('takes texts of the user, with a version of their own that follows their content', async () => {
    const own = 'pair: "{problem} | {solution} | {reference} | {referenceSolution}"\n';
    const prompt = await loadJudgePrompt(await file(own));
    expect(prompt).toMatchObject({ system: judgePrompt.system, version: expect.stringMatching(/^own\//) as string });
    expect((await loadJudgePrompt(await file(`${own}system: other\n`))).version).not.toBe(prompt.version);
    const { server } = await judged(right, { prompt }, taskQueries(1, 1));
    expect(promptOf(server.seen[0]!)).toBe('target <0> | solved <0> | reference [0] | worked [0]');
    expect(await loadJudgePrompt(null)).toBe(judgePrompt);
  });

  test.each(['pair: no places', 'pear: x', 'pair: 3', '- a', 'a: [', ''])('refuses %s', async (text) => {
    await expect(loadJudgePrompt(await file(text))).rejects.toMatchObject({ code: 'config' });
  });

  test('a missing file', async () => {
    await expect(loadJudgePrompt('/nowhere/prompt.yaml')).rejects.toMatchObject({ code: 'config' });
  });
});

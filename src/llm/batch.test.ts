import { describe, expect, test } from 'vitest';
import { testClient } from './testing/client.js';
import { completion, type Behaviour, type SeenRequest } from './testing/scripted-server.js';
import type { ChatRequest } from './types.js';

const ask = (content: string): ChatRequest => ({
  messages: [{ role: 'user', content }],
  promptVersion: 'p1',
  maxTokens: 20,
});

interface Batch {
  id: string;
  file: string;
  metadata: Record<string, string>;
  polls: number;
}

/** The server's side of the Batch API, kept in memory; replies repeat the question in upper case. */
function batchServer(
  fault: (request: SeenRequest) => Behaviour | 'answer lost' | undefined = () => undefined,
  pollsNeeded = 2,
) {
  const files = new Map<string, string>();
  const batches: Batch[] = [];
  const outputOf = ({ file }: Batch) =>
    (files.get(file) ?? '').split('\n').flatMap((line) => {
      if (line === '') return [];
      const { custom_id, body } = JSON.parse(line) as { custom_id: string; body: ChatRequest };
      const said = body.messages[0]!.content;
      if (said === 'lost') return [];
      const failed = { status_code: 500, body: { error: { message: 'oops' } } };
      const fine = { status_code: 200, body: (completion(said.toUpperCase()) as { json: unknown }).json };
      return [JSON.stringify({ custom_id, response: said === 'bad' ? failed : fine, error: null })];
    });
  const behave = (request: SeenRequest): Behaviour => {
    const { method, path, text, body } = request;
    const faulty = fault(request);
    if (faulty && faulty !== 'answer lost') return faulty;
    if (path === '/v1/files') {
      const id = `file-${files.size}`;
      files.set(id, text.split('\r\n').find((part) => part.startsWith('{')) ?? '');
      return { json: { id } };
    }
    if (path === '/v1/batches' && method === 'POST') {
      const { input_file_id: file, metadata } = body as unknown as {
        input_file_id: string;
        metadata: Batch['metadata'];
      };
      batches.push({ id: `batch-${batches.length}`, file, metadata, polls: 0 });
      return faulty ? { cut: 'before' } : { json: { id: batches.at(-1)!.id } };
    }
    if (path.startsWith('/v1/batches?')) return { json: { data: batches } };
    const batch = batches.find(({ id }) => path === `/v1/batches/${id}`);
    if (batch) {
      const done = batch.polls++ >= pollsNeeded;
      return { json: { id: batch.id, status: done ? 'completed' : 'in_progress', output_file_id: `${batch.id}-out` } };
    }
    const output = batches.find(({ id }) => path === `/v1/files/${id}-out/content`);
    return output ? { text: outputOf(output).join('\n') } : { status: 404, text: 'nothing here' };
  };
  return { behave, batches, files };
}
const settings = { batch: true, batchPollSeconds: 0.02, prices: [{ model: 'test-model', inputUsd: 10, outputUsd: 0 }] };

describe('batches', () => {
  test('requests that are open together go as one batch, at half the price, and are kept', async () => {
    const { behave, batches } = batchServer();
    const { client, reopen } = await testClient(behave, settings);
    const outcomes = await Promise.all(['a', 'b', 'c'].map((text) => client.complete(ask(text))));
    expect(outcomes.map((o) => o.ok && o.reply.text)).toEqual(['A', 'B', 'C']);
    expect(batches).toHaveLength(1);
    // 3 x 100 tokens at half of 10 USD a million.
    expect(client.spent().usd).toBeCloseTo(0.0015, 12);
    expect(await (await reopen()).complete(ask('b'))).toMatchObject({ ok: true, reply: { cached: true } });
    expect(batches).toHaveLength(1);
  });

  test('a batch under way is collected by the next command, not submitted again', async () => {
    const { behave, batches } = batchServer(undefined, 3);
    let stop = true;
    const { client, reopen } = await testClient(
      (request) => (stop && batches[0]?.polls === 1 ? { status: 401, text: 'go away' } : behave(request)),
      settings,
    );
    await expect(Promise.all(['a', 'b'].map((text) => client.complete(ask(text))))).rejects.toMatchObject({
      code: 'llm',
    });
    stop = false;
    const later = await reopen();
    const outcomes = await Promise.all(['a', 'b'].map((text) => later.complete(ask(text))));
    expect(outcomes.map((o) => o.ok && o.reply.text)).toEqual(['A', 'B']);
    expect(batches).toHaveLength(1);
    expect(later.spent()).toMatchObject({ calls: 2, callsInAll: 2 });
    // 2 x 100 tokens at half of 10 USD a million: collecting is no second payment.
    expect(later.spent().usdInAll).toBeCloseTo(0.001, 12);
  });

  test('a batch whose start was not confirmed is found again by its name', async () => {
    let lost = false;
    const { behave, batches } = batchServer(({ path, method }) => {
      if (lost || path !== '/v1/batches' || method !== 'POST') return undefined;
      lost = true;
      return 'answer lost';
    });
    const { client } = await testClient(behave, settings);
    expect(await client.complete(ask('a'))).toMatchObject({ ok: true, reply: { text: 'A' } });
    expect(lost).toBe(true);
    expect(batches).toHaveLength(1);
  });

  test('what a batch gives no reply to has failed, and is submitted anew by the next command', async () => {
    const { behave, batches } = batchServer(({ n }) => (n % 4 === 1 ? { status: 503 } : undefined));
    const { client, reopen } = await testClient(behave, settings);
    const texts = ['a', 'bad', 'lost'];
    const outcomes = await Promise.all(texts.map((text) => client.complete(ask(text))));
    expect(outcomes).toMatchObject([
      { ok: true },
      { ok: false, reason: 'status 500: oops (in a batch)', retriable: true },
      { ok: false, reason: 'the batch has completed (in a batch)', retriable: true },
    ]);
    const later = await reopen();
    await Promise.all(texts.map((text) => later.complete(ask(text))));
    expect(batches).toHaveLength(2);
    expect(later.spent()).toMatchObject({ cachedCalls: 1, failedCalls: 2 });
  });

  test('maxCalls holds for batches, over restarts too', async () => {
    const { behave } = batchServer();
    const { client, reopen } = await testClient(behave, { ...settings, maxCalls: 2 });
    const outcomes = await Promise.all(['a', 'b', 'c'].map((text) => client.complete(ask(text))));
    expect(outcomes.map((o) => o.ok || o.kind)).toEqual([true, true, 'budget']);
    expect(await (await reopen()).complete(ask('d'))).toMatchObject({ kind: 'budget' });
    expect(await (await reopen({ maxCalls: 3 })).complete(ask('d'))).toMatchObject({ ok: true });
  });
});

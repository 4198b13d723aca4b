import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { llmApiKey, resolveConfig } from '../config/index.js';
import { errorFacts } from '../core/errors.js';
import { testClient } from './testing/client.js';
import { completion } from './testing/scripted-server.js';

const key = 'sk-very-secret-0123456789';

test('the key reaches the server and nothing else, even where the server repeats it', async () => {
  const { client, server, folder } = await testClient(
    ({ n, headers }) => {
      const echo = `you said ${String(headers.authorization)}`;
      if (n === 0) return { status: 500, json: { error: { message: echo } } };
      if (n === 1) return completion(echo);
      return { status: n === 2 ? 400 : 401, json: { error: { message: echo } } };
    },
    {},
    key,
  );
  const ask = (content: string) =>
    client.complete({ messages: [{ role: 'user', content }], promptVersion: 'p', maxTokens: 5 });
  const outcomes = [await ask('a'), await ask('b')];
  const error: unknown = await ask('c').catch((thrown: unknown) => thrown);
  expect(server.seen[0]?.headers.authorization).toBe(`Bearer ${key}`);
  expect(outcomes.map((o) => o.ok)).toEqual([true, false]);

  const told = [inspect(outcomes), JSON.stringify(errorFacts(error)), inspect(error, { depth: 9 })];
  await client.dispose();
  const names = await readdir(folder);
  expect(names).toEqual(['replies.calls.jsonl', 'replies.jsonl']);
  const [calls = '', replies = ''] = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  for (const text of [...told, replies]) expect(text).toContain('[key]');
  for (const text of [...told, replies, calls]) expect(text).not.toContain(key);
});

test('the key comes from the variable that is named; a missing one is told by name', () => {
  expect(llmApiKey('MY_KEY', { MY_KEY: ` ${key}\n` })).toBe(key);
  expect(llmApiKey(null, {})).toBeUndefined();
  expect(() => llmApiKey('MY_KEY', { MY_KEY: '' })).toThrow(/MY_KEY/);
});

test('a key written where its name belongs, or into the address, is refused and not repeated', () => {
  for (const set of [`llm.apiKeyEnv=${key}`, `llm.baseUrl=https://me:${key}@host/v1`]) {
    const error = (() => {
      try {
        resolveConfig({ set: [set] });
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'config' });
    expect(inspect(error)).not.toContain(key);
  }
});

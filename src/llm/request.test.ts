import { describe, expect, test } from 'vitest';
import { adapt, chatBody, fullDialect, parseCompletion, requestKey, type Replier } from './request.js';
import type { ChatRequest } from './types.js';

const replier: Replier = { model: 'm', baseUrl: 'http://127.0.0.1:1/v1', structuredOutput: true };
const request: ChatRequest = {
  messages: [
    { role: 'system', content: 's' },
    { role: 'user', content: 'u' },
  ],
  promptVersion: 'judge-1/x',
  maxTokens: 10,
  jsonSchema: { type: 'object' },
};

describe('the key of a reply', () => {
  test.each<[string, Partial<Replier>, Partial<ChatRequest>]>([
    ['model', { model: 'n' }, {}],
    ['server', { baseUrl: 'http://127.0.0.1:2/v1' }, {}],
    ['holding to schemas', { structuredOutput: false }, {}],
    ['prompt', {}, { messages: [{ role: 'user', content: 'v' }] }],
    ['role', {}, { messages: request.messages.map(({ content }) => ({ role: 'user', content })) }],
    ['version of the prompt', {}, { promptVersion: 'judge-1/y' }],
    ['longest reply', {}, { maxTokens: 11 }],
    ['temperature', {}, { temperature: 0.5 }],
    ['vote', {}, { seed: 1 }],
    ['schema', {}, { jsonSchema: { type: 'array' } }],
  ])('is another for another %s', (_what, server, changes) => {
    expect(requestKey({ ...replier, ...server }, { ...request, ...changes })).not.toBe(requestKey(replier, request));
  });

  test('is the same where nothing that decides the reply differs', () => {
    const key = requestKey(replier, request);
    expect(requestKey({ ...replier, baseUrl: 'http://127.0.0.1:1/v1/' }, { ...request, temperature: 0 })).toBe(key);
    const unheld = { ...replier, structuredOutput: false };
    const { jsonSchema: _, ...free } = request;
    expect(requestKey(unheld, request)).toBe(requestKey(unheld, free));
  });
});

describe('adapt', () => {
  const after = (text: string, more: Partial<ChatRequest> = {}) =>
    adapt(fullDialect, { ...request, ...more }, 400, text);

  test.each([
    [
      "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
      'max_completion_tokens',
    ],
    ["Unsupported parameter: 'max_tokens'", 'max_completion_tokens'],
    ['max_tokens: Extra inputs are not permitted', 'max_completion_tokens'],
  ])('%s', (text, tokensField) => expect(after(text)).toEqual({ ...fullDialect, tokensField }));

  test('temperature and seed are left out where they are refused, and only then', () => {
    expect(after("Unsupported value: 'temperature' does not support 0")).toEqual({
      ...fullDialect,
      temperature: false,
    });
    const unseeded = after('Extra inputs are not permitted: seed', { seed: 1 });
    expect(unseeded).toEqual({ ...fullDialect, seed: false });
    expect(chatBody('m', { ...request, seed: 1 }, unseeded!)).not.toHaveProperty('seed');
    expect(chatBody('m', { ...request, seed: 1 }, fullDialect)).toHaveProperty('seed', 1);
  });

  test('a length that is too large is no unknown field; where nothing is named, less of the schema is tried', () => {
    expect(after('max_tokens is too large: 400')).toEqual({ ...fullDialect, schema: 'json_object' });
    const { jsonSchema: _, ...free } = request;
    expect(adapt(fullDialect, free, 400, 'max_tokens is too large: 400')).toBeUndefined();
  });
});

describe('parseCompletion', () => {
  const parsed = (choice: object, usage?: object) => parseCompletion({ choices: [choice], usage }, request);

  test('content in parts, thoughts in parts or in fields of their own left out', () => {
    const parts = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'no' }] },
      { type: 'text', text: 'y' },
      { type: 'text', text: 'es' },
    ];
    expect(parsed({ message: { content: parts } })?.text).toBe('yes');
    expect(parsed({ message: { content: 'yes', reasoning_content: 'no', reasoning: 'no' } })?.text).toBe('yes');
    expect(parsed({ message: { content: null, reasoning_content: 'no' } })?.text).toBe('');
  });

  test.each(['length', 'max_tokens', 'MAX_TOKENS', 'model_length'])('%s is a reply that was cut', (finish_reason) => {
    expect(parsed({ message: { content: 'y' }, finish_reason })?.finishReason).toBe('length');
  });

  test('a server that does not say why a reply ended is believed by its count', () => {
    const finish = (completion_tokens: number) =>
      parsed({ message: { content: 'y' } }, { completion_tokens })?.finishReason;
    expect([finish(9), finish(10)]).toEqual(['stop', 'length']);
  });
});

/** The client's conversation with a real server, played again: the same requests to the byte, and the same numbers out of the answers. */
import { expect, onTestFinished, test } from 'vitest';
import { startScriptedServer } from '../core/testing/scripted-server.js';
import { TinkerClient } from './index.js';
import { converse, written, type Exchange, type Recording } from './testing/conversation.js';
import recorded from './testing/skyrl-0.4.0.json' with { type: 'json' };

const { exchanges, results } = recorded as Recording;
const said = ({ method, path, contentType, request }: Exchange) => [method, path, contentType ?? '', request].join(' ');
const isPoll = ({ path }: { path: string }) => path.endsWith('/retrieve_future');

test('a conversation with SkyRL 0.4.0', async () => {
  const answers = new Map<string, Exchange[]>();
  for (const exchange of exchanges) answers.set(said(exchange), [...(answers.get(said(exchange)) ?? []), exchange]);
  const heard: Exchange[] = [];
  const server = await startScriptedServer(({ method, path, headers, bytes }) => {
    const contentType = headers['content-type'] as string | undefined;
    const request = written(bytes, contentType);
    const exchange = { method, path, contentType, request, status: 0, answerType: null, answer: '' };
    heard.push(exchange);
    const known = answers.get(said(exchange));
    // Where the server has held a question for long it was asked again: the last answer stands.
    const answer = known && (known.length > 1 ? known.shift() : known[0]);
    if (!answer) return { status: 418, json: { detail: `this was never asked: ${said(exchange)}` } };
    const type = answer.answerType ?? 'application/json';
    const text = type.includes('protobuf') ? Buffer.from(answer.answer, 'base64') : answer.answer;
    return { status: answer.status, headers: { 'content-type': type }, text };
  });
  onTestFinished(() => server.close());
  const service = new TinkerClient({ baseUrl: server.origin, heartbeats: 'timer' });
  onTestFinished(() => service.close());
  expect(await converse(service)).toEqual(results);
  // What changes something came in the same order; questions for results come as they come.
  const calls = (of: Exchange[]) => of.filter((exchange) => !isPoll(exchange)).map(said);
  expect(calls(heard)).toEqual(calls(exchanges));
  expect(new Set(heard.filter(isPoll).map(said))).toEqual(new Set(exchanges.filter(isPoll).map(said)));
});

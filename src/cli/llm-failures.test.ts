/** Ends of the commands that ask a language model, when the server or its model is of no use: from real servers, by exit code. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { completion, startScriptedServer, type Behaviour, type SeenRequest } from '../llm/testing/scripted-server.js';
import { runCommandLine } from './command-line.js';

async function raRft(...args: string[]): Promise<{ code: number; err: string }> {
  let err = '';
  const code = await runCommandLine(args, {
    out: { write: () => undefined },
    err: { write: (part: string) => (err += part) },
  });
  return { code, err };
}

const good = '{"justification":"x","verdict":"yes"}';
const message = (fields: object, finish = 'stop'): Behaviour => ({
  json: { choices: [{ message: { role: 'assistant', ...fields }, finish_reason: finish }] },
});
const refusal = (status: number, text: string, more: object = {}): Behaviour => ({
  status,
  json: { error: { message: text, ...more } },
});

/** How long a call is waited for: shortly where nothing will come. */
const patience = (behaviour: Behaviour) => ('stall' in behaviour || 'drip' in behaviour ? 0.3 : undefined);

/** Servers of no use, and what the error must say of them. */
const useless: [string, Behaviour, RegExp][] = [
  ['wants another key', refusal(401, 'wrong key'), /status 401: wrong key/],
  ['does not know the model', refusal(404, 'no model m'), /status 404: no model m/],
  ['has no money left', refusal(429, 'quota', { code: 'insufficient_quota' }), /status 429: quota/],
  ['is always busy', { ...refusal(429, 'busy'), headers: { 'retry-after': '0' } }, /status 429: busy/],
  ['is closed for a day', { ...refusal(429, 'busy'), headers: { 'retry-after': '86400' } }, /status 429: busy/],
  ['always fails', refusal(500, 'oops'), /status 500: oops/],
  ['refuses every request', refusal(400, 'set stream=true'), /status 400: set stream=true/],
  ['redirects', { status: 302, headers: { location: '/other' } }, /status 302: a redirect/],
  ['cuts every connection', { cut: 'before' }, /connection failed/],
  ['never answers', { stall: 'before' }, /no answer within 0.3 s/],
  ['stops in every answer', { stall: 'middle' }, /no answer within 0.3 s/],
  ['drips', { drip: { bytes: 1, everyMs: 50 } }, /no answer within 0.3 s/],
  ['speaks HTML', { text: '<html>gateway</html>' }, /no chat completion: <html>gateway/],
  ['streams unasked', { text: `data: {"choices":[]}\n\n` }, /no chat completion/],
  ['has no choices', { json: { choices: [] } }, /no chat completion/],
  ['reports errors as successes', { json: { error: { message: 'overloaded' } } }, /no chat completion.*overloaded/],
  ['says nothing', message({ content: '' }), /an empty reply|no line that begins/],
  [
    'thinks beside and says nothing',
    message({ content: null, reasoning_content: good }),
    /an empty reply|no line that/,
  ],
  ['is cut off while it thinks', message({ content: `<think>${good}` }, 'length'), /nothing but thinking|cut off/],
  ['is cut off in thinking that its template opened', message({ content: `Hm, ${good}` }, 'length'), /cut/],
  ['is cut off in its JSON', message({ content: '{"justification":"x' }, 'length'), /cut/],
  ['calls a tool', message({ content: null, tool_calls: [] }), /an empty reply|no line that/],
  ['refuses', message({ content: null, refusal: 'I must decline' }), /I must decline|no line that/],
  ['is filtered', message({ content: null }, 'content_filter'), /content_filter|no line that/],
  ['talks of something else', message({ content: 'The weather is fine.' }), /weather/],
];

const numbers = [1, 2, 3, 4];

async function setUp(behave: (request: SeenRequest) => Behaviour, timeoutSeconds = 30) {
  const server = await startScriptedServer(behave);
  onTestFinished(() => server.close());
  const folder = await temporaryFolder();
  const input = join(folder, 'in.jsonl');
  const lines = numbers.map((n) =>
    JSON.stringify({
      id: `p${n}`,
      question: `What is word${n} plus ${n}?`,
      answer: `${2 * n}`,
      solution: `\\boxed{${2 * n}}`,
    }),
  );
  await writeFile(input, `${lines.join('\n')}\n`);
  const llm = {
    baseUrl: server.baseUrl,
    model: 'm',
    apiKeyEnv: 'null',
    timeoutSeconds: String(timeoutSeconds),
    retries: '1',
  };
  const set = Object.entries(llm).flatMap(([key, value]) => ['--set', `llm.${key}=${value}`]);
  return { server, folder, input, set };
}

async function judgeRun(behave: (request: SeenRequest) => Behaviour, timeoutSeconds?: number) {
  const { server, folder, input, set } = await setUp(behave, timeoutSeconds);
  const labels = { judge: 'llm', maxQueries: '2', maxCandidates: '2', restrictToType: 'false' };
  const data = ['--set', 'data.source=files', '--set', `data.problems.path=${input}`];
  const more = Object.entries(labels).flatMap(([key, value]) => ['--set', `labels.${key}=${value}`]);
  const ended = await raRft('judge', 'run', '--name', 'x', '--runs', folder, ...data, ...more, ...set);
  const text = await readFile(join(folder, 'x', 'labels.jsonl'), 'utf8').catch(() => '');
  return { ...ended, server, verdicts: [...text.matchAll(/"relevant":(true|false)/g)].map(([, said]) => said) };
}

describe('judge run with a server that', () => {
  test.each(useless)('%s ends with exit code 12 and no label', async (_what, behaviour, reason) => {
    const { code, err, verdicts } = await judgeRun(() => behaviour, patience(behaviour));
    expect(err).toMatch(reason);
    expect(err).not.toContain('restrictToType');
    expect({ code, verdicts }).toEqual({ code: 12, verdicts: [] });
  });

  test('cannot be reached ends with exit code 12', async () => {
    const { folder, input, server, set } = await setUp(() => completion(good));
    await server.close();
    const data = ['--set', 'data.source=files', '--set', `data.problems.path=${input}`, '--set', 'labels.judge=llm'];
    const { code, err } = await raRft('judge', 'run', '--name', 'x', '--runs', folder, ...data, ...set);
    expect(err).toContain('ECONNREFUSED');
    expect(code).toBe(12);
  });

  test.each<[string, (request: SeenRequest) => Behaviour]>([
    ['thinks the contrary first', () => message({ content: `<think>${good.replace('yes', 'no')}</think>${good}` })],
    ['thinks in a field of its own', () => message({ content: good, reasoning_content: good.replace('yes', 'no') })],
    ['gives its content in parts', () => message({ content: [{ type: 'text', text: good }] })],
    [
      'wants other names for its fields',
      ({ body }) => {
        if ('max_tokens' in body) return refusal(400, "Unsupported parameter: 'max_tokens'");
        return 'temperature' in body ? refusal(400, "Unsupported value: 'temperature'") : completion(good);
      },
    ],
  ])('%s is understood', async (_what, behave) => {
    const { code, verdicts } = await judgeRun(behave);
    expect({ code, verdicts }).toEqual({ code: 0, verdicts: ['true', 'true', 'true', 'true'] });
  });

  test('says no to everything is no failed server: the data has nothing to learn from', async () => {
    const { code, err } = await judgeRun(() => completion('{"justification":"x","verdict":"no"}'));
    expect(err).toContain('4 pairs were judged, and none is relevant');
    expect(code).toBe(4);
  });
});

describe('corpus build with a server that', () => {
  const build = async (behaviour: Behaviour, key: 'traces=summary' | 'typing=llm') => {
    const { server, folder, input, set } = await setUp(() => behaviour, patience(behaviour));
    const out = join(folder, 'corpus');
    const ended = await raRft('corpus', 'build', '--input', input, '--out', out, '--set', `corpus.${key}`, ...set);
    return { ...ended, server };
  };

  test.each(useless)('%s writes no summaries: exit code 12', async (_what, behaviour, reason) => {
    const { code, err } = await build(behaviour, 'traces=summary');
    expect(err).toMatch(reason);
    expect(code).toBe(12);
  });

  test.each(['The weather is fine.', 'algebra or geometry', '<think>algebra'])(
    'types by saying %j: exit code 12',
    async (text) => {
      const { code, err } = await build(completion(text), 'typing=llm');
      expect(err).toContain('no-type');
      expect(code).toBe(12);
    },
  );
});

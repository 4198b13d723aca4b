import { describe, expect, test } from 'vitest';
import { Rng } from '../../core/rng.js';
import type { Config } from '../../config/index.js';
import { showing } from '../../data/index.js';
import { completion, type Behaviour, type SeenRequest } from '../../llm/testing/scripted-server.js';
import { testClient } from '../../llm/testing/client.js';
import { DEFAULT_TEMPLATES } from '../../models/index.js';
import { serverPolicy } from './server-policy.js';
import { adder, sums, sumTasks } from './testing/sums.js';
import type { Sampled, SampleTask } from './types.js';

const templates = {
  system: null,
  problemTemplate: null,
  solutionTemplate: null,
  referenceTemplate: null,
  hintTemplate: null,
};
const settings = { layout: 'chat-turn', templates, temperature: 0.6, maxTokens: 50, rng: Rng.fromSeed(1) } as const;

async function open(
  behave: (request: SeenRequest) => Behaviour | Promise<Behaviour>,
  changes: Partial<Config['llm']> = {},
) {
  const setting = await testClient(behave, changes);
  const policy = serverPolicy({ ...settings, client: setting.client });
  const sample = async (tasks: readonly SampleTask[], wanted: (task: SampleTask) => boolean = () => true) => {
    const all: Sampled[] = [];
    for await (const chunk of policy.sample(tasks, wanted)) all.push(...chunk);
    return all;
  };
  return { ...setting, sample };
}
const one = sumTasks(1, sums.slice(0, 1));

describe('serverPolicy', () => {
  test('one request a sample, each with its own seed, in the words of the layout', async () => {
    const { sample, server } = await open(adder, { concurrency: 3 });
    const tasks = sumTasks(4);
    const sampled = await sample(tasks);
    expect(sampled.map(({ task }) => task)).toEqual(tasks);
    expect(new Set(server.seen.map(({ body }) => body['seed'])).size).toBe(24);
    expect(server.seen[0]!.body).toMatchObject({ model: 'test-model', temperature: 0.6, max_tokens: 50 });
    expect(server.seen[0]!.body.messages).toEqual([
      { role: 'user', content: DEFAULT_TEMPLATES['chat-turn'].problem.replace('{question}', 'What is 0 + 3?') },
    ]);
    // What is graded is what follows the thinking; what is kept is all of it.
    for (const one of sampled)
      expect(one).toMatchObject({
        said: expect.stringMatching(/^It is/) as string,
        text: expect.stringMatching(/^<think>/) as string,
        stopReason: 'stop',
      });
    const again = await open(adder, { concurrency: 1 });
    expect(await again.sample(tasks.slice(5, 7))).toEqual(sampled.slice(5, 7)); // whatever else is sampled
  });

  test('a trace stands in an earlier turn', async () => {
    const { sample, server } = await open(adder);
    const trace = { id: 't', question: 'What is 1 + 1?', trace: 'One more than 1: \\boxed{2}', answer: '2' };
    await sample([{ ...one[0]!, context: showing(trace) }]);
    expect(server.seen[0]!.body.messages?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(server.seen[0]!.body.messages?.[1]?.content).toBe(trace.trace);
  });

  test.each<[string, string, object]>([
    ['within its thinking', '<think>so \\boxed{3}', { said: undefined }],
    ['perhaps within thinking that the template opened', 'so \\boxed{3}', { said: undefined }],
    ['after its thinking', '<think>hm</think>It is \\boxed{3}, since', { said: 'It is \\boxed{3}, since' }],
    [
      'after thinking that the template opened',
      'hm</think>It is \\boxed{3}, since',
      { said: 'It is \\boxed{3}, since' },
    ],
  ])('cut off at the limit %s', async (_, text, expected) => {
    const { sample } = await open(() => completion(text, { finishReason: 'length' }));
    expect(await sample(one)).toMatchObject([{ text, stopReason: 'length', ...expected }]);
  });

  test('an answer that the server broke off is no answer, is tried again, and is never kept', async () => {
    let calls = 0;
    const flaky = await open(() => completion('It is \\boxed{3}', { finishReason: calls++ < 2 ? 'abort' : 'stop' }));
    expect(await flaky.sample(one)).toMatchObject([{ text: 'It is \\boxed{3}', stopReason: 'stop' }]);
    expect(calls).toBe(3);
    const broken = await open(() => completion('It is \\boxed{3}', { finishReason: 'abort' }), { retries: 1 });
    const failed = [{ failed: expect.stringContaining('broke the reply off (abort)') as string }];
    expect(await broken.sample(one)).toMatchObject(failed);
    expect(await broken.sample(one)).toMatchObject(failed);
    expect(broken.server.seen).toHaveLength(4);
  });

  test('a filtered answer and a refused request fail with their reason; a refusal of the model is an answer', async () => {
    const { sample } = await open(
      ({ n }) =>
        n === 0
          ? completion('It is \\boxed{3}', { finishReason: 'content_filter' })
          : n === 1
            ? { status: 400, json: { error: { message: 'too long' } } }
            : completion('', { refusal: 'I will not say.' }),
      { concurrency: 1 },
    );
    expect(await sample(sumTasks(3, sums.slice(0, 1)))).toMatchObject([
      { failed: 'the server ended the reply with content_filter' },
      { failed: expect.stringContaining('too long') as string },
      { said: 'I will not say.', stopReason: 'stop' },
    ]);
  });

  test('one slow answer holds up no other, and the order stays', async () => {
    const setting = await open(
      async (request) => {
        if (request.n > 0) return adder(request);
        // Answers only when all others have been asked: were they held up by it, this would never end.
        while (setting.server.seen.length < 24) await new Promise((done) => setTimeout(done, 5));
        return adder(request);
      },
      { concurrency: 2 },
    );
    const tasks = sumTasks(4);
    expect((await setting.sample(tasks)).map(({ task }) => task)).toEqual(tasks);
  });

  test('a limit of calls stops the evaluation', async () => {
    const { sample, server } = await open(adder, { maxCalls: 5 });
    await expect(sample(sumTasks(4))).rejects.toMatchObject({ code: 'budget' });
    expect(server.seen).toHaveLength(5);
  });
});

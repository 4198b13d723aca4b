/** Sampling: what is asked, what is taken for a sample, and what a busy or forgetful server does to it. */
import { describe, expect, test } from 'vitest';
import type { Behaviour } from '../core/testing/scripted-server.js';
import type { SamplingClient } from './sampling-client.js';
import { failure, testClient } from './testing/client.js';
import { sampleReply, type FakeServer, type Script } from './testing/fake-server.js';
import type { TinkerClientOptions } from './options.js';

async function sampler(
  script?: Script,
  options: Partial<TinkerClientOptions> = {},
): Promise<{ server: FakeServer; sampler: SamplingClient; client: Awaited<ReturnType<typeof testClient>>['client'] }> {
  const { server, client } = await testClient(script ? { script } : {}, options);
  return {
    server,
    client,
    sampler: await client.createSamplingClient({
      modelPath: 'tinker://model_1/a',
      vocabSize: 100,
      maxContextLength: 64,
    }),
  };
}
const request = (more: object = {}, params: object = {}) => ({
  prompt: Int32Array.of(1, 2, 3),
  numSamples: 2,
  samplingParams: { maxTokens: 4, temperature: 1, seed: 7, stop: [2], ...params },
  ...more,
});
/** Answers every question for a sample. */
const givesSample =
  (answer: Behaviour): Script =>
  ({ headers }) =>
    headers['x-tinker-request-type'] === 'Sample' ? answer : undefined;

test('what is asked and what comes back', async () => {
  const { server, sampler: policy } = await sampler();
  expect(await policy.sample(request())).toEqual([
    { tokens: Int32Array.of(10, 2), logprobs: Float32Array.of(-0.5, -0.5), stopReason: 'stop' },
    { tokens: Int32Array.of(11, 2), logprobs: Float32Array.of(-0.5, -0.5), stopReason: 'stop' },
  ]);
  await policy.sample(request({ numSamples: 1 }, { topK: 5, topP: 0.5, stop: undefined, seed: undefined }));
  const [first, second] = server.at('/asample');
  expect(first?.body).toEqual({
    type: 'sample',
    sampling_session_id: 'sampling_1',
    seq_id: 0,
    num_samples: 2,
    prompt: { chunks: [{ type: 'encoded_text', tokens: [1, 2, 3] }] },
    sampling_params: { max_tokens: 4, temperature: 1, top_p: 1, top_k: -1, seed: 7, stop: [2] },
    prompt_logprobs: false,
    topk_prompt_logprobs: 0,
  });
  expect(first?.headers['x-tinker-sampling-backpressure']).toBe('1');
  expect(second?.body).toMatchObject({
    seq_id: 1,
    sampling_params: { max_tokens: 4, temperature: 1, top_p: 0.5, top_k: 5 },
  });
  expect(Object.keys(second?.body['sampling_params'] as object)).toEqual([
    'max_tokens',
    'temperature',
    'top_p',
    'top_k',
  ]);
});

describe('no sample, but an error', () => {
  const json = (sequence: object): Behaviour => ({ json: { sequences: [sequence] } });
  test.each<[string, Behaviour, object]>([
    [
      'an aborted fragment',
      json({ tokens: [5], logprobs: [-1], stop_reason: 'abort' }),
      { kind: 'failed', message: expect.stringContaining('abort') as string },
    ],
    ['one without a reason', json({ tokens: [5], logprobs: [-1] }), { kind: 'failed' }],
    [
      'a fragment that is said to have stopped, with another token than those to stop at',
      sampleReply([{ tokens: [5, 6] }]),
      { kind: 'failed', message: expect.stringContaining('token 6') as string },
    ],
    ['nothing that is said to have stopped', sampleReply([{ tokens: [] }]), { kind: 'failed' }],
    ['more than was allowed', sampleReply([{ tokens: [5, 5, 5, 5, 5], stopReason: 1 }]), { kind: 'malformed' }],
    [
      'no log-probabilities',
      sampleReply([{ tokens: [5, 2], logprobs: null }]),
      { kind: 'malformed', message: expect.stringContaining('no log-probabilities') as string },
    ],
    [
      'null for log-probabilities',
      json({ tokens: [5, 2], logprobs: null, stop_reason: 'stop' }),
      { kind: 'malformed' },
    ],
    ['too few log-probabilities', sampleReply([{ tokens: [5, 2], logprobs: [-1] }]), { kind: 'malformed' }],
    [
      'NaN',
      sampleReply([{ tokens: [5, 2], logprobs: [NaN, -1] }]),
      { kind: 'not-finite', message: expect.stringContaining('token 0 is NaN') as string },
    ],
    [
      'null for one of them',
      json({ tokens: [5, 2], logprobs: [-1, null], stop_reason: 'stop' }),
      { kind: 'not-finite' },
    ],
    [
      'fewer samples than were asked for',
      sampleReply([]),
      { kind: 'malformed', message: expect.stringContaining('0 samples where 1') as string },
    ],
    [
      'protobuf that is cut',
      { text: new Uint8Array([10, 200]), headers: { 'content-type': 'application/x-protobuf' } },
      { kind: 'malformed' },
    ],
  ])('%s', async (_what, answer, error) => {
    const { sampler: policy } = await sampler(givesSample(answer));
    expect(await failure(policy.sample(request({ numSamples: 1 })))).toMatchObject({ name: 'TinkerError', ...error });
  });

  test('log-probabilities that are all equal are a result like another', async () => {
    const { sampler: policy } = await sampler(givesSample(sampleReply([{ tokens: [5, 2], logprobs: [0, 0] }])));
    expect(await policy.sample(request({ numSamples: 1 }))).toHaveLength(1);
  });

  test('what was cut at its length need not end with a stop token; with texts to stop at nobody can tell', async () => {
    const { sampler: policy } = await sampler(givesSample(sampleReply([{ tokens: [5, 6, 7, 8], stopReason: 1 }])));
    expect(await policy.sample(request({ numSamples: 1 }))).toMatchObject([{ stopReason: 'length' }]);
    const { sampler: other } = await sampler(givesSample(sampleReply([{ tokens: [5, 6] }])));
    expect(await other.sample(request({ numSamples: 1 }, { stop: ['.'] }))).toMatchObject([{ stopReason: 'stop' }]);
  });
});

test('log-probabilities of a prompt, from servers that begin with an empty entry and from those that do not', async () => {
  const prompt = Int32Array.of(1, 2, 3);
  for (const of of [
    [NaN, -1, -2],
    [-1, -2],
  ]) {
    const { sampler: policy, server } = await sampler(givesSample(sampleReply([{ tokens: [9] }], of)));
    expect(await policy.computeLogprobs(prompt)).toEqual(Float32Array.of(-1, -2));
    expect(server.at('/asample')[0]?.body).toMatchObject({ prompt_logprobs: true, sampling_params: { max_tokens: 1 } });
    expect(await policy.computeLogprobs(prompt.subarray(0, 1))).toEqual(new Float32Array());
  }
  for (const of of [undefined, [-1], [-1, NaN], [NaN, -1, NaN]]) {
    const { sampler: policy } = await sampler(givesSample(sampleReply([{ tokens: [9] }], of)));
    expect(await failure(policy.computeLogprobs(prompt))).toMatchObject({
      kind: of && of.length > 1 ? 'not-finite' : 'malformed',
    });
  }
});

describe('a server that', () => {
  test('is busy has all wait, and then serves all', async () => {
    let refused = 0;
    const { sampler: policy, server } = await sampler(({ path }) =>
      path.endsWith('/asample') && refused++ < 5 ? { status: 429, headers: { 'retry-after': '0.1' } } : undefined,
    );
    const start = performance.now();
    const all = await Promise.all(Array.from({ length: 5 }, () => policy.sample(request())));
    expect(all.flat()).toHaveLength(10);
    expect(performance.now() - start).toBeGreaterThan(95);
    expect(server.at('/asample')).toHaveLength(10);
    expect(
      new Set(
        server
          .at('/asample')
          .slice(5)
          .map(({ body }) => body['seq_id']),
      ),
    ).toEqual(new Set([0, 1, 2, 3, 4]));
  });

  test('is busy for ever does not hold a call past its time', async () => {
    const { sampler: policy } = await sampler(({ path }) => (path.endsWith('/asample') ? { status: 429 } : undefined));
    expect(await failure(policy.sample(request(), { timeoutMs: 300 }))).toMatchObject({ kind: 'time-out' });
  });

  test('has dropped a result is asked again, under another number; not for ever', async () => {
    let drops = 0;
    const { sampler: policy, server } = await sampler(({ headers }) =>
      headers['x-tinker-request-type'] === 'Sample' && drops++ < 2 ? { status: 410 } : undefined,
    );
    expect(await policy.sample(request())).toHaveLength(2);
    expect(server.at('/asample').map(({ body }) => body['seq_id'])).toEqual([0, 1, 2]);
    drops = -10;
    expect(await failure(policy.sample(request()))).toMatchObject({ kind: 'lost', status: 410 });
  });

  test('does not know the sampler is told of', async () => {
    const { sampler: policy } = await sampler(({ path }) =>
      path.endsWith('/asample') ? { status: 404, json: { detail: 'Sampling session not found' } } : undefined,
    );
    expect(await failure(policy.sample(request()))).toMatchObject({ kind: 'lost' });
  });

  test('still writes the weights is waited for', async () => {
    let early = 2;
    const { client } = await testClient({
      script: ({ path }) =>
        path.endsWith('/create_sampling_session') && early-- > 0
          ? { status: 425, json: { detail: 'Checkpoint is still being created' } }
          : undefined,
    });
    expect((await client.createSamplingClient({ modelPath: 'tinker://m/a' })).id).toBe('sampling_1');
  });
});

describe('what is under way', () => {
  test('is limited in number and in bytes, and counted', async () => {
    let [open, most] = [0, 0];
    const { sampler: policy, client } = await sampler(
      async ({ path }, work) => {
        if (!path.endsWith('/asample')) return undefined;
        most = Math.max(most, ++open);
        expect(client.inFlight.sendingBytes).toBeGreaterThan(0);
        expect(client.inFlight.sendingBytes).toBeLessThanOrEqual(50);
        await new Promise((resolve) => setTimeout(resolve, 10));
        open--;
        return work();
      },
      { limits: { sendingBytes: 50 } },
    );
    const calls = Array.from({ length: 8 }, () => policy.sample(request()));
    expect(client.inFlight.calls).toBe(8);
    await Promise.all(calls);
    expect(most).toBe(2); // 21 bytes each
    expect(client.inFlight).toEqual({ calls: 0, sendingBytes: 0, receivingBytes: 0 });
  });

  test('a call that is called off while it waits leaves the line', async () => {
    const { sampler: policy } = await sampler(
      ({ path }) => (path.endsWith('/asample') ? { stall: 'before' } : undefined),
      { limits: { samplesInFlight: 1 } },
    );
    const stop = new AbortController();
    const first = failure(policy.sample(request(), { timeoutMs: 500 }));
    const second = failure(policy.sample(request(), { signal: stop.signal }));
    const third = failure(policy.sample(request(), { timeoutMs: 900 }));
    stop.abort(new Error('off'));
    expect(await second).toMatchObject({ message: 'off' });
    expect(await first).toMatchObject({ kind: 'time-out' });
    expect(await third).toMatchObject({ kind: 'time-out' });
  });
});

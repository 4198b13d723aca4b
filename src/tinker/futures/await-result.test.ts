/** The futures table on a real connection: what ends well, what ends with which error, and that everything ends. */
import { describe, expect, test } from 'vitest';
import type { Behaviour, SeenRequest } from '../../core/testing/scripted-server.js';
import { adam, datum, failure, testTraining } from '../testing/client.js';
import { forwardReply } from '../testing/fake-server.js';

/** A step whose result is asked for again and again: the answers in turn, the last of them for ever; `work` is the server's own. */
async function stepWith(
  answers: readonly (Behaviour | 'work')[],
  options = {},
): Promise<{ outcome: unknown; polls: SeenRequest[] }> {
  const polls: SeenRequest[] = [];
  const { model } = await testTraining(
    {
      script: (request, work) => {
        if (!request.path.endsWith('/retrieve_future') || request.headers['x-tinker-request-type'] !== 'OptimStep')
          return undefined;
        const answer = answers[Math.min(polls.push(request), answers.length) - 1]!;
        return answer === 'work' ? work() : answer;
      },
    },
    options,
  );
  const outcome = await model.optimStep(adam).catch((error: unknown) => error);
  return { outcome, polls };
}

const done = { metrics: { grad_norm: 2, odd: NaN } };
const again = { json: { type: 'try_again', request_id: '1', queue_state: 'paused_capacity' } };
const detail = (status: number, text: string) => ({ status, json: { detail: text } });

describe('waits for the result through', () => {
  test.each<[string, (Behaviour | 'work')[]]>([
    ['try_again', [again, again, 'work']],
    ['408', [detail(408, 'Timeout waiting for result'), 'work']],
    ['429 with Retry-After', [{ status: 429, headers: { 'retry-after': '0.05' } }, 'work']],
    ['502, 503, 504', [{ status: 502 }, { status: 503 }, { status: 504 }, 'work']],
    ['402, which is paid in time', [{ status: 402 }, 'work']],
    ['a few 500', [{ status: 500, text: 'x' }, { status: 500, text: 'x' }, 'work']],
    ['a bare 400', [{ status: 400, text: 'Bad Request' }, 'work']],
    ['a cut connection, before and in the middle', [{ cut: 'before' }, { cut: 'middle' }, 'work']],
    ['silence, before and in the middle', [{ stall: 'before' }, { stall: 'middle' }, 'work']],
    ['an answer without end', [{ drip: { bytes: 1, everyMs: 20 } }, 'work']],
    ['an answer that is slow', [{ json: { metrics: { grad_norm: 2, odd: null } }, delayMs: 600 }]],
    ['JSON that is cut', [{ text: '{"metrics": {' }, 'work']],
    ['an announcement', [{ json: { status: 'complete_metadata', response_payload_size: 10 ** 9 } }, 'work']],
  ])('%s', async (_what, answers) => {
    const { outcome, polls } = await stepWith(answers);
    expect(outcome).toEqual(done);
    expect(polls.length).toBeGreaterThanOrEqual(answers.length); // a busy machine may ask once more
  });

  test('500 that come back between answers of a server that works are not counted together', async () => {
    const bad = { status: 500, text: 'x' };
    const { outcome } = await stepWith([bad, bad, again, bad, bad, again, bad, bad, 'work'], {
      limits: { serverErrors: 2 },
    });
    expect(outcome).toEqual(done);
  });

  test('only what is announced is asked for without leave to announce it', async () => {
    const { polls } = await stepWith([{ json: { status: 'complete_metadata', response_payload_size: 5 } }, 'work']);
    expect(polls.map(({ body }) => body['allow_metadata_only'])).toEqual([true, false]);
    expect(polls.map(({ headers }) => headers['x-tinker-request-iteration'])).toEqual(['0', '1']);
  });
});

describe('ends with', () => {
  test.each<[string, Behaviour, object]>([
    [
      '500 for ever, as SkyRL answers where log-probabilities are NaN',
      { status: 500, text: 'Internal Server Error' },
      { kind: 'unreachable', status: 500 },
    ],
    ['malformed JSON for ever', { text: '{"a":' }, { kind: 'malformed' }],
    ['a server that is gone', { status: 502 }, { kind: 'unreachable', status: 502 }],
    ['connections that are cut for ever', { cut: 'before' }, { kind: 'unreachable' }],
    ['a bill that is never paid', { status: 402 }, { kind: 'billing' }],
    [
      'a failed operation of SkyRL',
      detail(400, 'no gradient'),
      { kind: 'failed', message: expect.stringContaining('no gradient') as string },
    ],
    ['a failed operation of the hosted service', { json: { error: 'no', category: 'server' } }, { kind: 'failed' }],
    ['a failed operation of TuFT', detail(422, 'Future failed: no'), { kind: 'failed' }],
    ['a lost result', detail(404, 'Future not found'), { kind: 'lost' }],
    ['a lost model', detail(400, 'Model model_1 not loaded'), { kind: 'lost' }],
    ['a wrong key', { status: 401 }, { kind: 'unauthorized' }],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, { kind: 'refused' }],
    [
      'an announcement of an announcement',
      { json: { status: 'complete_metadata', response_payload_size: 5 } },
      { kind: 'malformed' },
    ],
  ])('%s', async (_what, answer, error) => {
    const { outcome } = await stepWith([answer]);
    expect(outcome).toMatchObject({ name: 'TinkerError', where: 'optim_step of model_1', ...error });
  });
});

describe('nothing goes on past its time', () => {
  test.each<[string, Behaviour]>([
    ['try_again for ever', again],
    ['408 at once for ever', detail(408, 'Timeout waiting for result')],
    ['silence for ever', { stall: 'before' }],
    ['answers without end', { drip: { bytes: 1, everyMs: 10 } }],
  ])('%s', async (_what, answer) => {
    const polls: number[] = [];
    const { model } = await testTraining({
      script: ({ path, headers }) => {
        if (!path.endsWith('/retrieve_future') || headers['x-tinker-request-type'] !== 'OptimStep') return undefined;
        polls.push(performance.now());
        return answer;
      },
    });
    const start = performance.now();
    expect(await failure(model.optimStep(adam, { timeoutMs: 700 }))).toMatchObject({ kind: 'time-out' });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(polls.length).toBeLessThan(20); // a server that answers at once is not hammered
  });

  test('no call, whatever it asks of a server that has fallen silent', async () => {
    let isSilent = false;
    const { model, client } = await testTraining({ script: () => (isSilent ? { stall: 'before' } : undefined) });
    const sampler = await client.createSamplingClient({ baseModel: 'tiny' });
    isSilent = true;
    const options = { timeoutMs: 400 };
    const pass = { data: [datum()], lossFn: 'cross_entropy' };
    const prompt = Int32Array.of(1, 2);
    const path = 'tinker://m/weights/a';
    const calls: Promise<unknown>[] = [
      client.capabilities(options),
      client.createTrainingClient({ baseModel: 'tiny', train: { rank: 8 } }, options),
      client.createTrainingClientFromState({ path, optimizer: true }, options),
      client.createSamplingClient({ baseModel: 'tiny' }, options),
      client.weightsInfo(path, options),
      sampler.sample({ prompt, numSamples: 1, samplingParams: { maxTokens: 1, temperature: 1 } }, options),
      sampler.computeLogprobs(prompt, options),
      model.forward(pass, options),
      model.forwardBackward(pass, options),
      model.optimStep(adam, options),
      model.saveState('a', options),
      model.saveWeightsForSampler('a', options),
      model.saveWeightsAndGetSamplingClient(options),
      model.loadState({ path, optimizer: true }, options),
      model.unload(options),
    ];
    const start = performance.now();
    for (const error of await Promise.all(calls.map(failure))) expect(error).toMatchObject({ kind: 'time-out' });
    expect(performance.now() - start).toBeLessThan(5000);
    expect(client.inFlight.calls).toBe(0);
  });

  test('an abort ends it at once with its reason, and nothing is asked any more', async () => {
    let polls = 0;
    const { model, client } = await testTraining({
      script: ({ path, headers }) => {
        if (!path.endsWith('/retrieve_future') || headers['x-tinker-request-type'] !== 'ForwardBackward')
          return undefined;
        return polls++ < 3 ? again : { stall: 'before' };
      },
    });
    const stop = new AbortController();
    const call = model.forwardBackward({ data: [datum()], lossFn: 'cross_entropy' }, { signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 150);
    await expect(call).rejects.toThrow('enough');
    const before = polls;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(polls).toBe(before);
    expect(client.inFlight).toEqual({ calls: 0, sendingBytes: 0, receivingBytes: 0 });
  });

  test('close ends it', async () => {
    const { model, client } = await testTraining({
      script: ({ headers }) => (headers['x-tinker-request-type'] === 'OptimStep' ? { stall: 'before' } : undefined),
    });
    const call = failure(model.optimStep(adam));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.close();
    expect(await call).toMatchObject({ kind: 'closed' });
    expect(await failure(model.optimStep(adam))).toMatchObject({ kind: 'closed' });
  });
});

test('NaN in a result is an error, from protobuf and (as null) from JSON; what is missing is one too', async () => {
  const json = (data: unknown) => ({
    json: { loss_fn_outputs: [{ logprobs: { data, dtype: 'float32' } }], metrics: {} },
  });
  const cases: [Behaviour, object][] = [
    [forwardReply([[-1, NaN, -1]]), { kind: 'not-finite', code: 'not-finite' }],
    [forwardReply([[-1, -Infinity, -1]]), { kind: 'not-finite' }],
    [json([-1, null, -1]), { kind: 'not-finite', message: expect.stringContaining('token 1 is NaN') as string }],
    [json([-1, -1]), { kind: 'malformed', message: expect.stringContaining('2 log-probabilities for 3') as string }],
    [
      { json: { loss_fn_outputs: [{}], metrics: {} } },
      { kind: 'malformed', message: expect.stringContaining('no log-probabilities') as string },
    ],
    [
      { text: new Uint8Array([10, 200]), headers: { 'content-type': 'application/x-protobuf' } },
      { kind: 'malformed', message: expect.stringContaining('the answer is no') as string },
    ],
    [forwardReply([]), { kind: 'malformed', message: expect.stringContaining('0 outputs for 1') as string }],
  ];
  for (const [answer, error] of cases) {
    const { model } = await testTraining({
      script: ({ headers }) => (headers['x-tinker-request-type'] === 'Forward' ? answer : undefined),
    });
    expect(await failure(model.forward({ data: [datum()], lossFn: 'cross_entropy' }))).toMatchObject(error);
  }
});

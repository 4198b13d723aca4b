/** Order, chunks, repeats and failures of training calls, against a server that keeps books. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Behaviour, SeenRequest } from '../core/testing/scripted-server.js';
import { adam, datum, failure, testTraining } from './testing/client.js';
import { forwardCallOf, type Script } from './testing/fake-server.js';

const ce = (...lengths: number[]) => ({ data: lengths.map((length) => datum(length)), lossFn: 'cross_entropy' });
const isAt = ({ path }: SeenRequest, end: string) => path.endsWith(end);
const isPollOf = ({ headers }: SeenRequest, operation: string) => headers['x-tinker-request-type'] === operation;
/** Answers the first `count` requests to a path. */
const first = (path: string, count: number, answer: (work: () => Behaviour) => Behaviour): Script => {
  let left = count;
  return (request, work) => (isAt(request, path) && left-- > 0 ? answer(work) : undefined);
};

describe('order', () => {
  test('calls begun without waiting are sent one after the other, numbered without gaps, and all answered', async () => {
    let inside = 0;
    let most = 0;
    const { model, server } = await testTraining({
      script: async (request, work) => {
        if (!/forward|optim|save/.test(request.path)) return undefined;
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setTimeout(resolve, 20));
        inside--;
        return work();
      },
    });
    const all = await Promise.all([
      model.forwardBackward(ce(3)),
      model.forwardBackward(ce(2, 2)),
      model.optimStep(adam),
      model.forward(ce(1)),
      model.saveState('a'),
      model.saveWeightsForSampler('b'),
      model.saveWeightsAndGetSamplingClient(),
    ]);
    expect(server.applied).toEqual([
      'forward_backward 1',
      'forward_backward 2',
      'optim_step 3',
      'forward 4',
      'save_weights 5',
      'save_weights_for_sampler 6',
      'save_weights_for_sampler 7',
    ]);
    expect(most).toBe(1);
    expect(all[0].outputs).toEqual([{ logprobs: Float32Array.of(-1, -1, -1) }]);
    expect(all[2]).toEqual({ metrics: { grad_norm: 2, odd: NaN } });
    expect([all[4], all[5], all[6].id]).toEqual(['tinker://model_1/weights/a', 'tinker://model_1/b', 'sampling_1']);
  });

  test('everything of the optimizer is sent, and whether its moments are loaded', async () => {
    const { model, server } = await testTraining();
    await model.loadState({ path: 'tinker://m/weights/a', optimizer: false });
    await model.optimStep({ ...adam, gradClipNorm: 1 });
    expect(server.at('/load_weights')[0]?.body).toEqual({
      model_id: 'model_1',
      seq_id: 1,
      path: 'tinker://m/weights/a',
      optimizer: false,
      type: 'load_weights',
    });
    expect(server.at('/optim_step')[0]?.body['adam_params']).toEqual({
      learning_rate: 1e-3,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weight_decay: 0,
      grad_clip_norm: 1,
    });
  });

  test('a call that is called off before its turn takes no number', async () => {
    const { model, server } = await testTraining({
      script: async (request) => {
        if (isAt(request, '/forward_backward')) await new Promise((resolve) => setTimeout(resolve, 150));
        return undefined;
      },
    });
    const stop = new AbortController();
    const one = model.forwardBackward(ce(1));
    const two = failure(model.forwardBackward(ce(2), { signal: stop.signal }));
    stop.abort(new Error('no more'));
    await one;
    await model.optimStep(adam);
    expect(await two).toMatchObject({ message: 'no more' });
    expect(server.applied).toEqual(['forward_backward 1', 'optim_step 2']);
  });
});

describe('chunks', () => {
  const limits = { chunkDatums: 2 };

  test('the first is sent last, results come in the order of the data, metrics are added up', async () => {
    const { model, server } = await testTraining({}, { limits });
    const { outputs, metrics } = await model.forwardBackward(ce(1, 2, 3, 4, 5));
    expect(server.at('/forward_backward').map((request) => forwardCallOf(request).seqId)).toEqual([2, 3, 1]);
    expect(outputs.map(({ logprobs }) => logprobs.length)).toEqual([1, 2, 3, 4, 5]);
    expect(metrics).toEqual({ 'loss:sum': 5 });
  });

  test('in order, and as small as it wants, where the server says so', async () => {
    const config = { parallel_fwdbwd_chunks: false, fwdbwd_max_chunk_len: 1 };
    const { model, server } = await testTraining({ config }, { limits });
    await model.forward(ce(1, 1, 1));
    expect(server.at('/forward_backward').map((request) => forwardCallOf(request).seqId)).toEqual([1, 2, 3]);
  });

  test('as many as it takes, without a word of warning about their listeners', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error) => void warnings.push(warning);
    process.on('warning', hear);
    onTestFinished(() => void process.off('warning', hear));
    const { model, server } = await testTraining({}, { limits: { chunkDatums: 1 } });
    await model.forward(ce(...Array.from({ length: 20 }, () => 1)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.at('/forward_backward')).toHaveLength(20);
    expect(warnings).toEqual([]);
  });

  test('where one is refused the others stand in the gradient: no step can follow', async () => {
    const { model, server } = await testTraining(
      {
        script: (request) =>
          isAt(request, '/forward_backward') && forwardCallOf(request).seqId === 3
            ? { status: 422, json: { detail: 'no' } }
            : undefined,
      },
      { limits, wire: 'protobuf' },
    );
    expect(await failure(model.forwardBackward(ce(1, 2, 3, 4, 5)))).toMatchObject({
      kind: 'uncertain',
      message: expect.stringContaining('took 1 of 3') as string,
    });
    expect(await failure(model.optimStep(adam))).toMatchObject({ kind: 'uncertain' });
    expect(server.at('/optim_step')).toEqual([]);
  });
});

describe('no call is applied twice', () => {
  test.each<[string, Behaviour]>([
    ['cut', { cut: 'before' }],
    ['cut in the middle', { cut: 'middle' }],
    ['never sent', { stall: 'before' }],
    ['endless', { drip: { bytes: 1, everyMs: 20 } }],
    ['no JSON', { text: '<html>' }],
    ['a 502', { status: 502 }],
    ['a 500', { status: 500 }],
  ])('a call whose acknowledgement is %s is sent again, the same to the byte, and counts once', async (_what, lost) => {
    const after = (work: () => Behaviour) => (work(), lost);
    const scripts = [
      first('/forward_backward', 1, after),
      first('/optim_step', 1, after),
      first('/save_weights_for_sampler', 1, after),
    ];
    const { model, server } = await testTraining({
      script: async (request, work) =>
        (await scripts[0]!(request, work)) ?? (await scripts[1]!(request, work)) ?? scripts[2]!(request, work),
    });
    await Promise.all([model.forwardBackward(ce(3)), model.optimStep(adam), model.saveWeightsAndGetSamplingClient()]);
    expect(server.applied).toEqual(['forward_backward 1', 'optim_step 2', 'save_weights_for_sampler 3']);
    for (const path of ['/forward_backward', '/optim_step', '/save_weights_for_sampler']) {
      const [one, two] = server.at(path);
      expect(two?.bytes).toEqual(one?.bytes);
      expect(two?.headers['x-idempotency-key']).toBe(one?.headers['x-idempotency-key']);
    }
  });

  test('of a server that does not know repeats none is sent again: it is uncertain, and so is all that follows', async () => {
    const { model, server } = await testTraining({
      speaks: 'json',
      script: first('/optim_step', 1, (work) => (work(), { cut: 'before' })),
    });
    await model.forwardBackward(ce(3));
    expect(await failure(model.optimStep(adam))).toMatchObject({ kind: 'uncertain' });
    expect(await failure(model.forwardBackward(ce(3)))).toMatchObject({
      kind: 'uncertain',
      message: expect.stringContaining('not known') as string,
    });
    expect(server.at('/optim_step')).toHaveLength(1);
    expect(server.applied).toEqual(['forward_backward 1', 'optim_step 2']);
  });

  test('busy answers say that nothing was done: also such a call is sent again', async () => {
    const { model, server } = await testTraining({
      speaks: 'json',
      script: first('/optim_step', 2, () => ({ status: 429 })),
    });
    await model.optimStep(adam);
    expect(server.applied).toEqual(['optim_step 1']);
  });

  test('TuFT refuses the second of two when it runs: done, but its result is lost', async () => {
    const { model } = await testTraining(
      {
        script: (request, work) => {
          if (isPollOf(request, 'OptimStep'))
            return {
              status: 409,
              json: { detail: 'Failed to retrieve future: Sequence conflict: expected 2, got 1.' },
            };
          return isAt(request, '/optim_step') && model_tries++ === 0 ? (work(), { cut: 'before' }) : undefined;
        },
      },
      { wire: 'protobuf' },
    );
    expect(await failure(model.optimStep(adam))).toMatchObject({
      kind: 'uncertain',
      message: expect.stringContaining('its result is lost') as string,
    });
  });
  let model_tries = 0;

  test('a named save that is refused as the second of two was made; one whose name is taken was not', async () => {
    let saves = 0;
    const taken = { status: 409, json: { detail: "Checkpoint 'a' already exists" } };
    const { model, server } = await testTraining({
      script: (request, work) => {
        if (!isAt(request, '/save_weights')) return undefined;
        return saves++ === 0 ? (work(), { cut: 'before' }) : taken;
      },
    });
    expect(await model.saveState('a')).toBe('tinker://model_1/weights/a');
    expect(server.at('/weights_info')).toHaveLength(1);
    expect(await failure(model.saveState('a'))).toMatchObject({ kind: 'refused', status: 409 });
    await model.optimStep(adam);
    expect(server.applied).toEqual(['save_weights 1', 'optim_step 2']);
  });

  test('a model that may have been made is not made again', async () => {
    const { client, server } = await testTraining({
      script: (request, work) =>
        isAt(request, '/create_model') && creates++ === 1 ? (work(), { cut: 'before' }) : undefined,
    });
    expect(await failure(client.createTrainingClient({ baseModel: 'tiny', train: { rank: 4 } }))).toMatchObject({
      kind: 'uncertain',
    });
    expect(server.at('/create_model')).toHaveLength(2);
  });
  let creates = 0;
});

describe('a pass that fails', () => {
  const fails = (count: number): Script => {
    let left = count;
    return (request) =>
      isPollOf(request, 'ForwardBackward') && left-- > 0 ? { status: 400, json: { detail: 'no memory' } } : undefined;
  };

  test('is told; made again, its step is a step', async () => {
    const { model, server } = await testTraining({ script: fails(1) });
    expect(await failure(model.forwardBackward(ce(3)))).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('no memory') as string,
    });
    await model.forwardBackward(ce(3));
    await model.optimStep(adam);
    expect(server.applied).toEqual(['forward_backward 1', 'forward_backward 2', 'optim_step 3']);
  });

  test('and whose step was under way: the step is no step, and nothing follows', async () => {
    const { model, server } = await testTraining({ script: fails(1) });
    const [pass, step] = await Promise.all([failure(model.forwardBackward(ce(3))), failure(model.optimStep(adam))]);
    expect(pass).toMatchObject({ kind: 'failed' });
    expect(step).toMatchObject({ kind: 'uncertain', message: expect.stringContaining('made without') as string });
    expect(await failure(model.saveState('a'))).toMatchObject({ kind: 'uncertain' });
    expect(server.applied).toEqual(['forward_backward 1', 'optim_step 2']);
  });

  test('at its submission, with its step waiting behind it: the step is not sent, and the numbers go on', async () => {
    const { model, server } = await testTraining(
      { script: first('/forward_backward', 1, () => ({ status: 400, json: { detail: 'no such loss' } })) },
      { wire: 'protobuf' },
    );
    const [pass, step] = await Promise.all([failure(model.forwardBackward(ce(3))), failure(model.optimStep(adam))]);
    expect(pass).toMatchObject({ kind: 'refused', message: 'status 400: no such loss' });
    expect(step).toMatchObject({ kind: 'refused', message: expect.stringContaining('was not made') as string });
    await Promise.all([model.forwardBackward(ce(3)), model.optimStep(adam)]);
    expect(server.applied).toEqual(['forward_backward 1', 'optim_step 2']);
  });

  test('and leaves a model of which nothing is known: it is freed all the same', async () => {
    const { model, server } = await testTraining({ script: fails(1) });
    await Promise.allSettled([model.forwardBackward(ce(3)), model.optimStep(adam)]);
    await model.unload();
    expect(server.at('/unload_model')).toHaveLength(1);
  });

  test('by its time-out: it may stand in the gradient, so no step can follow', async () => {
    const { model } = await testTraining({
      script: (request) => (isPollOf(request, 'ForwardBackward') ? { stall: 'before' } : undefined),
    });
    expect(await failure(model.forwardBackward(ce(3), { timeoutMs: 100 }))).toMatchObject({ kind: 'time-out' });
    expect(await failure(model.optimStep(adam))).toMatchObject({ kind: 'uncertain' });
  });
});

describe('codecs', () => {
  test('JSON where protobuf is not read; found out once', async () => {
    const { model, server } = await testTraining({ speaks: 'json' });
    await model.forward(ce(2));
    await model.forwardBackward(ce(2));
    expect(
      server.seen
        .filter(({ path }) => path.includes('forward'))
        .map(({ path, headers }) => [path, headers['content-type']]),
    ).toEqual([
      ['/api/v1/forward_backward', 'application/x-protobuf'],
      ['/api/v1/forward', 'application/json'],
      ['/api/v1/forward_backward', 'application/json'],
    ]);
  });

  test('what is refused both ways is refused for what it says', async () => {
    const { model, server } = await testTraining({
      script: (request) =>
        isAt(request, '/forward_backward') && request.headers['content-type'] !== 'application/json'
          ? { status: 422, json: { detail: 'unknown loss' } }
          : undefined,
    });
    for (let i = 0; i < 2; i++)
      expect(await failure(model.forwardBackward(ce(2)))).toMatchObject({
        kind: 'refused',
        message: 'status 422: unknown loss',
      });
    expect(server.at('/forward_backward')).toHaveLength(3); // the second time it is known
  });
});

test('weights that cannot be loaded are an error, and what was made for them is freed', async () => {
  const { client, server } = await testTraining({
    script: (request) =>
      isPollOf(request, 'LoadWeights') ? { status: 400, json: { detail: 'missing lora_A of layer 3' } } : undefined,
  });
  const from = { path: 'tinker://model_1/weights/a', optimizer: false };
  expect(await failure(client.createTrainingClientFromState(from))).toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('lora_A of layer 3') as string,
  });
  expect(server.at('/load_weights')[0]?.body['optimizer']).toBe(false);
  expect(server.at('/unload_model')).toHaveLength(1);
});

test('a lost model is said; the next has a session of its own where the old one is lost too', async () => {
  let isNew = false;
  const { model, client, server } = await testTraining({
    script: (request) => {
      if (!isNew) return undefined;
      if (isAt(request, '/forward_backward')) return { status: 404, json: { detail: 'Model not found' } };
      const isOld = request.body['session_id'] === 'session_1';
      return isAt(request, '/create_model') && isOld
        ? { status: 404, json: { detail: 'Session not found' } }
        : undefined;
    },
  });
  isNew = true;
  expect(await failure(model.forwardBackward(ce(1)))).toMatchObject({ kind: 'lost', status: 404 });
  const from = { path: 'tinker://model_1/weights/a', optimizer: true };
  await client.createTrainingClientFromState(from);
  expect(server.at('/create_session')).toHaveLength(2);
  expect(server.at('/create_model').at(-1)?.body['lora_config']).toMatchObject({ rank: 8 });
});

/** What the engine does on a server beyond the contract: when it saves, what it sends, what it refuses. */
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../../core/testing/scripted-server.js';
import { sampleReply, type Script } from '../../tinker/testing/fake-server.js';
import { folderRef } from '../policy-folder.js';
import { STEP, ids, largestGap, raggedGroups, response, scoredGroups } from '../testing/helpers.js';
import { openTinkerEngine, type TinkerEngineOptions } from './tinker-engine.js';
import type { ModelServer } from './testing/model-server.js';
import { served } from './testing/served.js';

const train = { rank: 8, alpha: 32, targets: 'all-linear', rsLora: false } as const;
const sampling = { maxTokens: 3, temperature: 1, stopTokens: [] };
const asked = [{ prompt: ids(1, 2), n: 2, seed: 1 }];

const saves = (server: ModelServer) =>
  server.seen.filter(({ path }) => path.endsWith('/save_weights_for_sampler')).length;

describe('the sampler', () => {
  it('is saved anew after each step, when it is needed, and not before', async () => {
    const { server, engine, folder } = await served();
    const policy = await engine.open(folderRef(folder), { train });
    await policy.sample(asked, sampling);
    await policy.sample(asked, sampling);
    expect(saves(server)).toBe(1);
    const lesson = [{ prompt: ids(1, 2), responses: [response(ids(3, 4))] }];
    for (let step = 0; step < 2; step++) {
      await policy.forwardBackward(lesson);
      await policy.optimStep(STEP);
    }
    const { policyVersion, samples_NG } = await policy.sample(asked, sampling);
    expect([policyVersion, saves(server)]).toEqual([2, 2]);
    // It is the trainer: no stale weights.
    const responses = samples_NG[0]!.map(({ tokens }) => tokens);
    const [scores] = await policy.logprobs([{ prompt: asked[0]!.prompt, responses }]);
    for (const [g, { policyLogprobs }] of samples_NG[0]!.entries())
      for (const [t, p] of policyLogprobs!.entries()) expect(p).toBeCloseTo(scores![g]![t]!, 5);
  });

  it('takes no place of a model for a policy that is the base', async () => {
    const { server, engine, folder } = await served();
    const policy = await engine.open(folderRef(folder));
    await policy.sample(asked, sampling);
    await policy.logprobs([{ prompt: ids(1), responses: [ids(2)] }]);
    expect(server.models.size).toBe(0);
    expect(server.passes).toEqual([]);
  });
});

describe('an answer that is no sample', () => {
  const json = (sequence: object): Behaviour => ({ json: { sequences: [sequence, sequence] } });
  it.each<[string, Behaviour, object]>([
    ['a fragment that was broken off', json({ tokens: [3], logprobs: [-1], stop_reason: 'abort' }), { kind: 'failed' }],
    [
      'one without log-probabilities',
      sampleReply([1, 2].map(() => ({ tokens: [3], stopReason: 1, logprobs: null }))),
      { kind: 'malformed' },
    ],
    [
      'one with null for a log-probability',
      json({ tokens: [3], logprobs: [null], stop_reason: 'length' }),
      { code: 'not-finite' },
    ],
    [
      'one with NaN',
      sampleReply([1, 2].map(() => ({ tokens: [3], stopReason: 1, logprobs: [NaN] }))),
      { code: 'not-finite' },
    ],
    [
      'protobuf that is cut',
      { text: new Uint8Array([10, 200]), headers: { 'content-type': 'application/x-protobuf' } },
      { kind: 'malformed' },
    ],
  ])('%s is an error of its own, and the policy stays', async (_what, answer, error) => {
    let answers = 1;
    const script: Script = ({ headers }) =>
      headers['x-tinker-request-type'] === 'Sample' && answers-- > 0 ? answer : undefined;
    const { engine, folder } = await served({ script });
    const policy = await engine.open(folderRef(folder), { train });
    await expect(policy.sample(asked, sampling)).rejects.toMatchObject(error);
    expect((await policy.sample(asked, sampling)).samples_NG[0]).toHaveLength(2);
  });
});

describe('a step', () => {
  it.each([
    ['mean', [2 * 0.5 * 2, -2 * 0.25 * 2], 2 * 1],
    ['sum', [0.5, -0.25], 1],
  ] as const)(
    'on a server that takes the %s is of all slopes since the last, in one pass',
    async (reduction, two, one) => {
      const { server, engine, folder } = await served({ reduction });
      const policy = await engine.open(folderRef(folder), { train });
      const measured = server.passes.length;
      await policy.forwardBackward([
        {
          prompt: ids(1, 2),
          responses: [response(ids(3, 4), Float32Array.of(-0.5, 0.25)), response(ids(5), new Float32Array(1))],
        },
      ]);
      await policy.forwardBackward([{ prompt: ids(6), responses: [response(ids(7)), response(ids())] }]);
      await policy.optimStep(STEP);
      expect(server.passes).toHaveLength(measured + 1);
      const [first, second, ...more] = server.passes.at(-1)!;
      expect([[...first!.tokens], [...second!.tokens], more]).toEqual([[1, 2, 3], [6], []]);
      expect([...first!.inputs['advantages']!]).toEqual([0, ...two]);
      expect([...second!.inputs['advantages']!]).toEqual([one]);
    },
  );

  it.each(['mean', 'sum'] as const)(
    'in numbers that a server has compiled is the same step (%s)',
    async (reduction) => {
      const steps = [1, 8].map(async (sequenceMultiple) => {
        const { server, engine, folder } = await served({ reduction }, { sequenceMultiple, reduction });
        const policy = await engine.open(folderRef(folder), { train });
        const groups = raggedGroups(policy.info.vocabSize, 'multiple');
        const { loss, logprobs_NGT } = await policy.forwardBackward(groups);
        const { gradNorm } = await policy.optimStep(STEP);
        const after = await policy.logprobs(scoredGroups(groups));
        return { loss, logprobs_NGT, gradNorm, after, sizes: server.passes.map((data) => data.length % 8) };
      });
      const [as, filled] = await Promise.all(steps);
      expect([as!.sizes, filled!.sizes]).toEqual([[7], [0]]);
      expect(filled!.loss).toBe(as!.loss);
      expect(filled!.logprobs_NGT).toEqual(as!.logprobs_NGT);
      expect(filled!.gradNorm / as!.gradNorm).toBeCloseTo(1, 5);
      expect(largestGap(filled!.after, as!.after)).toBeLessThan(1e-5);
    },
  );

  it('is measured on a model of its own, once, which is unloaded', async () => {
    const { server, engine, folder } = await served();
    const [a] = [await engine.open(folderRef(folder), { train }), await engine.open(folderRef(folder), { train })];
    expect(server.models.size).toBe(2);
    expect(server.passes).toHaveLength(3);
    await a.dispose();
    expect(server.models.size).toBe(1);
  });

  it('is not measured where the configuration says what the server does', async () => {
    const { server, engine, folder } = await served({ reduction: 'sum' }, { reduction: 'sum' });
    await engine.open(folderRef(folder), { train });
    expect(server.passes).toEqual([]);
  });

  it('is refused on a server that does not tell the gradient, before anything is trained', async () => {
    const { server, engine, folder } = await served({ gradNorm: undefined });
    await expect(engine.open(folderRef(folder), { train })).rejects.toMatchObject({
      code: 'engine',
      where: 'optim_step',
    });
    expect(server.models.size).toBe(0);
  });

  it('that cannot be made is the end of the policy: only dispose may follow', async () => {
    const script: Script = ({ headers }) =>
      headers['x-tinker-request-type'] === 'ForwardBackward'
        ? { status: 400, json: { detail: 'out of memory' } }
        : undefined;
    const { engine, folder } = await served({ script }, { reduction: 'mean' });
    const policy = await engine.open(folderRef(folder), { train });
    await policy.forwardBackward([{ prompt: ids(1), responses: [response(ids(2))] }]);
    const failed = { name: 'TinkerError', kind: 'failed', message: expect.stringContaining('memory') as string };
    await expect(policy.optimStep(STEP)).rejects.toMatchObject(failed);
    await expect(policy.logprobs([])).rejects.toMatchObject(failed);
    await expect(policy.checkpoint(folder)).rejects.toMatchObject(failed);
    await policy.dispose();
  });
});

describe('refused before anything is sent', () => {
  const opened = async (options: object, settings: Partial<TinkerEngineOptions> = {}) => {
    const { server, engine, folder } = await served({}, settings);
    const error: unknown = await engine.open(folderRef(folder), options).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return { error, models: server.models.size };
  };

  it.each([
    ['alpha', { alpha: 16 }],
    ['rsLora', { rsLora: true }],
    ['targets', { targets: ['q_proj'] }],
  ])('an adapter with a %s that servers do not know', async (key, other) => {
    const { error, models } = await opened({ train: { ...train, ...other } });
    expect(error).toMatchObject({ code: 'engine', where: `lora.${key}` });
    expect(models).toBe(0);
  });

  it('a model that the server does not serve', async () => {
    const { error } = await opened({}, { model: 'another' });
    expect(error).toMatchObject({ code: 'engine', where: 'engine.model', expected: '/models/tiny/bigram' });
  });

  it('weights of this machine', async () => {
    const { engine } = await served();
    await expect(engine.open(folderRef(tmpdir()))).rejects.toMatchObject({ code: 'engine', where: tmpdir() });
  });

  it('plain http to another machine', () => {
    const client = { baseUrl: 'http://example.com', apiKey: 'secret' };
    expect(() => openTinkerEngine({ client, model: 'm', folder: '/models/m' })).toThrow(/plain http/);
  });
});

/** A server that forgets its session, at every moment of a step: what is done again, what is never done twice, and where it ends. */
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../../core/testing/scripted-server.js';
import type { Script } from '../../tinker/testing/fake-server.js';
import { folderRef } from '../policy-folder.js';
import { STEP, ids, raggedGroups, scoredGroups } from '../testing/helpers.js';
import type { Policy, PolicyEngine, PolicyRef } from '../types.js';
import type { ModelServer, ModelServerOptions } from './testing/model-server.js';
import { served, type Served } from './testing/served.js';

const train = { rank: 8, alpha: 32, targets: 'all-linear', rsLora: false } as const;
const sampling = { maxTokens: 3, temperature: 1, stopTokens: [] };
const asked = [0, 1, 2].map((seed) => ({ prompt: ids(1 + seed, 2), n: 2, seed }));

/** At the n-th request (from 1) that `is`; `work` has the server do its work first. */
interface Moment {
  is: (path: string, operation: string) => boolean;
  n: number;
  lose: (server: ModelServer, work: () => Behaviour) => Behaviour;
}
const at = (end: string, n: number, lose: Moment['lose']): Moment => ({ is: (path) => path.endsWith(end), n, lose });
const asksFor = (name: string, n: number): Moment => ({
  is: (_path, operation) => operation === name,
  n,
  lose: (server, work) => (server.restart(), work()),
});
const before: Moment['lose'] = (server, work) => (server.restart(), work());
const behind: Moment['lose'] = (server, work) => (work(), server.restart(), { cut: 'before' });

async function servedWith(moments: Moment[], options: Partial<ModelServerOptions> = {}): Promise<Served> {
  const counts = moments.map(() => 0);
  const all: { server?: ModelServer } = {};
  const script: Script = ({ path, headers }, work) => {
    const i = moments.findIndex(({ is }) => is(path, String(headers['x-tinker-request-type'])));
    const moment = moments[i];
    return moment && ++counts[i]! === moment.n ? moment.lose(all.server!, work) : undefined;
  };
  const started = await served({ script, ...options }, { reduction: 'mean' });
  all.server = started.server;
  return started;
}

/** Samples, learns, steps and saves twice; the checkpoint is where the weights come from. */
async function twoSteps(engine: PolicyEngine, folder: string, server: ModelServer) {
  let policy = await engine.open(folderRef(folder), { train });
  const groups = raggedGroups(policy.info.vocabSize, 'lost');
  const seen: unknown[] = [];
  let ref: PolicyRef | undefined;
  for (let step = 0; step < 2; step++) {
    seen.push(await policy.sample(asked, sampling));
    for (const half of [groups.slice(0, 2), groups.slice(2)]) seen.push(await policy.forwardBackward(half));
    seen.push(await policy.optimStep(STEP));
    ref = await policy.checkpoint(folder);
    seen.push(await policy.logprobs(scoredGroups(groups)));
  }
  await policy.dispose();
  policy = await engine.open(ref!, { train, optimizer: true });
  seen.push(await policy.sample(asked, sampling));
  await policy.dispose();
  const { uri } = ref as Extract<PolicyRef, { kind: 'remote' }>;
  return { seen, saved: server.saved(uri.split('#')[0]!) };
}

describe('a session that is lost', () => {
  it.each<[string, Moment]>([
    ['before anything is trained', at('/save_weights_for_sampler', 1, before)],
    ['while it is sampled', at('/asample', 5, before)],
    ['while samples are waited for', asksFor('Sample', 5)],
    ['while a pass is submitted', at('/forward_backward', 3, before)],
    ['while scores are waited for', asksFor('Forward', 5)],
    ['between the pass and its step', at('/optim_step', 2, before)],
    ['behind a step whose answer is lost', at('/optim_step', 2, behind)],
    ['behind the first step, before there is any checkpoint', at('/optim_step', 1, behind)],
    ['while the result of a step is waited for', asksFor('OptimStep', 2)],
    ['while a checkpoint is opened', at('/load_weights', 1, before)],
    ['while a model is made', at('/create_model', 1, behind)],
  ])('%s: the work is done again from the checkpoint, and what comes of it is the same', async (_what, moment) => {
    const straight = await servedWith([]);
    const expected = await twoSteps(straight.engine, straight.folder, straight.server);
    const { server, engine, folder, warnings } = await servedWith([moment]);
    expect(await twoSteps(engine, folder, server)).toEqual(expected);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^the server has lost a policy, which is made anew from its (start|checkpoint)/);
    expect(server.models.size).toBe(0);
  });

  it('of the base model is no loss', async () => {
    const { server, engine, folder, warnings } = await served();
    const policy = await engine.open(folderRef(folder));
    const expected = await policy.sample(asked, sampling);
    server.restart();
    expect(await policy.sample(asked, sampling)).toEqual(expected);
    expect(warnings).toHaveLength(1);
  });

  it('is gone on from by several policies, each with weights of its own', async () => {
    const { server, engine, folder } = await servedWith([]);
    const groups = raggedGroups(16, 'several');
    const refs: PolicyRef[] = [];
    for (const learningRate of [1e-2, 5e-2]) {
      const policy = await engine.open(folderRef(folder), { train });
      await policy.forwardBackward(groups);
      await policy.optimStep({ ...STEP, learningRate });
      refs.push(await policy.checkpoint(folder));
      await policy.dispose();
    }
    const policies = await Promise.all(refs.map((ref) => engine.open(ref)));
    const scores = () => Promise.all(policies.map((policy) => policy.logprobs(scoredGroups(groups))));
    const expected = await scores();
    expect(expected[0]).not.toEqual(expected[1]);
    server.restart();
    expect(await scores()).toEqual(expected);
    expect(server.seen.filter(({ path }) => path.endsWith('/create_session'))).toHaveLength(2);
  });
});

it('a step of which nobody knows whether it was made: the weights are taken back to the checkpoint, and it is made once', async () => {
  const straight = await servedWith([]);
  const expected = await twoSteps(straight.engine, straight.folder, straight.server);
  // As TuFT: the second of two of the same is refused when it runs, and the first was made.
  const conflict = {
    status: 409,
    json: { detail: 'Failed to retrieve future: Sequence conflict: expected 9, got 8.' },
  };
  const { server, engine, folder } = await servedWith([
    at('/optim_step', 2, (_server, work) => (work(), { cut: 'before' })),
    { ...asksFor('OptimStep', 2), lose: () => conflict },
  ]);
  expect(await twoSteps(engine, folder, server)).toEqual(expected);
  const paths = server.seen.map(({ path }) => path.slice('/api/v1/'.length));
  // The model of which nothing is known was freed before another took its place.
  const freed = paths.indexOf('unload_model');
  expect(paths.slice(freed).filter((path) => path === 'create_model')).toHaveLength(2);
  expect(server.models.size).toBe(0);
});

describe('what cannot be had again', () => {
  const stepped = async (): Promise<Served & { policy: Policy }> => {
    const started = await servedWith([]);
    const policy = await started.engine.open(folderRef(started.folder), { train });
    await policy.checkpoint(started.folder);
    await policy.forwardBackward([{ prompt: ids(1), responses: [{ tokens: ids(2), slopes: Float32Array.of(-1) }] }]);
    await policy.optimStep(STEP);
    return { ...started, policy };
  };
  const gone = {
    name: 'PolicyLostError',
    code: 'engine',
    message: expect.stringContaining('one step since') as string,
  };

  it('is a policy with steps since its checkpoint: it says so, and makes nothing up', async () => {
    const { server, policy, folder } = await stepped();
    server.restart();
    await expect(policy.sample(asked, sampling)).rejects.toMatchObject(gone);
    await expect(policy.logprobs([{ prompt: ids(1), responses: [ids(2)] }])).rejects.toMatchObject(gone);
    await expect(policy.checkpoint(folder)).rejects.toMatchObject(gone);
    expect(server.models.size).toBe(0);
    await policy.dispose();
  });

  it('is a checkpoint that was lost on the way', async () => {
    const { server, policy, folder } = await stepped();
    server.restart();
    await expect(policy.checkpoint(folder)).rejects.toMatchObject(gone);
  });

  it('is a policy of a server that forgets its session again and again: it ends with the reason', async () => {
    let sessions = 0;
    const forgetful: { server?: ModelServer } = {};
    const started = await served({
      script: ({ path }, work) => {
        if (path.endsWith('/create_session')) sessions++;
        return path.endsWith('/asample') ? (forgetful.server!.restart(), work()) : undefined;
      },
    });
    forgetful.server = started.server;
    const policy = await started.engine.open(folderRef(started.folder), { train });
    await expect(policy.sample(asked, sampling)).rejects.toMatchObject({
      name: 'TinkerError',
      kind: 'lost',
      message: expect.stringMatching(/4 times in a row.*not found/) as string,
    });
    expect(sessions).toBe(4);
    expect(started.warnings).toHaveLength(3);
  });
});

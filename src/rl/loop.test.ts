import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { showing } from '../data/context.js';
import { silent } from '../core/progress.js';
import { Rng } from '../core/rng.js';
import { warningsAmong } from '../runs/warnings.js';
import { readJsonlAll } from '../core/jsonl.js';
import type { TrainGroup } from '../engine/types.js';
import type { Verifier } from '../verify/types.js';
import { always } from './contexts/index.js';
import { trainRl } from './loop.js';
import type { StepMetrics } from './metrics.js';
import type { GroupRecord } from './records.js';
import {
  toyCodec,
  toyEngine,
  toyRun,
  toyRecipe,
  toySettings,
  toyTask,
  toyTrace,
  toyVerifier,
  type ToyRun,
} from './testing/toy-task.js';

let toy: ToyRun;
beforeEach(async () => {
  toy = await toyRun();
});
afterEach(() => toy.remove());

const metrics = () => readJsonlAll<StepMetrics & { arm: string }>(toy.run.paths.metrics);
const rollouts = (step: number) => readJsonlAll<GroupRecord>(toy.run.paths.rollouts('toy', step));

describe('trainRl', () => {
  it('learns: the reward at the end is far above that at the start', async () => {
    await trainRl(toyTask(toy, { settings: { ...toySettings, steps: 40 } }));
    const rewards = (await metrics()).map((m) => m.rewardMean ?? 0);
    const mean = (xs: number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
    expect(mean(rewards.slice(0, 5))).toBeLessThan(0.25);
    expect(mean(rewards.slice(-5))).toBeGreaterThan(0.8);
  });

  it('writes one line of metrics a step and every response of every group', async () => {
    await trainRl(toyTask(toy));
    const lines = await metrics();
    expect(lines.map((m) => m.step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    for (const m of lines) {
      expect(m.arm).toBe('toy');
      expect(m.mixedShare! + m.allRightShare! + m.allWrongShare!).toBeCloseTo(1, 9);
      expect(m.trainedGroups).toBe(Math.min(4, Math.round(m.mixedShare! * 6)));
      expect(m.logprobGapMax ?? 0).toBeLessThan(1e-5);
    }
    const groups = await rollouts(7);
    expect(groups).toHaveLength(6);
    for (const group of groups) {
      expect(group.rollouts).toHaveLength(6);
      expect(group.promptTokens).toHaveLength(1);
      expect(JSON.stringify(group)).not.toContain('timeMs');
      for (const r of group.rollouts) expect(r.logprobs).toHaveLength(r.tokens.length);
    }
  });

  it('gives the same files for the same seed, others for another', async () => {
    await trainRl(toyTask(toy));
    const first = await readFile(toy.run.paths.metrics, 'utf8');
    const second = await toyRun();
    await trainRl(toyTask(second));
    expect(await readFile(second.run.paths.metrics, 'utf8')).toBe(first);
    const third = await toyRun();
    await trainRl(toyTask(third, { rng: Rng.fromSeed(2) }));
    expect(await readFile(third.run.paths.metrics, 'utf8')).not.toBe(first);
    await second.remove();
    await third.remove();
  });

  it('trains on the very tokens of prompt and response that were sampled, the trace included (Eq. 3), and reports leaks', async () => {
    const sampledPrompts = new Set<string>();
    const sampled = new Set<string>();
    const trained: string[] = [];
    const engine = toyEngine((policy) => {
      const sample = policy.sample.bind(policy);
      const forwardBackward = policy.forwardBackward.bind(policy);
      policy.sample = async (requests, options) => {
        const result = await sample(requests, options);
        requests.forEach(({ prompt }, n) => {
          sampledPrompts.add(prompt.join(','));
          for (const { tokens } of result.samples_NG[n]!) sampled.add(`${prompt.join(',')}: ${tokens.join(',')}`);
        });
        return result;
      };
      policy.forwardBackward = (groups: readonly TrainGroup[]) => {
        for (const { prompt, responses } of groups)
          trained.push(...responses.map(({ tokens }) => `${prompt.join(',')}: ${tokens.join(',')}`));
        return forwardBackward(groups);
      };
    });
    // Problems about 0 get a trace whose answer is 0: a leak. The others get none.
    const contexts = always(({ answer }) => [showing(answer === '0' ? toyTrace(4) : undefined)]);
    // A codec as real tokenizers are: what its text would be encoded to are other tokens.
    const codec = { ...toyCodec, response: () => Int32Array.of(1) };
    await trainRl(toyTask(toy, { engine, contexts, codec }));
    expect(trained.length).toBeGreaterThan(10);
    for (const one of trained) expect(sampled).toContain(one);
    expect([...sampledPrompts].some((p) => p.includes(','))).toBe(true);
    const lines = await metrics();
    for (const m of lines) expect(m.traceAnswerIsGoldShare).toBe(m.traceShare);
    expect(lines.some((m) => m.traceShare! > 0)).toBe(true);
  });

  it('leaves failed verdicts out of reward, signal and loss', async () => {
    const sizes: number[][] = [];
    const engine = toyEngine((policy) => {
      const forwardBackward = policy.forwardBackward.bind(policy);
      policy.forwardBackward = (groups) => {
        sizes.push(groups.map((g) => g.responses.length));
        return forwardBackward(groups);
      };
    });
    const verifier = toyVerifier((_id, response) => response.startsWith('w'));
    await trainRl(toyTask(toy, { engine, verifier }));
    const lines = await metrics();
    expect(lines.some((m) => m.verifierFailures! > 0)).toBe(true);
    for (const group of await rollouts(3)) {
      const failed = group.rollouts.filter((r) => r.verdict.outcome === 'error');
      for (const r of failed) expect([r.reward, r.advantage]).toEqual([null, null]);
      const known = group.rollouts.flatMap((r) => (r.reward === null ? [] : [r.advantage!]));
      expect(known.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
    }
    for (const size of sizes.flat()) expect(size).toBeLessThanOrEqual(toySettings.groupSize);
    expect(sizes.flat().some((size) => size < toySettings.groupSize)).toBe(true);
  });

  it('counts an answer that is too costly as wrong, in a column of its own', async () => {
    const verifier = toyVerifier();
    const verifyMany = verifier.verifyMany.bind(verifier);
    verifier.verifyMany = async (pairs) =>
      (await verifyMany(pairs)).map((verdict) =>
        verdict.outcome === 'no_answer' ? { outcome: 'too_costly', rule: 'toy' } : verdict,
      );
    await trainRl(toyTask(toy, { verifier }));
    for (const m of await metrics()) {
      expect(m.tooCostlyShare).toBeGreaterThan(0);
      expect([m.noAnswerShare, m.verifierFailures]).toEqual([0, 0]);
    }
    const costly = (await rollouts(3)).flatMap((g) => g.rollouts).filter((r) => r.verdict.outcome === 'too_costly');
    expect(new Set(costly.map((r) => r.reward))).toEqual(new Set([0]));
  });

  it('makes no update where no group has signal', async () => {
    const wrong: Verifier = {
      ...toyVerifier(),
      verifyMany: async (pairs) => pairs.map(() => ({ outcome: 'mismatch', rule: 'wrong' })),
    };
    const lines: string[] = [];
    const progress = { ...silent, line: (text: string) => lines.push(text) };
    await trainRl(toyTask(toy, { verifier: wrong, progress }));
    for (const m of await metrics()) {
      expect([m.trainedGroups, m.trainedTokens, m.policyVersion, m.rewardMean]).toEqual([0, 0, 0, 0]);
      expect(m).not.toHaveProperty('gradNorm');
    }
    // The data goes on all the same: two epochs of 20 problems in the first steps of 6.
    const ids = (await Promise.all(Array.from({ length: 10 }, (_, i) => rollouts(i + 1))))
      .flat()
      .map((g) => g.problemId);
    expect(new Set(ids.slice(0, 20)).size).toBe(20);
    expect(new Set(ids.slice(20, 40)).size).toBe(20);
    expect(lines).toEqual([expect.stringContaining('warning: toy: steps 1 to 10 had no group with right and wrong')]);
    const events = await readJsonlAll<{ kind: string }>(toy.run.paths.events);
    expect(warningsAmong(events)).toMatchObject([{ code: 'no-mixed-group', where: 'toy' }]);
  });

  it('trains several passes on a batch with the clipped ratio', async () => {
    const settings = { ...toySettings, epochs: 3 };
    const recipe = toyRecipe('gspo', settings); // clips at 3e-4
    await trainRl(toyTask(toy, { settings, recipe }));
    const lines = await metrics();
    const updates = lines.filter((m) => m.trainedGroups! > 0).length;
    expect(lines.at(-1)?.policyVersion).toBe(3 * updates);
    expect(lines.some((m) => m.clipShare! > 0)).toBe(true);
  });

  it('refuses a prompt that is too long, naming problem and trace', async () => {
    const context = { contexts: always(() => [showing(toyTrace(1))]) };
    await expect(trainRl(toyTask(toy, { ...context, maxPromptTokens: 1 }))).rejects.toMatchObject({
      code: 'context-length',
      where: expect.stringMatching(/^problem p\d+ with trace t1$/) as string,
    });
    const settings = { ...toySettings, maxTokens: 15 };
    await expect(trainRl(toyTask(toy, { ...context, settings }))).rejects.toMatchObject({ code: 'context-length' });
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, describe } from 'vitest';
import { Rng } from '../../core/rng.js';
import { noContext, showing, type Context } from '../../data/context.js';
import type { Problem } from '../../data/types.js';
import type { Policy } from '../../engine/types.js';
import { comparison } from '../testing/comparison.js';
import { toyCodec, toyPolicy, toyProblems, toyTrace, toyVerifier } from '../testing/toy-task.js';
import { alone, type Moment } from '../contexts/index.js';
import { comparisonRecords } from '../records.js';
import { rolloutsOf, type Comparison } from '../types.js';
import { withKlPenalty } from './kl-penalty.js';
import { sampleUntilFull } from './refill.js';
import { evenly, rollOut, type Draw, type SamplePlan } from './rollouts.js';
import { Attempts, sampleProblems } from './tries.js';

const mixed = comparison([[1, 0]]);
const equal = comparison([[1, 1]]);
const keep = (one: typeof mixed) => one === mixed;

describe('sampling until enough carry a gradient', () => {
  const run = async (batches_B: (typeof mixed)[][], wanted: number, maxBatches: number) => {
    const { all_N, kept_N, batches } = await sampleUntilFull(async (b) => batches_B[b]!, { wanted, maxBatches, keep });
    return [all_N.length, kept_N.length, batches];
  };
  it('takes one batch where that is enough or all that is allowed', async () => {
    expect(await run([[mixed, mixed]], 2, 4)).toEqual([2, 2, 1]);
    expect(await run([[mixed, equal]], 2, 1)).toEqual([2, 1, 1]);
  });
  it('goes on until the batch is full, or the limit', async () => {
    const batches = [
      [equal, equal],
      [mixed, equal],
      [mixed, mixed],
      [mixed, mixed],
    ];
    expect(await run(batches, 2, 4)).toEqual([6, 3, 3]);
    expect(await run(batches, 2, 2)).toEqual([4, 1, 2]);
  });
});

const planOf = (policy: SamplePlan['policy']): SamplePlan => ({
  policy,
  codec: toyCodec,
  verifier: toyVerifier(),
  limits: { maxContext: 16, maxPromptTokens: 8, maxTokens: 4 },
  groupSize: 5,
  options: { maxTokens: 4, temperature: 1, stopTokens: toyCodec.stopTokens },
});

describe('random numbers of responses', () => {
  const [a, b] = [toyProblems[0]!, toyProblems[5]!]; // the same question under two ids
  const draw = (problem: Problem, attempt = 0, ...contexts_K: Context[]) => ({
    problem,
    attempt,
    contexts_K: contexts_K.length === 0 ? [noContext] : contexts_K,
  });
  const sampled = async (draws: Parameters<typeof rollOut>[0], seed = 1) => {
    const policy = toyPolicy();
    const batch = await rollOut(draws, { ...planOf(policy), groupSize: 12 }, Rng.fromSeed(seed));
    await policy.dispose();
    return batch.map(({ groups_K }) => groups_K.map(({ rollouts_G }) => rollouts_G.map(({ text }) => text).join('|')));
  };

  it('come from the problem and not from its place in the batch or what stands beside it', async () => {
    const [first, second] = await sampled([draw(a), draw(b)]);
    expect(await sampled([draw(b), draw(a)])).toEqual([second, first]);
    expect(await sampled([draw(a)])).toEqual([first]);
    expect(first).not.toEqual(second);
  });

  it('differ between attempts, prompts of one problem, and steps', async () => {
    const [[first], [again]] = (await sampled([draw(a), draw(a, 1)])) as [[string], [string]];
    expect(first).not.toBe(again);
    const [[left, right]] = (await sampled([draw(a, 0, noContext, noContext)])) as [[string, string]];
    expect(left).not.toBe(right);
    expect(await sampled([draw(a)], 2)).not.toEqual([[first]]);
  });
});

describe('responses spread over the contexts of a problem', () => {
  it('as evenly as can be', () => {
    expect(evenly(8, 3)).toEqual([3, 3, 2]);
    expect(evenly(2, 3)).toEqual([1, 1, 0]);
  });

  it('each from its own prompt, judged for the one problem', async () => {
    const policy = toyPolicy();
    const plan = planOf(policy);
    const contexts_K = [showing(toyTrace(1)), showing(toyTrace(2), toyTrace(3))];
    const draws = toyProblems.slice(0, 2).map((problem) => ({ problem, contexts_K, attempt: 0 }));
    const [first, second] = await rollOut(draws, plan, Rng.fromSeed(1));
    expect(first!.groups_K.map(({ rollouts_G }) => rollouts_G.length)).toEqual([3, 2]);
    expect(first!.groups_K.map(({ prompt }) => prompt.length)).toEqual([2, 3]);
    expect(second!.problem).toBe(toyProblems[1]);
    expect(rolloutsOf(second!)).toHaveLength(5);
    await expect(
      rollOut(draws.slice(0, 1), { ...plan, limits: { ...plan.limits, maxPromptTokens: 2 } }, Rng.fromSeed(1)),
    ).rejects.toMatchObject({ code: 'context-length', where: 'problem p0 with trace t2, t3' });
    await policy.dispose();
  });
});

it('is the same whether an engine tells its groups as they come or not', async () => {
  const policy = toyPolicy();
  const backwards: Pick<Policy, 'sample'> = {
    sample: async (requests, options, _report, onGroup) => {
      const result = await policy.sample(requests, options);
      for (const n of [...requests.keys()].toReversed()) {
        onGroup?.(result.samples_NG[n]!, n);
        await sleep(5);
      }
      return result;
    },
  };
  const draws = toyProblems.slice(0, 6).map((problem) => ({ problem, contexts_K: [noContext], attempt: 0 }));
  const rolled = async (own: SamplePlan['policy']) => {
    const batch = await rollOut(draws, planOf(own), Rng.fromSeed(1));
    return batch.flatMap((one) => comparisonRecords(1, one, []));
  };
  expect(await rolled(backwards)).toEqual(await rolled(policy));
  await policy.dispose();
});

it('takes the divergence from the reference off the rewards', async () => {
  const reference = toyPolicy(7);
  const batch = [comparison([[1, 'error']])];
  const [{ groups_K }] = (await withKlPenalty(batch, reference, 0.5)) as [typeof mixed];
  const [[scores]] = (await reference.logprobs([{ prompt: Int32Array.of(1), responses: [Int32Array.of(1)] }])) as [
    [Float32Array],
  ];
  expect(groups_K[0]!.rollouts_G[0]!.reward).toBeCloseTo(1 - 0.5 * (-1 - scores[0]!), 6);
  expect(groups_K[0]!.rollouts_G[1]!.reward).toBeUndefined();
  await reference.dispose();
});

it('counts the tries of a problem over all batches of a step, second tries included', async () => {
  const wrong = (draws: readonly Draw[]) =>
    draws.map(({ problem }): Comparison => ({ ...comparison([[0, 0]]), problem }));
  const seen: [string, number, string][] = [];
  const moments: number[] = [];
  const tries = {
    source: {
      ...alone,
      rescue: (problem: Problem, at: Moment) => {
        moments.push(at.rng.nextUint32());
        return problem.id === 'p0' ? [showing(toyTrace(1))] : undefined;
      },
    },
    step: 1,
    rng: Rng.fromSeed(1),
    attempts: new Attempts(),
    sample: async (draws: readonly Draw[]) => {
      seen.push(...draws.map((d): [string, number, string] => [d.problem.id, d.attempt, d.contexts_K[0]!.kind]));
      return wrong(draws);
    },
  };
  const [first] = await sampleProblems(toyProblems.slice(0, 2), tries);
  await sampleProblems(toyProblems.slice(0, 1), tries);
  expect(seen).toEqual([
    ['p0', 0, 'none'],
    ['p1', 0, 'none'],
    ['p0', 1, 'traces'],
    ['p0', 2, 'none'],
    ['p0', 3, 'traces'],
  ]);
  expect(first!.insteadOf?.problem.id).toBe('p0');
  expect(new Set(moments).size).toBe(3);
});

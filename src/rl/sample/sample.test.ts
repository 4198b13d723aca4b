import { expect, it, describe } from 'vitest';
import { Rng } from '../../core/rng.js';
import { showing } from '../../data/context.js';
import { comparison } from '../testing/comparison.js';
import { toyCodec, toyPolicy, toyProblems, toyTrace, toyVerifier } from '../testing/toy-task.js';
import { rolloutsOf } from '../types.js';
import { withKlPenalty } from './kl-penalty.js';
import { sampleUntilFull } from './refill.js';
import { evenly, rollOut } from './rollouts.js';

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

describe('responses spread over the contexts of a problem', () => {
  it('as evenly as can be', () => {
    expect(evenly(8, 3)).toEqual([3, 3, 2]);
    expect(evenly(2, 3)).toEqual([1, 1, 0]);
  });

  it('each from its own prompt, judged for the one problem', async () => {
    const policy = toyPolicy();
    const plan = {
      policy,
      codec: toyCodec,
      verifier: toyVerifier(),
      contextsOf: () => [showing(toyTrace(1)), showing(toyTrace(2), toyTrace(3))],
      limits: { maxContext: 16, maxPromptTokens: 8, maxTokens: 4 },
      groupSize: 5,
      options: { maxTokens: 4, temperature: 1, stopTokens: toyCodec.stopTokens },
    };
    const [first, second] = await rollOut(toyProblems.slice(0, 2), plan, Rng.fromSeed(1));
    expect(first!.groups_K.map(({ rollouts_G }) => rollouts_G.length)).toEqual([3, 2]);
    expect(first!.groups_K.map(({ prompt }) => prompt.length)).toEqual([2, 3]);
    expect(second!.problem).toBe(toyProblems[1]);
    expect(rolloutsOf(second!)).toHaveLength(5);
    await expect(
      rollOut(toyProblems.slice(0, 1), { ...plan, limits: { ...plan.limits, maxPromptTokens: 2 } }, Rng.fromSeed(1)),
    ).rejects.toMatchObject({ code: 'context-length', where: 'problem p0 with trace t2, t3' });
    await policy.dispose();
  });
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

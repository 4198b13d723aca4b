import { describe, expect, it } from 'vitest';
import { configSchema, rlSettingsOf } from '../../config/index.js';
import { comparison, rollout } from '../testing/comparison.js';
import { advantagesOf, sequencesOf, trainedPrompts } from '../sequences.js';
import { makeRecipe } from './index.js';
import { recipeNames, type RecipeName } from './keys.js';
import { overlongPunishment } from './overlong.js';

const of = (name: RecipeName, values: Record<string, unknown> = {}) => {
  const config = configSchema.parse({ generation: { maxTokens: 10 }, ...values });
  return makeRecipe(name, { recipes: config.recipes, rl: rlSettingsOf(config) });
};

/** Slopes of the first update on one problem with these rewards, responses of two tokens. */
const slopesOf = (name: RecipeName, rewards: readonly number[], values: Record<string, unknown> = {}) => {
  const recipe = of(name, values);
  const batch = [comparison([rewards.map((reward) => rollout(reward, { length: 2 }))])];
  const prompts = trainedPrompts(
    batch.map((one, n) => ({ comparison: one, advantages_KG: advantagesOf(batch, recipe)[n]! })),
    recipe.trains,
  );
  const { slopes } = recipe.objective.slope(sequencesOf(prompts, { weights: recipe.weights, maxTokens: 10 }, {}));
  return slopes.map((own) => own[0]!);
};

const close = (actual: readonly number[], expected: readonly number[]) => {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
};

describe('the first update of one right and one wrong response, by hand', () => {
  // Advantages by z-score: +-1/2 over a deviation of 1/sqrt(2), so +-1/sqrt(2). Four tokens in all.
  const z = Math.SQRT1_2;
  it.each([
    ['grpo', {}, z / 4],
    ['grpo', { recipes: { grpo: { advantage: 'mean', weights: 'sequence-mean' } } }, 0.5 / 4],
    ['dr-grpo', {}, 0.5 / 20],
    ['rloo', {}, 1 / 4],
    // Over four tokens of 1, 1, 0, 0: variance 1/3, so +-1/2 x sqrt(3).
    ['reinforce-pp', {}, (0.5 * Math.sqrt(3)) / 4],
    ['dapo', {}, z / 4],
    ['cispo', {}, z / 4],
    ['gspo', {}, z / 4],
    ['lite-ppo', {}, z / 4],
  ] as const)('%s %j', (name, values, size) => close(slopesOf(name, [1, 0], values), [-size, size]));
});

describe('what is trained on', () => {
  const [mixed, right, wrong, failed] = [
    ['match', 'mismatch'],
    ['match', 'match'],
    ['mismatch', 'mismatch'],
    ['error', 'match'],
  ].map((outcomes) => comparison([outcomes as never])) as [never, never, never, never];
  it.each(recipeNames)('%s', (name) => {
    const kept = [mixed, right, wrong, failed].map((one) => of(name).keep(one));
    expect(kept).toEqual(name === 'reinforce-pp' ? [true, true, true, false] : [true, false, false, false]);
  });
});

describe('DAPO and long responses', () => {
  it('punishes by Eq. 13: nothing up to max - soft, then linearly to -1', () => {
    const at = (tokens: number) => overlongPunishment(tokens, { max: 10, soft: 4 });
    expect([5, 6, 7, 8, 10, 12].map(at)).toEqual([0, 0, -0.25, -0.5, -1, -1]);
    expect(overlongPunishment(10, { max: 10, soft: 0 })).toBe(0);
  });

  it('compares punished rewards, and keeps problems by rightness alone', () => {
    const recipe = of('dapo', { recipes: { dapo: { softTokens: 4 } } });
    const batch = [comparison([[rollout(1, { length: 2 }), rollout(1, { length: 8 })]])];
    const [short, long] = advantagesOf(batch, recipe).flat(2);
    expect(short).toBeGreaterThan(0);
    expect(long).toBeCloseTo(-short!, 9);
    expect(recipe.keep(batch[0]!)).toBe(false);
    expect(batch[0]!.groups_K[0]!.rollouts_G[1]!.reward).toBe(1);
  });

  it('leaves what was cut off out of the loss and in the comparison', () => {
    const recipe = of('dapo', { recipes: { dapo: { dropTruncated: true } } });
    const batch = [comparison([[rollout(1), rollout(0, { stopReason: 'length' }), rollout(0)]])];
    const [advantages_KG] = advantagesOf(batch, recipe);
    const [prompt] = trainedPrompts([{ comparison: batch[0]!, advantages_KG: advantages_KG! }], recipe.trains);
    expect(prompt!.trained_G.map(({ advantage }) => Math.sign(advantage))).toEqual([1, -1]);
    expect(advantages_KG![0]!.length).toBe(3);
  });

  it('leaves a prompt out of which nothing is trained on', () => {
    const recipe = of('dapo', { recipes: { dapo: { dropTruncated: true } } });
    const cut = { stopReason: 'length' } as const;
    const batch = [
      comparison([
        [rollout(1, cut), rollout(0, cut)],
        [rollout(1), rollout(0)],
      ]),
    ];
    const [advantages_KG] = advantagesOf(batch, recipe);
    const prompts = trainedPrompts([{ comparison: batch[0]!, advantages_KG: advantages_KG! }], recipe.trains);
    expect(prompts.map(({ trained_G }) => trained_G.length)).toEqual([2]);
  });
});

describe('what rl adds to every recipe', () => {
  it('a KL term needs the reference; one in the reward does not go into the loss', () => {
    const kl = (place: string) => of('grpo', { rl: { kl: { coefficient: 0.1, in: place } } }).objective.needs;
    expect([kl('loss'), kl('reward')]).toEqual([['reference'], []]);
  });

  it('an entropy bonus changes slopes, also where the advantage is zero', () => {
    const [slope] = slopesOf('reinforce-pp', [1, 1], { rl: { entropyBonus: 0.1 } });
    expect(slope).toBeCloseTo((0.1 / 4) * -1, 6);
  });

  it('compares within a prompt where that is asked for', () => {
    const batch = [
      comparison([
        [1, 0],
        [1, 1],
      ]),
    ];
    const table = advantagesOf(batch, of('rloo', { rl: { comparedWithin: 'prompt' } }));
    expect(table).toEqual([
      [
        [1, -1],
        [0, 0],
      ],
    ]);
  });
});

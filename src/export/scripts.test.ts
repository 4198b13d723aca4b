import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.js';
import { temporaryFolder } from '../core/testing/temporary-folder.js';
import { CHATML_THINKING } from '../models/testing/tiny-tokenizer.js';
import type { RecipeName } from '../rl/index.js';
import { exportPrompts } from './export.js';
import { writeChatRun } from './testing/chat-run.js';
import { trlRecipe } from './trl-recipe.js';
import { verlRecipe } from './verl-recipe.js';

const run = promisify(execFile);

describe('recipes in the options of others', () => {
  const { recipes } = resolveConfig({ preset: 'quick' });
  const names = Object.keys(recipes) as RecipeName[];

  it('are all there, and what is not carried is said', () => {
    const said = (of: (name: RecipeName) => { limits: string[] }) => names.filter((name) => of(name).limits.length > 0);
    expect(said((name) => verlRecipe(name, recipes))).toEqual(['lite-ppo']);
    expect(said((name) => trlRecipe(name, recipes))).toEqual(['rloo', 'reinforce-pp', 'dapo']);
    const estimators = names.map((name) => verlRecipe(name, recipes).options[0]);
    expect(new Set(estimators)).toEqual(
      new Set(['grpo', 'rloo', 'reinforce_plus_plus'].map((name) => `algorithm.adv_estimator=${name}`)),
    );
  });

  it('take over the settings of the run', () => {
    const own = structuredClone(recipes);
    Object.assign(own.dapo, { clipHigh: 0.3, maxBatches: 7, softTokens: 100 });
    Object.assign(own.grpo, { advantage: 'mean', weights: 'fixed-length' });
    expect(verlRecipe('dapo', own).options).toContain('actor_rollout_ref.actor.clip_ratio_high=0.3');
    expect(verlRecipe('dapo', own).options).toContain('algorithm.filter_groups.max_num_gen_batches=7');
    expect(verlRecipe('dapo', own).limits).toHaveLength(1);
    expect(verlRecipe('grpo', own).options).toContain('algorithm.norm_adv_by_std_in_grpo=False');
    expect(verlRecipe('grpo', own).options).toContain('actor_rollout_ref.actor.loss_agg_mode=seq-mean-token-sum-norm');
    expect(trlRecipe('grpo', own).grpo).toMatchObject({ loss_type: 'dr_grpo', scale_rewards: 'none' });
    expect(trlRecipe('gspo', own).grpo).toMatchObject({ importance_sampling_level: 'sequence', epsilon_high: 4e-4 });
  });
});

it('starts verl with the settings of the paper, from a folder with any name', async () => {
  const folder = join(await temporaryFolder(), 'a b, c=d (1) $x');
  const root = await writeChatRun({ folder, chat: false, bos: true });
  const out = join(folder, 'out');
  await exportPrompts(root, 'verl', { arms: ['ra-rft'], retrievers: [], format: 'parquet', out });
  const script = join(out, 'arms/ra-rft/train.sh');
  const python = join(folder, 'python');
  await writeFile(python, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  await chmod(python, 0o755);
  const env = { PATH: process.env['PATH'], PYTHON: python, RA_RFT_VERIFY_URL: 'http://verifier:8000' };
  const { stdout } = await run('bash', [script, 'trainer.save_freq=5'], { env });
  const words = stdout.trimEnd().split('\n');
  expect(words.slice(0, 2)).toEqual(['-m', 'verl.trainer.main_ppo']);
  expect(words.at(-1)).toBe('trainer.save_freq=5');
  const { max_prompt_tokens: longest } = JSON.parse(await readFile(join(out, 'settings.json'), 'utf8')) as {
    max_prompt_tokens: number;
  };
  for (const option of [
    'actor_rollout_ref.rollout.n=16',
    'actor_rollout_ref.actor.optim.lr=1e-6',
    'actor_rollout_ref.actor.use_kl_loss=False',
    'algorithm.use_kl_in_reward=False',
    'data.max_response_length=32768',
    `data.max_prompt_length=${longest}`,
    `actor_rollout_ref.rollout.max_model_len=${longest + 32768}`,
    `data.train_files='${out}/arms/ra-rft/train.parquet'`,
    `actor_rollout_ref.model.path='${join(folder, 'model')}'`,
    'actor_rollout_ref.model.custom_chat_template="<|endoftext|>{% for message in messages %}{{ message.content }}{% endfor %}"',
    "+reward.custom_reward_function.reward_kwargs.verify_url='http://verifier:8000'",
  ])
    expect(words).toContain(option);
});

it('knows the thinking that prompts open, unless its tags are control tokens that others leave out', async () => {
  for (const specials of [[], ['<think>', '</think>']]) {
    const folder = await temporaryFolder();
    const root = await writeChatRun({ folder, chat: CHATML_THINKING, specials });
    const out = join(folder, 'out');
    const { limits } = await exportPrompts(root, 'trl', { arms: ['grpo'], retrievers: [], format: 'jsonl', out });
    const settings = JSON.parse(await readFile(join(out, 'settings.json'), 'utf8')) as Record<string, unknown>;
    const known = { open: '<think>', close: '</think>', text: '<think>\n' };
    expect(settings['thinking']).toEqual(specials.length === 0 ? known : null);
    expect(limits).toEqual(specials.length === 0 ? [] : [expect.stringContaining('</think> is a control token')]);
  }
});

it('comes with files that Python can read', async (context) => {
  const files = ['assets/export/reward.py', 'assets/export/train.py'];
  for (const file of files) expect(await readFile(file, 'utf8')).toContain('settings.json');
  context.skip(!(await hasPython()), 'there is no python3');
  const code = 'import ast, sys\nfor path in sys.argv[1:]: ast.parse(open(path, encoding="utf-8").read(), path)';
  await run('python3', ['-c', code, ...files]);
});

function hasPython(): Promise<boolean> {
  return run('python3', ['--version']).then(
    () => true,
    () => false,
  );
}

/** What verl takes: rows in the schema of its data sets, and a script that trains on those of an arm. */
import { paperSettings } from '../config/index.js';
import type { ChosenArm } from './chosen.js';
import type { Shape } from './row-file.js';
import type { ExportSettings } from './settings.js';
import { dataSourceOf, type ExportTarget } from './target.js';
import { verlRecipe } from './verl-recipe.js';

const shape = {
  data_source: 'text',
  prompt: [{ role: 'text', content: 'text' }],
  ability: 'text',
  reward_model: { style: 'text', ground_truth: 'text' },
  extra_info: {
    split: 'text',
    index: 'integer',
    problem_id: 'text',
    question: 'text',
    answer: 'text?',
    context: 'text',
    trace_ids: ['text'],
    arm: 'text',
  },
} as const satisfies Record<string, Shape>;

/** verl (https://github.com/volcengine/verl), 0.9. */
export const verlTarget: ExportTarget = {
  name: 'verl',
  shape,
  row: (row, settings, { name }) => ({
    data_source: dataSourceOf(row, settings),
    prompt: row.messages,
    ability: row.problem.type ?? 'math',
    reward_model: { style: 'rule', ground_truth: row.problem.answer },
    extra_info: {
      split: row.set,
      index: row.index,
      problem_id: row.problem.id,
      question: row.problem.question,
      // The worked solution, under the name that verl's own data sets have for it.
      answer: row.problem.solution ?? null,
      context: row.context.kind,
      trace_ids: row.traceIds,
      arm: name,
    },
  }),
  scripts: (arms, settings, { recipes, extension }) => {
    const files: Record<string, string> = {};
    const limits: string[] = [];
    for (const arm of arms) {
      if (!arm.sets.includes('train')) continue;
      const recipe = verlRecipe(arm.recipe, recipes);
      files[`${arm.folder}/train.sh`] = trainScript(arm, settings, { options: recipe.options, extension });
      limits.push(...recipe.limits);
    }
    return { files, limits };
  },
  assets: ['reward.py'],
};

/** `bash train.sh [options of verl]`: every setting that a person may want to change is a variable or an option. */
function trainScript(
  arm: ChosenArm,
  settings: ExportSettings,
  { options, extension }: { options: readonly string[]; extension: string },
): string {
  const { gpusPerNode, nodes, promptsPerStep, epochs } = paperSettings;
  const test = arm.sets.includes('test') ? 'test' : 'train';
  const template = [
    ...(settings.chat_template === null
      ? []
      : [`actor_rollout_ref.model.custom_chat_template=${hydraText(settings.chat_template)}`]),
    ...Object.entries(settings.chat_template_kwargs).map(
      ([key, value]) => `+data.apply_chat_template_kwargs.${key}=${hydraText(value)}`,
    ),
  ];
  const given = [
    ...options,
    'algorithm.use_kl_in_reward=False',
    'actor_rollout_ref.actor.use_kl_loss=False',
    'actor_rollout_ref.actor.entropy_coeff=0',
    `actor_rollout_ref.actor.optim.lr=${settings.learning_rate.toExponential()}`,
    `actor_rollout_ref.rollout.n=${settings.group_size}`,
    `actor_rollout_ref.rollout.temperature=${settings.temperature}`,
    'actor_rollout_ref.rollout.top_p=1',
    `actor_rollout_ref.rollout.val_kwargs.n=${settings.eval_samples}`,
    'actor_rollout_ref.rollout.val_kwargs.do_sample=True',
    `actor_rollout_ref.rollout.val_kwargs.temperature=${settings.temperature}`,
    'actor_rollout_ref.rollout.val_kwargs.top_p=1',
    `data.max_prompt_length=${settings.max_prompt_tokens}`,
    'data.max_response_length="$RESPONSE_TOKENS"',
    'data.truncation=error',
    'data.filter_overlong_prompts=False',
    ...template,
    `"data.train_files='$here/train.${extension}'"`,
    `"data.val_files='$here/${test}.${extension}'"`,
    'data.train_batch_size="$PROMPTS"',
    // One update with all of a batch: on policy.
    'actor_rollout_ref.actor.ppo_mini_batch_size="$PROMPTS"',
    'actor_rollout_ref.actor.use_dynamic_bsz=True',
    'actor_rollout_ref.actor.ppo_max_token_len_per_gpu="$LONGEST"',
    'actor_rollout_ref.rollout.log_prob_use_dynamic_bsz=True',
    'actor_rollout_ref.rollout.log_prob_max_token_len_per_gpu="$LONGEST"',
    `"actor_rollout_ref.model.path='$MODEL'"`,
    'actor_rollout_ref.model.use_remove_padding=True',
    'actor_rollout_ref.model.enable_gradient_checkpointing=True',
    'actor_rollout_ref.rollout.name="$ROLLOUT"',
    'actor_rollout_ref.rollout.max_model_len="$LONGEST"',
    'actor_rollout_ref.rollout.max_num_batched_tokens="$LONGEST"',
    'actor_rollout_ref.rollout.tensor_model_parallel_size=1',
    'actor_rollout_ref.rollout.gpu_memory_utilization=0.7',
    `"reward.custom_reward_function.path='$root/reward.py'"`,
    'reward.custom_reward_function.name=compute_score',
    `"+reward.custom_reward_function.reward_kwargs.verify_url='\${RA_RFT_VERIFY_URL:-}'"`,
    'trainer.n_gpus_per_node="$GPUS"',
    'trainer.nnodes="$NODES"',
    'trainer.total_epochs="$EPOCHS"',
    'trainer.project_name=ra-rft',
    `trainer.experiment_name=${arm.name}`,
    `'trainer.logger=["console","tensorboard"]'`,
    'trainer.save_freq=20',
    'trainer.test_freq=20',
  ];
  return `#!/usr/bin/env bash
# ${arm.name}, trained by verl on the prompts beside this file. Written by ra-rft; made for verl 0.9.
# Usage: bash train.sh [options of verl], for example: MODEL=Qwen/Qwen3-1.7B GPUS=8 NODES=1 bash train.sh trainer.save_freq=50
set -euo pipefail
here="$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)"
root="$(cd "$here/../.." && pwd)"

# The prompts were made for this model: one with another chat template or vocabulary would be shown others.
MODEL="\${MODEL:-${shellText(settings.model)}}"
# The paper: ${settings.group_size} responses a prompt, learning rate ${settings.learning_rate.toExponential()}, no KL, ${settings.max_response_tokens} tokens a response, ${gpusPerNode * nodes} GPUs.
GPUS="\${GPUS:-${gpusPerNode}}"
NODES="\${NODES:-${nodes}}"
RESPONSE_TOKENS="\${RESPONSE_TOKENS:-${settings.max_response_tokens}}"
# Not in the paper: problems a step, passes over them, the engine that samples.
PROMPTS="\${PROMPTS:-${promptsPerStep}}"
EPOCHS="\${EPOCHS:-${epochs}}"
ROLLOUT="\${ROLLOUT:-vllm}"
LONGEST=$((${settings.max_prompt_tokens} + RESPONSE_TOKENS))

exec "\${PYTHON:-python3}" -m verl.trainer.main_ppo \\
${given.map((option) => `  ${option} \\`).join('\n')}
  "$@"
`;
}

/** A text as Hydra reads it, in a word of the shell. */
function hydraText(text: string): string {
  const quoted = `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return `'${quoted.replaceAll("'", "'\\''")}'`;
}

/** A text inside double quotes of the shell. */
function shellText(text: string): string {
  return text.replaceAll(/["\\$`]/g, '\\$&');
}

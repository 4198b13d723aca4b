/** What TRL takes: rows with a prompt and the answer, and what its training script reads. */
import type { Shape } from './row-file.js';
import { dataSourceOf, type ExportTarget } from './target.js';
import { trlRecipe } from './trl-recipe.js';

const columns = {
  answer: 'text',
  solution: 'text',
  worked_solution: 'text?',
  problem_id: 'text',
  question: 'text',
  split: 'text',
  data_source: 'text',
  context: 'text',
  trace_ids: ['text'],
  arm: 'text',
} as const satisfies Record<string, Shape>;

/** TRL (https://github.com/huggingface/trl), 1.16: GRPOTrainer. `isText`: prompts of a model without chat template. */
export function trlTarget(isText: boolean): ExportTarget {
  return {
    name: 'trl',
    shape: { prompt: isText ? 'text' : [{ role: 'text', content: 'text' }], ...columns },
    row: (row, settings, { name }) => ({
      prompt: isText ? row.messages[0]!.content : row.messages,
      answer: row.problem.answer,
      // What TRL's own accuracy_reward compares with.
      solution: `$\\boxed{${row.problem.answer}}$`,
      worked_solution: row.problem.solution ?? null,
      problem_id: row.problem.id,
      question: row.problem.question,
      split: row.set,
      data_source: dataSourceOf(row, settings),
      context: row.context.kind,
      trace_ids: row.traceIds,
      arm: name,
    }),
    scripts: (arms, _settings, { recipes, extension }) => {
      const made = arms.map((arm) => ({ arm, ...trlRecipe(arm.recipe, recipes) }));
      const training = made.filter(({ arm }) => arm.sets.includes('train'));
      const known = made.map(({ arm, grpo }) => [
        arm.folder,
        { ...Object.fromEntries(arm.sets.map((set) => [set, `${arm.folder}/${set}.${extension}`])), grpo },
      ]);
      return {
        files: {},
        more: { arms: Object.fromEntries(known) as unknown },
        limits: training.flatMap(({ limits }) => limits),
      };
    },
    assets: ['reward.py', 'train.py'],
  };
}

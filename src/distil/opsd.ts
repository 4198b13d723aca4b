/**
 * On-policy self-distillation (arXiv 2601.18734): the student samples from the bare problem, and the same policy with privileged help
 * scores its tokens. The loop is that of reinforcement learning; only the recipe and the teacher differ, and no reward is trained on.
 */
import type { Config } from '../config/index.js';
import type { Policy } from '../engine/types.js';
import { alone } from '../rl/contexts/index.js';
import { trainRl, type RlTask } from '../rl/loop.js';
import { distil, withImportance } from '../rl/objectives/index.js';
import type { Recipe } from '../rl/recipes/index.js';
import { refuseOtherVocabulary } from '../rl/same-vocabulary.js';
import { preparePrompts, type PromptLimits } from '../rl/sample/prompts.js';
import { privilegedProblems, teacherScores, type Privileged } from './teacher.js';

export interface OpsdTask extends Omit<RlTask, 'recipe' | 'contexts' | 'teacherOf' | 'begin'> {
  privileged: Privileged;
  /** The fixed teacher; none: the policy as it is at each step. */
  teacher?: Policy;
}

/** Every response is trained on, whatever its reward and also without one. */
export function opsdRecipe({ importanceCap }: Pick<Config['rl'], 'importanceCap'>): Recipe {
  return {
    advantage: (batch_N) => batch_N.map(({ groups_K }) => groups_K.map(({ rollouts_G }) => rollouts_G.map(() => 0))),
    objective: importanceCap > 0 ? withImportance(distil(), importanceCap) : distil(),
    weights: 'token-mean',
    keep: () => true,
  };
}

/** Trains to the last step. Throws `data` where the teacher would see nothing, `context-length` where its prompts are too long. */
export async function trainOpsd({ privileged, teacher, ...task }: OpsdTask): Promise<void> {
  const { codec, maxPromptTokens, settings } = task;
  const problems = privilegedProblems(task.problems, privileged);
  const limitsOf = ({ info }: Policy): PromptLimits => ({
    maxContext: info.maxContext,
    maxPromptTokens,
    maxTokens: settings.maxTokens,
  });
  await trainRl({
    ...task,
    problems,
    contexts: alone,
    recipe: opsdRecipe(settings),
    begin: (policy) => {
      refuseOtherVocabulary(policy, teacher, 'teacher');
      const shown = problems.map((problem) => ({ problem, context: privileged(problem) }));
      preparePrompts(shown, codec, limitsOf(policy));
    },
    teacherOf: (prompts, policy) =>
      teacherScores(prompts, { policy: teacher ?? policy, privileged, codec, limits: limitsOf(teacher ?? policy) }),
  });
}

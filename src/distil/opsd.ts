/**
 * On-policy self-distillation (arXiv 2601.18734): the student samples from the bare problem, and the same policy with privileged help
 * scores its tokens, or others that could stand there. The loop is that of reinforcement learning; only the recipe (or the whole update)
 * and the teacher differ, and no reward is trained on.
 */
import type { Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { Policy, PolicyEngine } from '../engine/types.js';
import { alone } from '../rl/contexts/index.js';
import { trainRl, type RlTask } from '../rl/loop.js';
import { distil, withImportance } from '../rl/objectives/index.js';
import type { Recipe } from '../rl/recipes/index.js';
import { refuseOtherVocabulary } from '../rl/same-vocabulary.js';
import { preparePrompts, type PromptLimits } from '../rl/sample/prompts.js';
import {
  privilegedProblems,
  teacherAlternatives,
  teacherScores,
  type Privileged,
  type TeacherPlan,
} from './teacher.js';
import { distilUpdate } from './update.js';

export interface OpsdTask extends Omit<RlTask, 'recipe' | 'contexts' | 'teacherOf' | 'begin'> {
  privileged: Privileged;
  /** The fixed teacher; none: the policy as it is at each step. */
  teacher?: Policy;
  opsd: Pick<Config['opsd'], 'divergence' | 'beta' | 'topK' | 'clip' | 'maxGap'>;
}

/** Every response is trained on, whatever its reward and also without one. */
export function opsdRecipe({ importanceCap }: Pick<Config['rl'], 'importanceCap'>, maxGap = 0): Recipe {
  return {
    advantage: (batch_N) => batch_N.map(({ groups_K }) => groups_K.map(({ rollouts_G }) => rollouts_G.map(() => 0))),
    objective: importanceCap > 0 ? withImportance(distil(maxGap), importanceCap) : distil(maxGap),
    weights: 'token-mean',
    keep: () => true,
  };
}

/** Trains to the last step. Throws `data` where the teacher would see nothing, `context-length` where its prompts are too long. */
export async function trainOpsd({ privileged, teacher, opsd, ...task }: OpsdTask): Promise<void> {
  const { codec, maxPromptTokens, settings } = task;
  const problems = privilegedProblems(task.problems, privileged);
  const limitsOf = ({ info }: Policy): PromptLimits => ({
    maxContext: info.maxContext,
    maxPromptTokens,
    maxTokens: settings.maxTokens,
  });
  const planOf = (policy: Policy): TeacherPlan => {
    const scorer = teacher ?? policy;
    return { policy: scorer, privileged, codec, limits: limitsOf(scorer) };
  };
  const { divergence: kind, topK } = opsd;
  if (kind !== 'sampled') await refuseSampledOnly(task.engine, kind);
  await trainRl({
    ...task,
    problems,
    contexts: alone,
    recipe: opsdRecipe(settings, opsd.maxGap),
    begin: (policy) => {
      refuseOtherVocabulary(policy, teacher, 'teacher');
      const shown = problems.map((problem) => ({ problem, context: privileged(problem) }));
      preparePrompts(shown, codec, limitsOf(policy));
    },
    teacherOf: (prompts, policy) => teacherScores(prompts, planOf(policy)),
    ...(kind !== 'sampled' && {
      update: distilUpdate({
        divergence: { ...opsd, kind },
        topK,
        teacher: (policy) => (prompts, which) => teacherAlternatives(prompts, which, planOf(policy)),
      }),
    }),
  });
}

/** Throws `engine` where an engine knows the log p of the sampled tokens alone. */
export async function refuseSampledOnly(engine: Pick<PolicyEngine, 'name' | 'can'>, divergence: string): Promise<void> {
  if ((await engine.can()).alternatives) return;
  throw new RaRftError({
    code: 'engine',
    message: `the ${engine.name} engine scores and trains the sampled tokens alone, but opsd.divergence is ${divergence}, which compares more of the vocabulary`,
    where: 'opsd.divergence',
    expected: 'sampled, or an engine that scores alternatives',
    hint: 'Set opsd.divergence: sampled.',
  });
}

/** The teacher of self-distillation: a policy that sees more than the student, and scores what the student wrote. */
import { RaRftError } from '../core/errors.js';
import { noContext, showing, type Context } from '../data/context.js';
import type { Problem } from '../data/types.js';
import { checkAlternativeScores, checkScores } from '../engine/results.js';
import type { Alternatives, Policy, ScoreGroup, WhichAlternatives } from '../engine/types.js';
import { preparePrompts, type PromptLimits } from '../rl/sample/prompts.js';
import { scoreGroupsOf, type TrainedPrompt } from '../rl/sequences.js';
import type { RlCodec } from '../rl/types.js';

/** What the teacher sees of a problem. */
export type Privileged = (problem: Problem) => Context;

/** The problem's own worked solution, shown as a solved problem before the problem; nothing where it has none. */
export const ownSolution: Privileged = ({ id, question, answer, solution }) =>
  solution === undefined ? noContext : showing({ id: `${id}:solution`, question, trace: solution, answer });

/** The problems that the teacher sees something of. Throws `data` where there is none: nothing could be learnt. */
export function privilegedProblems(problems: readonly Problem[], privileged: Privileged): Problem[] {
  const helped = problems.filter((problem) => privileged(problem).kind !== 'none');
  if (helped.length > 0) return helped;
  throw new RaRftError({
    code: 'data',
    message: `the teacher of self-distillation would see nothing that the student does not: none of ${problems.length} training problems has what opsd.privileged names`,
    where: 'opsd.privileged',
    expected: 'a worked solution, or a retrieved trace, for some training problem',
    hint: 'Name the field with solutions (data.problems.fields.solution), or set opsd.privileged to trace and name a retriever in train.',
  });
}

export interface TeacherPlan {
  policy: Policy;
  privileged: Privileged;
  codec: RlCodec;
  limits: PromptLimits;
}

/** log p of the student's own tokens under the teacher, in the order of the prompts and their responses. */
export async function teacherScores(prompts: readonly TrainedPrompt[], plan: TeacherPlan): Promise<Float32Array[][]> {
  const groups = privilegedGroups(prompts, plan);
  const scores_NGT = await plan.policy.logprobs(groups);
  checkScores(groups, scores_NGT);
  return scores_NGT;
}

/** log p of alternatives to the student's tokens under the teacher, in the same order. */
export async function teacherAlternatives(
  prompts: readonly TrainedPrompt[],
  which: WhichAlternatives,
  plan: TeacherPlan,
): Promise<Alternatives[][]> {
  const groups = privilegedGroups(prompts, plan);
  const scores_NG = await plan.policy.alternatives(groups, which);
  checkAlternativeScores(groups, scores_NG);
  return scores_NG;
}

/** The student's responses after the prompts that the teacher sees. */
function privilegedGroups(prompts: readonly TrainedPrompt[], { privileged, codec, limits }: TeacherPlan): ScoreGroup[] {
  const shown = prompts.map(({ problem }) => ({ problem, context: privileged(problem) }));
  const prepared = preparePrompts(shown, codec, limits);
  return scoreGroupsOf(prompts).map(({ responses }, n) => ({ prompt: prepared[n]!.prompt, responses }));
}

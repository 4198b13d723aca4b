/** Which policy and which retriever of a run a demo shows. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName, type ArmConfig } from '../../config/index.js';
import { RaRftError } from '../../core/errors.js';
import type { PromptRun } from '../../pipeline/index.js';
import { runPaths } from '../../runs/run-paths.js';
import { checkpointPath, checkpointSteps } from '../../train/checkpoints.js';

export interface DemoChoice {
  arm: string;
  /** Folder of its last policy, and the step that made it. */
  policy: string;
  step: number;
  /** Name and folder of the retriever. */
  retriever: string;
  retrieverFolder: string;
}

/**
 * The arm of that name; without a name the last one that learnt with the traces of a learned retriever, else the last that is tested with
 * them. Throws `usage` where the run has no arm of the name, `run-folder` where no arm has both a policy and an encoder.
 */
export async function demoChoice(
  { root, config }: Pick<PromptRun, 'root' | 'config'>,
  name?: string,
): Promise<DemoChoice> {
  if (name !== undefined && !config.arms.some((arm) => arm.name === name)) throw unknown(name, config.arms);
  const wanted = config.arms.filter((arm) => name === undefined || arm.name === name);
  const order = [...wanted.filter(({ train }) => isLearned(train)), ...wanted].toReversed();
  const learners = order.filter(({ train }) => isLearned(train));
  for (const arm of [...learners, ...order]) {
    const found = await choiceOf(arm);
    if (found) return found;
  }
  throw new RaRftError({
    code: 'run-folder',
    message: name === undefined ? 'no arm of the run can be shown yet' : `the arm ${name} cannot be shown`,
    where: root,
    expected: 'an arm with a trained policy whose traces come from an encoder (retrievers.NAME.kind: encoder)',
    hint: '`ra-rft run` goes on with a run up to there.',
  });

  function isLearned(context: string): boolean {
    return config.retrievers[context]?.kind === 'encoder';
  }

  async function choiceOf(arm: ArmConfig): Promise<DemoChoice | undefined> {
    const paths = runPaths(root);
    const retriever = [arm.test, arm.train].find(
      (of) => isLearned(of) && existsSync(join(paths.retriever(of), 'retriever.json')),
    );
    const policies = paths.policies(arm.policyOf ?? arm.name);
    const step = existsSync(policies) ? (await checkpointSteps(policies)).at(-1) : undefined;
    if (retriever === undefined || step === undefined) return undefined;
    const retrieverFolder = paths.retriever(retriever);
    return { arm: arm.name, policy: checkpointPath(policies, step), step, retriever, retrieverFolder };
  }
}

function unknown(name: string, arms: readonly ArmConfig[]): RaRftError {
  const names = arms.map((arm) => arm.name);
  const nearest = nearestName(name, names);
  return new RaRftError({
    code: 'usage',
    message: `the run has no arm named ${name}`,
    where: '--arm',
    expected: names.join(', '),
    ...(nearest !== undefined && { hint: `Did you mean ${nearest}?` }),
  });
}

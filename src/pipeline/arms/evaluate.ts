/** Evaluations of arms: which problems at which step, and where the records stand. */
import { constants } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generationKey, generationOf, type ArmConfig, type Config } from '../../config/index.js';
import { silent } from '../../core/progress.js';
import { warn, type RunWarning } from '../../runs/warnings.js';
import type { Context, Problem } from '../../data/index.js';
import type { Policy } from '../../engine/index.js';
import { evaluate, evaluatedProblems, type EvalRecord, type EvaluateOptions } from '../../eval/index.js';
import { failuresOf } from '../../verify/index.js';
import type { DataSets } from '../data/data-sets.js';
import { samplerOf, type Session } from '../session.js';

/** What an evaluation is made of, beside the policy. */
export interface EvaluationPlan {
  arm: ArmConfig;
  /** Step of the policy: 0 is the start. */
  step: number;
  data: DataSets;
  /** What the prompt of a test problem shows beside it. */
  contextOf: (problem: Problem) => Context;
  /** Names the weights. */
  policyKey: string;
}

/** Evaluates an arm with a policy; problems already evaluated are read from the file. */
export async function evaluateArm(session: Session, policy: Policy, plan: EvaluationPlan): Promise<EvalRecord[]> {
  const { config, run, verifier, rng, progress } = session;
  const { arm, step } = plan;
  if (step === 0) await reuseStart(session, arm);
  const shared: Omit<EvaluateOptions, 'k' | 'path' | 'label'> = {
    policy,
    ...samplerOf(session, 'eval'),
    verifier,
    problems: evaluatedProblems(plan.data.test, step, config),
    contextOf: plan.contextOf,
    maxPromptTokens: config.prompt.maxPromptTokens,
    // The same stream for every arm and step: differences between them are not the luck of the draw.
    rng: rng.fork('eval'),
    policyKey: plan.policyKey,
    progress,
  };
  const records = await evaluate({
    ...shared,
    k: config.eval.k,
    path: run.paths.evaluation(arm.name, step),
    label: `evaluate ${arm.name}, step ${step}`,
  });
  const greedy =
    config.eval.greedy &&
    step === config.rl.steps &&
    (await evaluate({
      ...shared,
      sampling: { ...shared.sampling, temperature: 0 },
      k: 1,
      path: run.paths.greedy(arm.name, step),
      label: `evaluate ${arm.name} at temperature 0`,
    }));
  await run.event('evaluated', { arm: arm.name, step, ...averages(records) });
  // All are kept for the report; shown are those of the first and the last evaluation.
  const shown = step === 0 || step === config.rl.steps ? progress : silent;
  const warnings = [
    ...failureWarnings(arm.name, step, records),
    ...(greedy ? failureWarnings(`${arm.name} at temperature 0`, step, greedy) : []),
    ...cutOffWarnings(arm.name, step, records, config),
  ];
  for (const warning of warnings) await warn(run, shown, warning);
  return records;
}

/** What is in no average: samples without a reward, problems that were not sampled; by split, so that none is lost unseen. */
export function failureWarnings(arm: string, step: number, records: readonly EvalRecord[]): RunWarning[] {
  const splits = [...new Set(records.map((record) => record.split))];
  return splits.flatMap((split) => {
    const own = records.filter((record) => record.split === split);
    const where = `evaluation of ${arm}, ${split}`;
    const failures = failuresOf(own.flatMap((record) => record.samples));
    const unsampled = own.filter((record) => record.failed !== undefined);
    return [
      ...(failures
        ? [
            {
              code: 'without-reward',
              where,
              text: `${failures.count} of ${failures.of} samples at step ${step} got no reward (${failures.kinds}) and are in no average; the first: ${failures.reason}`,
            },
          ]
        : []),
      ...(unsampled.length > 0
        ? [
            {
              code: 'not-sampled',
              where,
              text: `${unsampled.length} of ${own.length} problems at step ${step} were not sampled and are in no average; the first, ${unsampled[0]?.problemId}: ${unsampled[0]?.failed}`,
            },
          ]
        : []),
    ];
  });
}

/** Most responses were cut off at the limit: what they would have said is not known, and they count as wrong. */
function cutOffWarnings(arm: string, step: number, records: readonly EvalRecord[], config: Config): RunWarning[] {
  const samples = records.flatMap((record) => record.samples);
  const cutOff = samples.filter(({ stopReason }) => stopReason === 'length').length;
  if (cutOff <= samples.length / 2) return [];
  const text = `${cutOff} of ${samples.length} responses at step ${step} were cut off at ${generationKey(config, 'eval', 'maxTokens').join('.')} (${generationOf(config, 'eval').maxTokens}); raise it unless that is meant`;
  return [{ code: 'cut-off', where: `evaluation of ${arm}`, text }];
}

/**
 * At step 0 all arms have the same policy, so one with the same test contexts has the same records: those of an earlier
 * arm are taken where they exist. What is missing in the copy is evaluated as usual.
 */
async function reuseStart({ config, run }: Session, arm: ArmConfig): Promise<void> {
  const own = run.paths.evaluation(arm.name, 0);
  for (const other of config.arms) {
    if (other.name === arm.name || !sameTestContext(other, arm)) continue;
    await mkdir(dirname(own), { recursive: true });
    const copied = await copyFile(run.paths.evaluation(other.name, 0), own, constants.COPYFILE_EXCL).then(
      () => true,
      () => false, // the other was not evaluated yet, or our own file is there already
    );
    if (copied) return;
  }
}

/** Whether two arms show the test problems the same. */
function sameTestContext(a: ArmConfig, b: ArmConfig): boolean {
  if (a.test !== b.test) return false;
  const number = a.test === 'fixed' ? 'demonstrations' : 'traces';
  return a.test === 'none' || a.contexts[number] === b.contexts[number];
}

/** Whether a training evaluates after this step: at 0, every eval.everySteps, and at the end. */
export function isEvaluated(step: number, { rl, eval: { everySteps } }: Config): boolean {
  return step % everySteps === 0 || step === rl.steps;
}

/** Plain mean reward of each split, for the event log; null where nothing was judged. */
function averages(records: readonly EvalRecord[]): Record<string, number | null> {
  const rewards = new Map<string, number[]>();
  for (const { split, samples } of records) {
    const own = rewards.get(split) ?? [];
    rewards.set(split, own);
    for (const { reward } of samples) if (reward !== null) own.push(reward);
  }
  const mean = (values: number[]) => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length);
  return Object.fromEntries([...rewards].map(([split, values]) => [split, mean(values)]));
}

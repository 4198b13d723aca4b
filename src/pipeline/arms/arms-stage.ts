/** Stages "train-<arm>" and "eval-<arm>": each arm's policy, trained from the same start on the same problems, and its evaluations. */
import { existsSync } from 'node:fs';
import type { ArmConfig } from '../../config/index.js';
import { hashJson } from '../../core/hash.js';
import { armStage } from '../../runs/arm-stage.js';
import { wouldRunAgain, type StageInputs, type StageMarker } from '../../runs/run-folder.js';
import type { Policy } from '../../engine/index.js';
import { checkpointPath, newestCheckpoint } from '../../train/index.js';
import { shownKey, testContextOf, trainingContexts, type ContextScope } from './arm-contexts.js';
import type { Retrieved } from '../retrieve/contexts.js';
import type { DataSets } from '../data/data-sets.js';
import type { Curriculum } from './difficulty-stage.js';
import { evaluateArm, isEvaluated } from './evaluate.js';
import { clearArm, clearEvaluations, stepsOf } from '../growth.js';
import type { Session } from '../session.js';
import { armPolicySettings, armSettings, ownerOf } from '../stage-settings.js';
import { trainBy } from './train-policy.js';
import { withRunPolicy } from './trained-part.js';
import type { StartPolicy } from './warmup-stage.js';

/** Everything the arms share: only the contexts differ between them. */
export interface ArmInputs {
  data: DataSets;
  start: StartPolicy;
  retrieved: Retrieved;
  /** The order of the problems, where it is not random. */
  curriculum: Curriculum | undefined;
}

/**
 * Throws `run-folder` where an arm is done, or its training has begun, that was made from other labels, data or traces than the
 * files hold now: somebody has edited them since. Nothing that took hours is thrown away unasked, and no new figure stands
 * beside an old one. Where the arms may run again, what they made is removed.
 */
export async function refuseStaleArms(session: Session, inputs: ArmInputs): Promise<void> {
  const { config, run } = session;
  const refused: ArmConfig[] = [];
  for (const arm of config.arms) {
    const marker = await run.stageMarker(armStage(arm));
    if (!(await isStale(session, arm, inputs, marker))) continue;
    if (!session.again && marker?.mayRunAgain !== true) refused.push(arm);
    else {
      // A policy that is what it would be again stays; only how it is evaluated has changed.
      const policyStays = arm.policyOf === null && (await hasPolicy(session, arm, inputs));
      await (policyStays ? clearEvaluations(run, arm.name) : clearArm(run, arm.name));
      await run.forgetStage(armStage(arm));
    }
  }
  if (refused.length === 0) return;
  const why = 'the data, labels, retriever or retrieved traces that they were made from have changed since';
  throw wouldRunAgain(refused.map(armStage), why, run.root);
}

/** Whether what an arm has made comes from other inputs than those of now; fewer steps of the same are none. */
async function isStale(session: Session, arm: ArmConfig, inputs: ArmInputs, marker: StageMarker | undefined) {
  if (marker) {
    const made = stepsOf(marker) ?? session.config.rl.steps;
    const then = { ...session.config, rl: { ...session.config.rl, steps: Math.min(made, session.config.rl.steps) } };
    return marker.inputs !== hashJson(stageInputs({ ...session, config: then }, arm, inputs));
  }
  return arm.policyOf === null && (await hasPolicy(session, arm, inputs)) === false;
}

/** Whether the newest checkpoint of an arm was made from these inputs; undefined where there is none. */
async function hasPolicy(session: Session, arm: ArmConfig, inputs: ArmInputs): Promise<boolean | undefined> {
  const checkpoint = await newestCheckpoint(session.run.paths.policies(arm.name));
  return checkpoint && checkpoint.inputs === hashJson(policyInputs(session, arm, inputs));
}

/** Trains the policy of an arm, evaluating it on the way: at step 0, every eval.everySteps and at the end. */
export async function trainArm(session: Session, arm: ArmConfig, inputs: ArmInputs): Promise<void> {
  const policy = policyInputs(session, arm, inputs);
  const scope = contextScope(session, inputs);
  const contextOf = testContextOf(arm, scope);
  const evaluateAt = (step: number, trained: Policy) =>
    evaluateArm(session, trained, { ...inputs, contextOf, arm, step, policyKey: policyKey(policy, step) });
  await session.run.stage(armStage(arm), stageInputs(session, arm, inputs), async () => {
    if (session.config.rl.steps === 0)
      return withRunPolicy(session, inputs.start.folder, async (start) => void (await evaluateAt(0, start)));
    // A training that goes on from a checkpoint does not come by its start again.
    const goesOn = (await newestCheckpoint(session.run.paths.policies(arm.name))) !== undefined;
    if (goesOn && !existsSync(session.run.paths.evaluation(arm.name, 0)))
      await withRunPolicy(session, inputs.start.folder, (start) => evaluateAt(0, start));
    await trainBy[arm.method](session, arm, {
      problems: inputs.data.train,
      rankOf: inputs.curriculum?.rankOf,
      contexts: trainingContexts(arm, scope),
      start: inputs.start.folder,
      inputs: hashJson(policy),
      afterStep: async (step, trained) => {
        if (isEvaluated(step, session.config)) await evaluateAt(step, trained);
      },
    });
  });
}

/** Evaluates an arm that borrows the policy of `owner`: at its start and its end, with contexts of its own. */
export async function evaluateBorrowedPolicy(
  session: Session,
  arm: ArmConfig,
  owner: ArmConfig,
  inputs: ArmInputs,
): Promise<void> {
  const { config, run } = session;
  const policy = policyInputs(session, owner, inputs);
  await run.stage(armStage(arm), stageInputs(session, arm, inputs), async () => {
    const contextOf = testContextOf(arm, contextScope(session, inputs));
    for (const step of new Set([0, config.rl.steps])) {
      const folder = policyFolder(session, owner, inputs, step);
      await withRunPolicy(session, folder, (opened) =>
        evaluateArm(session, opened, { ...inputs, contextOf, arm, step, policyKey: policyKey(policy, step) }),
      );
    }
  });
}

/** Where the policy of an arm at a step stands that was saved: the start, or the last. */
export function policyFolder({ run }: Pick<Session, 'run'>, owner: ArmConfig, inputs: ArmInputs, step: number): string {
  return step === 0 ? inputs.start.folder : checkpointPath(run.paths.policies(owner.name), step);
}

type ArmSession = Pick<Session, 'config' | 'identities' | 'lengths'>;

/** All that an arm's policy depends on, at every step. */
function policyInputs(session: ArmSession, arm: ArmConfig, inputs: ArmInputs) {
  const { data, start, curriculum } = inputs;
  return {
    settings: armPolicySettings(session.config, arm, session.identities),
    start: start.fingerprint,
    data: data.fingerprint,
    shown: shownKey(arm, 'train', data.train, contextScope(session, inputs)),
    ...(curriculum && { curriculum: curriculum.fingerprint }),
  };
}

/** All that the stage of an arm depends on: its policy, how far that is trained, and its evaluations. */
export function stageInputs(session: ArmSession, arm: ArmConfig, inputs: ArmInputs): StageInputs {
  const { config, identities } = session;
  const policy = policyInputs(session, ownerOf(config, arm), inputs);
  const shown = shownKey(arm, 'test', inputs.data.test, contextScope(session, inputs));
  return { settings: armSettings(config, arm, identities), policy, shown };
}

function contextScope({ config, lengths }: ArmSession, { data, retrieved }: ArmInputs): ContextScope {
  return { config, data, retrieved, lengths };
}

/** Names the last weights of an arm's policy, its own or that which it borrows. */
export function lastPolicyKey(session: ArmSession, arm: ArmConfig, inputs: ArmInputs): string {
  const { config } = session;
  return policyKey(policyInputs(session, ownerOf(config, arm), inputs), config.rl.steps);
}

type PolicyInputs = ReturnType<typeof policyInputs>;

/** Names the weights of a policy at a step, for the records of evaluations. */
function policyKey(policy: PolicyInputs, step: number): string {
  return hashJson([step === 0 ? policy.start : policy, step]);
}

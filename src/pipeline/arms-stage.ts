/** Stages "train-<arm>" and "eval-<arm>": each arm's policy, trained from the same start on the same problems, and its evaluations. */
import type { ArmConfig, Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import { hashJson } from '../core/hash.js';
import type { Policy } from '../engine/index.js';
import { checkpointPath, makeRecipe, trainRl } from '../rl/index.js';
import { contextOf, type Retrieved } from './contexts.js';
import type { RetrievalResult } from './retrieve-stage.js';
import type { DataSets } from './data-sets.js';
import { evaluateArm, isEvaluated } from './evaluate.js';
import { evaluationSettings, policySettings, promptWording, rewardIdentity } from './fingerprint.js';
import type { Session } from './session.js';
import { trainedPart, withRunPolicy } from './trained-part.js';
import type { StartPolicy } from './warmup-stage.js';

/** Everything the arms share: only the contexts differ between them. */
export interface ArmInputs {
  data: DataSets;
  start: StartPolicy;
  retrieved: Retrieved;
  /** Hash of what was retrieved for one side of an arm. */
  fingerprintOf: RetrievalResult['fingerprintOf'];
}

/**
 * Throws `run-folder` where an arm is done that was made from other labels, data or traces than the files hold now: somebody has
 * edited them since. Nothing that took hours is thrown away unasked, and no new figure stands beside an old one.
 */
export async function refuseStaleArms(session: Session, inputs: ArmInputs): Promise<void> {
  const { config, run } = session;
  const stale: ArmConfig[] = [];
  for (const arm of config.arms) {
    const stage = await stageOf(session, arm, inputs);
    const marker = await run.stageMarker(stage.name);
    if (marker && marker.inputs !== hashJson(stage.inputs)) stale.push(arm);
  }
  if (stale.length === 0) return;
  const names = stale.map(({ name }) => name).join(', ');
  const places = stale.flatMap((arm) => [
    ...(arm.policyOf === null ? [`policy/${arm.name}`, `rollouts/${arm.name}`] : []),
    `eval/${arm.name}`,
    `stages/${armStage(arm)}.json`,
  ]);
  throw new RaRftError({
    code: 'run-folder',
    message: `what these arms were made from has changed since they were trained or evaluated: ${names}`,
    where: run.root,
    expected: 'the data, labels, retriever and retrieved traces of that time',
    hint: `Put the old files back, choose another --name, or remove ${places.join(', ')} to run these arms anew.`,
  });
}

/** The stage of an arm, and all that its result depends on. */
async function stageOf(
  session: Session,
  arm: ArmConfig,
  inputs: ArmInputs,
): Promise<{ name: string; inputs: unknown }> {
  const owner = session.config.arms.find(({ name }) => name === arm.policyOf) ?? arm;
  const policy = await policyInputs(session, owner, inputs);
  return { name: armStage(arm), inputs: evalInputs(session.config, arm, policy, inputs) };
}

/** Name of the stage after which an arm is done. */
export function armStage(arm: Pick<ArmConfig, 'name' | 'policyOf'>): string {
  return `${arm.policyOf === null ? 'train' : 'eval'}-${arm.name}`;
}

/** Trains the policy of an arm, evaluating it on the way: at step 0, every eval.everySteps and at the end. */
export async function trainArm(session: Session, arm: ArmConfig, inputs: ArmInputs): Promise<void> {
  const { config, run, codec, verifier, rng, progress } = session;
  const policy = await policyInputs(session, arm, inputs);
  const stage = await stageOf(session, arm, inputs);
  await run.stage(stage.name, stage.inputs, async () => {
    const context = contextOf(arm.train, inputs.retrieved);
    const { rl, recipes } = config;
    const train = (reference?: Policy) =>
      trainRl({
        ...(reference && { reference }),
        arm: arm.name,
        run,
        engine: session.engine(),
        training: trainedPart(config),
        codec,
        verifier,
        problems: inputs.data.train,
        contextsOf: (problem) => [context(problem)],
        recipe: makeRecipe(arm.recipe ?? rl.recipe, { recipes, rl }),
        settings: rl,
        maxPromptTokens: config.prompt.maxPromptTokens,
        initialPolicy: inputs.start.folder,
        // The same stream for every arm: they meet the same problems in the same order.
        rng: rng.fork('rl'),
        inputs: hashJson(policy),
        afterStep: async (step, trained) => {
          if (isEvaluated(step, config))
            await evaluateArm(session, trained, { ...inputs, arm, step, policyKey: policyKey(policy, step) });
        },
        progress,
      });
    // The policy is held near the one that all arms start from.
    await (rl.kl.coefficient > 0 ? withRunPolicy(session, inputs.start.folder, train) : train());
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
  const policy = await policyInputs(session, owner, inputs);
  const stage = await stageOf(session, arm, inputs);
  await run.stage(stage.name, stage.inputs, async () => {
    const last = config.rl.steps;
    for (const [step, folder] of [
      [0, inputs.start.folder],
      [last, checkpointPath(run.paths.policies(owner.name), last)],
    ] as const) {
      await withRunPolicy(session, folder, (opened) =>
        evaluateArm(session, opened, { ...inputs, arm, step, policyKey: policyKey(policy, step) }),
      );
    }
  });
}

/** All that an arm's policy depends on. */
async function policyInputs({ config }: Session, arm: ArmConfig, { data, start, fingerprintOf }: ArmInputs) {
  return {
    train: arm.train,
    start: start.fingerprint,
    data: data.fingerprint,
    retrieved: fingerprintOf(arm.train, 'train'),
    rl: policySettings(config, arm),
    prompt: promptWording(config.prompt),
    reward: await rewardIdentity(config),
    seed: config.seed,
  };
}

/** All that an arm's evaluations depend on. */
function evalInputs(config: Config, arm: ArmConfig, policy: PolicyInputs, { fingerprintOf }: ArmInputs) {
  const retrieved = fingerprintOf(arm.test, 'test');
  return { policy, test: arm.test, retrieved, eval: evaluationSettings(config.eval) };
}

type PolicyInputs = Awaited<ReturnType<typeof policyInputs>>;

/** Names the weights of a policy at a step, for the records of evaluations. */
function policyKey(policy: PolicyInputs, step: number): string {
  return hashJson([step === 0 ? policy.start : policy, step]);
}

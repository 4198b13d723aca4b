/** Stages "train-<arm>" and "eval-<arm>": each arm's policy, trained from the same start on the same problems, and its evaluations. */
import type { ArmConfig } from '../config/index.js';
import { hashJson } from '../core/hash.js';
import { checkpointPath, trainGrpo } from '../rl/index.js';
import { contextOf, type Retrieved } from './contexts.js';
import type { RetrievalResult } from './retrieve-stage.js';
import type { DataSets } from './data-stage.js';
import { evaluateArm, isEvaluated } from './evaluate.js';
import type { Session } from './session.js';
import type { StartPolicy } from './warmup-stage.js';

/** Everything the arms share: only the contexts differ between them. */
export interface ArmInputs {
  data: DataSets;
  start: StartPolicy;
  retrieved: Retrieved;
  /** Hash of what was retrieved for one side of an arm. */
  fingerprintOf: RetrievalResult['fingerprintOf'];
}

/** Trains the policy of an arm, evaluating it on the way: at step 0, every eval.everySteps and at the end. */
export async function trainArm(session: Session, arm: ArmConfig, inputs: ArmInputs): Promise<void> {
  const { config, run, codec, verifier, rng, progress } = session;
  const policy = policyInputs(session, arm, inputs);
  await run.stage(`train-${arm.name}`, evalInputs(session, arm, inputs), async () => {
    const engine = await session.engine();
    await trainGrpo({
      arm: arm.name,
      run,
      engine,
      codec,
      verifier,
      problems: inputs.data.train,
      contextOf: contextOf(arm.train, inputs.retrieved),
      settings: config.rl,
      maxPromptTokens: config.prompt.maxPromptTokens,
      initialPolicy: inputs.start.folder,
      // The same stream for every arm: they meet the same problems in the same order.
      rng: rng.fork('rl'),
      inputs: hashJson(policy),
      afterStep: async (step) => {
        if (isEvaluated(step, config))
          await evaluateArm(session, { ...inputs, arm, step, policyKey: policyKey(policy, step) });
      },
      progress,
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
  await run.stage(`eval-${arm.name}`, { ...evalInputs(session, arm, inputs), policy }, async () => {
    const engine = await session.engine();
    const last = config.rl.steps;
    for (const [step, folder] of [
      [0, inputs.start.folder],
      [last, checkpointPath(run.paths.policies(owner.name), last)],
    ] as const) {
      await engine.load(folder);
      await evaluateArm(session, { ...inputs, arm, step, policyKey: policyKey(policy, step) });
    }
  });
}

/** All that an arm's policy depends on. */
function policyInputs({ config }: Session, arm: ArmConfig, { data, start, fingerprintOf }: ArmInputs) {
  return {
    train: arm.train,
    start: start.fingerprint,
    data: data.fingerprint,
    retrieved: fingerprintOf(arm.train, 'train'),
    rl: config.rl,
    prompt: config.prompt,
    reward: config.reward === 'math' ? { math: config.math } : config.reward,
    seed: config.seed,
  };
}

/** All that an arm's evaluations depend on. */
function evalInputs(session: Session, arm: ArmConfig, inputs: ArmInputs) {
  const { config } = session;
  const retrieved = inputs.fingerprintOf(arm.test, 'test');
  return { policy: policyInputs(session, arm, inputs), test: arm.test, retrieved, eval: config.eval };
}

/** Names the weights of a policy at a step, for the records of evaluations. */
function policyKey(policy: ReturnType<typeof policyInputs>, step: number): string {
  return hashJson([step === 0 ? policy.start : policy, step]);
}

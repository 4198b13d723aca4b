/** Stages "contexts-<arm>": the last policy of an arm with each of the best traces of a test problem alone in the prompt (Fig. 4). */
import { rm } from 'node:fs/promises';
import type { ArmConfig } from '../../config/index.js';
import { hashJson } from '../../core/hash.js';
import { warn } from '../../runs/warnings.js';
import { showing } from '../../data/index.js';
import { evaluate, rankedId } from '../../eval/index.js';
import { lastPolicyKey, policyFolder, stageInputs, type ArmInputs } from './arms-stage.js';
import { failureWarnings } from './evaluate.js';
import { samplerOf, type Session } from '../session.js';
import { oneByOneSettings, oneByOneStage, ownerOf } from '../stage-settings.js';
import { withRunPolicy } from './trained-part.js';

/** Evaluates an arm so, once it has been evaluated as usual. */
export async function evaluateOneByOne(session: Session, arm: ArmConfig, inputs: ArmInputs): Promise<void> {
  const { config, run, verifier, rng, progress } = session;
  const { k, contexts: ranks } = config.eval;
  const step = config.rl.steps;
  const stage = oneByOneStage(arm);
  const depends = {
    ...stageInputs(session, arm, inputs),
    settings: oneByOneSettings(config, arm, session.identities),
  };
  const path = run.paths.oneByOne(arm.name, step);
  const asked = inputs.data.test.flatMap((problem) =>
    (inputs.retrieved.get(arm.test)?.get(problem.id) ?? [])
      .slice(0, ranks)
      .map((trace, at) => ({ problem, trace, id: rankedId(problem.id, at + 1) })),
  );
  const marker = await run.stageMarker(stage);
  await run.stage(
    stage,
    depends,
    async () => {
      // Records of other traces or settings; those of a stage that was killed stay.
      if (marker && marker.inputs !== hashJson(depends)) await rm(path, { force: true });
      const folder = policyFolder(session, ownerOf(config, arm), inputs, step);
      const records = await withRunPolicy(session, folder, (policy) =>
        evaluate({
          policy,
          ...samplerOf(session, 'eval'),
          verifier,
          problems: asked.map(({ problem }) => problem),
          contextOf: (_, at) => showing(asked[at]!.trace),
          recordIdOf: (_, at) => asked[at]!.id,
          k,
          maxPromptTokens: config.prompt.maxPromptTokens,
          rng: rng.fork('eval/one-by-one'),
          policyKey: lastPolicyKey(session, arm, inputs),
          path,
          progress,
          label: `evaluate ${arm.name}, ${ranks} contexts one by one`,
        }),
      );
      for (const warning of failureWarnings(`${arm.name} by context`, step, records))
        await warn(run, progress, warning);
    },
    [path],
  );
}

/** What a policy behind a server that trains nothing cannot do for a run: refused before any work, with what it can. */
import { labelsBySuccess, TRAINING_KINDS, type Config } from '../config/index.js';
import { RaRftError } from '../core/errors.js';
import type { PolicyEngine } from '../engine/index.js';
import { warn } from '../runs/warnings.js';
import type { Session } from './session.js';

/** Throws `config` where arms would be trained; `until` is the last stage. */
export function refuseUntrainable({ engine, rl, arms }: Config, until: string): void {
  const trained = arms.filter(({ policyOf }) => policyOf === null).map(({ name }) => name);
  const comesToArms = until === 'train' || until === 'eval';
  if (engine.kind !== 'openai' || !comesToArms || rl.steps === 0 || trained.length === 0) return;
  throw new RaRftError({
    code: 'config',
    message: `rl.steps is ${rl.steps} for the arms ${trained.join(', ')}, but engine.kind is openai, where nothing is trained`,
    where: 'rl.steps',
    expected: `0, which evaluates the arms with the policy as it is, or engine.kind: ${TRAINING_KINDS}`,
  });
}

/**
 * Asks the server what it can, where only it knows. Throws `engine` where labels are to be measured by gain and it tells no
 * log-probabilities of given texts; warns where it does not give the tokens that it drew.
 */
export async function lookAtServer(session: Session, { labelled }: { labelled: boolean }): Promise<void> {
  const { config, run, progress } = session;
  if (config.engine.kind !== 'openai') return;
  const engine = session.engine();
  const { scores } = await engine.can();
  const byGain = labelled && config.labels.judge === 'utility' && !labelsBySuccess(config);
  if (byGain && !scores)
    throw new RaRftError({
      code: 'engine',
      message: `labels.measure is ${config.labels.measure}, but the server tells no log-probabilities of given texts`,
      where: 'labels.measure',
      expected: 'a server that does: vLLM (prompt_logprobs), SGLang (echo with logprobs)',
      hint: 'labels.measure: success measures gain by sampled answers, which this server gives; or take the judge llm.',
    });
  const text = await tokenisedHere(engine);
  if (text !== undefined) await warn(run, progress, { code: 'tokenised-here', where: 'engine', text });
}

/** What is to be said where a server does not give the tokens that it drew; undefined where an engine does. */
export async function tokenisedHere(engine: PolicyEngine): Promise<string | undefined> {
  if ((await engine.can()).drawnTokens) return undefined;
  return 'the server gives texts, not the tokens that it drew: responses are tokenised here, and their lengths may differ by a token or two';
}

/** A recorded prompt sampled once more: the same prompt, seed and policy give the same tokens and log-probabilities. */
import { RaRftError } from '../../core/errors.js';
import { policyLogprobsOf } from '../../engine/results.js';
import type { Policy, SampleOptions } from '../../engine/types.js';
import type { GroupRecord } from '../records.js';

/** How a response came out when it was sampled again. */
export interface ReplayedResponse {
  /** First place at which the tokens differ; undefined where all are the same. */
  differsAt: number | undefined;
  /** Largest difference of the log p of a token, as far as the tokens are the same; the record has six digits. */
  logprobGap: number;
}

/**
 * Samples the prompt of a line of rollouts/<arm>/<step>.jsonl again. `policy` is the one that sampled it: that of the step before, whose
 * version the record names. Throws `data` where the record has no seed (an older run), `engine` at another version of the policy.
 */
export async function replay(
  policy: Policy,
  record: Pick<GroupRecord, 'promptTokens' | 'seed' | 'policyVersion' | 'rollouts'>,
  options: SampleOptions,
): Promise<ReplayedResponse[]> {
  const { promptTokens, seed, rollouts, policyVersion } = record;
  if (!Number.isInteger(seed))
    throw new RaRftError({
      code: 'data',
      message: 'the recorded prompt has no seed',
      where: 'rollouts: seed',
      expected: 'a line that says which random numbers its responses were drawn with',
      hint: 'Runs of older versions kept none; they cannot be replayed.',
    });
  const request = { prompt: Int32Array.from(promptTokens), n: rollouts.length, seed };
  const again = await policy.sample([request], options);
  if (again.policyVersion !== policyVersion)
    throw new RaRftError({
      code: 'engine',
      message: `the policy has version ${again.policyVersion}`,
      where: policy.info.name,
      expected: `version ${policyVersion}, which sampled the recorded prompt`,
      hint: 'Open the checkpoint of the step before the one that is replayed.',
    });
  return again.samples_NG[0]!.map((sample, g) => {
    const { tokens } = sample;
    const policyLogprobs = policyLogprobsOf(sample);
    const { tokens: recorded, logprobs } = rollouts[g]!;
    const same = recorded.findIndex((token, t) => token !== tokens[t]);
    const length = same < 0 ? Math.min(recorded.length, tokens.length) : same;
    const gaps = logprobs.slice(0, length).map((logprob, t) => Math.abs(logprob - policyLogprobs[t]!));
    const isWhole = same < 0 && recorded.length === tokens.length;
    return { differsAt: isWhole ? undefined : length, logprobGap: Math.max(0, ...gaps) };
  });
}

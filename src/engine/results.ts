/**
 * Checks of what an engine gave back. Local and fake engine make them before they answer; whoever uses an engine makes them
 * on the answer, so that no engine's NaN or missing log-probability is ever trained on, recorded or taken for a 0.
 */
import { assertFinite, DIVERGED_HINT, notFinite } from '../core/finite.js';
import { RaRftError } from '../core/errors.js';
import type {
  Alternatives,
  ForwardBackwardResult,
  Sample,
  SampleRequest,
  SampleResult,
  ScoreGroup,
  TrainGroup,
} from './types.js';

const HINT = `${DIVERGED_HINT} Where nothing was trained yet, check the model folder.`;

/** Throws `engine` where samples or log-probabilities are missing or a response was broken off, `not-finite` at the first number that is none. */
export function checkSamples(requests: readonly Pick<SampleRequest, 'n'>[], { samples_NG }: SampleResult): void {
  refuseCount(samples_NG.length, requests.length, 'groups', 'samples');
  for (const [n, group] of samples_NG.entries()) {
    refuseCount(group.length, requests[n]!.n, 'responses', `group ${n}`);
    for (const [g, { tokens, logprobs, policyLogprobs, stopReason }] of group.entries()) {
      const where = `group ${n}, response ${g}`;
      if (logprobs) checkLogprobs(logprobs, tokens.length, where);
      if (policyLogprobs) checkLogprobs(policyLogprobs, tokens.length, where);
      refuseBrokenOff(stopReason, where);
    }
  }
}

/** log p of a sample under the policy itself, for whoever trains on it. Throws `engine` where the engine told none: it is not taken for 0. */
export function policyLogprobsOf({ policyLogprobs }: Pick<Sample, 'policyLogprobs'>): Float32Array {
  if (policyLogprobs) return policyLogprobs;
  throw new RaRftError({
    code: 'engine',
    message: "the engine told no log-probabilities of the policy's own responses",
    where: 'policyLogprobs',
    expected: 'an engine that can train (engine.kind: local or tinker)',
  });
}

/** Throws `engine` where scores are missing, `not-finite` at the first that is no number. */
export function checkScores(groups: readonly ScoreGroup[], scores_NGT: readonly (readonly Float32Array[])[]): void {
  const lengths_NG = groups.map(({ responses }) => responses.map((tokens) => tokens.length));
  checkShape(lengths_NG, scores_NGT);
}

/** Throws `engine` where alternatives are missing or differ in number from token to token, `not-finite` at the first that is no number. */
export function checkAlternativeScores(groups: readonly ScoreGroup[], scores_NG: readonly Alternatives[][]): void {
  refuseCount(scores_NG.length, groups.length, 'groups', 'alternatives');
  let perToken: number | undefined;
  for (const [n, { responses }] of groups.entries()) {
    refuseCount(scores_NG[n]!.length, responses.length, 'responses', `group ${n}`);
    for (const [g, tokens] of responses.entries()) {
      const { ids, logprobs } = scores_NG[n]![g]!;
      if (tokens.length > 0) perToken ??= Math.max(1, Math.round(logprobs.length / tokens.length));
      const where = `the alternatives of group ${n}, response ${g}`;
      checkLogprobs(logprobs, (perToken ?? 0) * tokens.length, where);
      if (ids) refuseCount(ids.length, logprobs.length, 'token ids', where);
    }
  }
}

/** Throws `engine` where log-probabilities are missing, `not-finite` where loss, entropy or one of them is no number. */
export function checkTrained(groups: readonly TrainGroup[], result: ForwardBackwardResult): void {
  const lengths_NG = groups.map(({ responses }) => responses.map(({ tokens }) => tokens.length));
  checkShape(lengths_NG, result.logprobs_NGT);
  const { loss, entropy } = result;
  if (!Number.isFinite(loss)) throw notFinite(loss, { what: 'the loss', hint: HINT });
  if (entropy !== undefined && !Number.isFinite(entropy)) throw notFinite(entropy, { what: 'the entropy', hint: HINT });
}

/** Throws `not-finite` where a gradient's norm is no number. */
export function checkGradNorm(gradNorm: number): void {
  if (!Number.isFinite(gradNorm)) throw notFinite(gradNorm, { what: "the gradient's norm", hint: HINT });
}

function checkShape(lengths_NG: readonly (readonly number[])[], found_NGT: readonly (readonly Float32Array[])[]): void {
  refuseCount(found_NGT.length, lengths_NG.length, 'groups', 'log-probabilities');
  for (const [n, lengths_G] of lengths_NG.entries()) {
    refuseCount(found_NGT[n]!.length, lengths_G.length, 'responses', `group ${n}`);
    for (const [g, length] of lengths_G.entries()) {
      checkLogprobs(found_NGT[n]![g], length, `group ${n}, response ${g}`);
    }
  }
}

/** -infinity too: a token that was drawn, or is to be learnt, has a probability above 0. */
function checkLogprobs(logprobs: Float32Array | undefined, length: number, where: string): void {
  refuseCount(logprobs?.length ?? 0, length, 'log-probabilities', where);
  assertFinite(logprobs!, { what: 'a log-probability', where, hint: HINT });
}

/** An engine in another process may have given up on a response: graded, it would pass for one that the policy ended. */
function refuseBrokenOff(stopReason: string, where: string): void {
  if (stopReason === 'stop' || stopReason === 'length') return;
  throw new RaRftError({
    code: 'engine',
    message: `the engine ended a response with '${stopReason}'`,
    where,
    expected: "'stop' (the policy ended it) or 'length' (maxTokens did)",
    hint: 'What an engine broke off is no response of the policy: sample it again.',
  });
}

function refuseCount(found: number, wanted: number, what: string, where: string): void {
  if (found === wanted) return;
  throw new RaRftError({
    code: 'engine',
    message: `the engine gave ${found} ${what}`,
    where,
    expected: `${wanted}`,
    hint: 'This is a fault of the engine; what is missing is not taken for 0.',
  });
}

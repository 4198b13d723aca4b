/** Checks of what comes back: nothing that is missing, broken off or no number goes on. */
import { firstNotFinite } from '../../core/finite.js';
import { TinkerError } from '../errors.js';
import type { Datum, LossFnOutput, Sample, SampleRequest } from '../types.js';
import { malformed } from '../wire/malformed.js';
import type { ReadForward, ReadSample } from '../wire/types.js';

/** One output a datum, with one finite log-probability a target. */
export function checkedOutputs(what: string, { outputs }: ReadForward, data: readonly Datum[]): LossFnOutput[] {
  if (outputs.length !== data.length) throw malformed(what, `${outputs.length} outputs for ${data.length} datums`);
  return outputs.map((output, i) => {
    const { logprobs } = output;
    const length = data[i]!.tokens.length;
    checkLogprobs(`${what}, datum ${i}`, logprobs instanceof Float32Array ? logprobs : undefined, length);
    return output as LossFnOutput;
  });
}

/** All samples that were asked for, each whole and with its log-probabilities. */
export function checkedSamples(what: string, { sequences }: ReadSample, request: SampleRequest): Sample[] {
  const { numSamples, samplingParams } = request;
  if (sequences.length !== numSamples)
    throw malformed(what, `${sequences.length} samples where ${numSamples} were asked for`);
  return sequences.map(({ tokens, logprobs, stopReason }, i) => {
    const where = `${what}, sample ${i}`;
    if (stopReason !== 'stop' && stopReason !== 'length') throw brokenOff(where, `it ended with ${stopReason}`);
    if (tokens.length === 0) throw brokenOff(where, 'it has no tokens');
    if (tokens.length > samplingParams.maxTokens) {
      throw malformed(where, `it has ${tokens.length} tokens where ${samplingParams.maxTokens} were allowed`);
    }
    if (stopReason === 'stop') checkStop(where, tokens, samplingParams.stop ?? []);
    return { tokens, logprobs: checkLogprobs(where, logprobs, tokens.length), stopReason };
  });
}

/**
 * log p of prompt token i + 1 given those before it, from servers that begin with an empty entry and from those that leave it out.
 * Length: the prompt's less one.
 */
export function checkedPromptLogprobs(
  what: string,
  { promptLogprobs }: ReadSample,
  promptLength: number,
): Float32Array {
  const hasEmpty = promptLogprobs?.length === promptLength;
  return checkLogprobs(`${what}, prompt`, hasEmpty ? promptLogprobs.subarray(1) : promptLogprobs, promptLength - 1);
}

/** With token ids to stop at, a sample that ended by itself ends with one of them: else it is a fragment. */
function checkStop(where: string, tokens: Int32Array, stop: readonly number[] | readonly string[]): void {
  const last = tokens.at(-1)!;
  if (stop.length === 0 || typeof stop[0] === 'string' || (stop as readonly number[]).includes(last)) return;
  throw brokenOff(where, `it is said to have stopped, with token ${last}, which is none to stop at`);
}

function brokenOff(where: string, why: string): TinkerError {
  return new TinkerError({
    kind: 'failed',
    where,
    message: `the sample was broken off: ${why}`,
    expected: 'a sample that stopped by itself (at a token of `stop`, with which it ends) or was cut at maxTokens',
    hint: 'A model that ends at a token of its own needs that token in `stop`.',
  });
}

function checkLogprobs(where: string, logprobs: Float32Array | undefined, length: number): Float32Array {
  if (!logprobs) throw malformed(where, 'it has no log-probabilities');
  if (logprobs.length !== length) throw malformed(where, `${logprobs.length} log-probabilities for ${length} tokens`);
  const at = firstNotFinite(logprobs);
  if (at < 0) return logprobs;
  throw new TinkerError({
    kind: 'not-finite',
    where,
    message: `the log-probability of token ${at} is ${logprobs[at]}`,
    expected: 'a finite number',
    hint: 'The training has diverged (lower the learning rate), or a token id is not in the vocabulary (give vocabSize).',
  });
}

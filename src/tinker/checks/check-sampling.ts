/** Checks of what is sampled from. */
import type { SampleRequest } from '../types.js';
import { checkInteger, checkLength, checkNumber, checkTokens, invalid, type ModelLimits } from './limits.js';

/** Seeds of all samples of a request stay below it: servers count up from the request's. */
const SEEDS = 2 ** 31;

/** Throws `invalid` with the setting. Without samples or with an empty prompt some servers never answer. */
export function checkSampleRequest(
  what: string,
  { prompt, numSamples, samplingParams }: SampleRequest,
  limits: ModelLimits,
): void {
  checkPrompt(what, prompt, limits);
  checkInteger(`${what}, numSamples`, numSamples, 1);
  const { maxTokens, temperature, topP = 1, topK = 0, seed, stop = [] } = samplingParams;
  checkInteger(`${what}, maxTokens`, maxTokens, 1);
  checkLength(`${what}, prompt and maxTokens`, prompt.length + maxTokens, limits);
  checkNumber(`${what}, temperature`, temperature, 0);
  checkNumber(`${what}, topP`, topP, Number.MIN_VALUE, 1);
  checkInteger(`${what}, topK`, topK, 0);
  if (seed !== undefined) checkInteger(`${what}, seed`, seed, 0, SEEDS - 1 - numSamples);
  const kinds = new Set(stop.map((one) => typeof one));
  if (kinds.size > 1) throw invalid(`${what}, stop`, 'it has both token ids and texts', 'one of the two');
  if (stop.includes('' as never)) throw invalid(`${what}, stop`, 'it has an empty text');
  if (kinds.has('number')) checkTokens(`${what}, stop`, Int32Array.from(stop as readonly number[]), limits);
}

export function checkPrompt(what: string, prompt: Int32Array, limits: ModelLimits): void {
  if (prompt.length === 0) throw invalid(what, 'the prompt has no tokens');
  checkTokens(`${what}, prompt`, prompt, limits);
  checkLength(`${what}, prompt`, prompt.length, limits);
}

/** Checks of what is trained on. */
import { snakeCase } from '../wire/names.js';
import type { AdamParams, Datum, ForwardBackwardRequest } from '../types.js';
import { checkFinite, checkLength, checkNumber, checkTokens, invalid, type ModelLimits } from './limits.js';

/** What losses of sampled tokens read. A server takes what is missing for 0, and learns nothing. */
const needed: Readonly<Record<string, readonly string[]>> = {
  importance_sampling: ['logprobs', 'advantages'],
  ppo: ['logprobs', 'advantages'],
  cispo: ['logprobs', 'advantages'],
  dro: ['logprobs', 'advantages'],
};

/** Throws `invalid` with the datum and the array. */
export function checkForward(
  what: string,
  { data, lossFn, lossFnConfig }: ForwardBackwardRequest,
  limits: ModelLimits,
): void {
  if (data.length === 0) throw invalid(what, 'there is no data', 'at least one datum');
  if (lossFn === '') throw invalid(what, 'the loss has no name');
  data.forEach((datum, i) => checkDatum(`${what}, datum ${i}`, datum, lossFn, limits));
  for (const [name, value] of Object.entries(lossFnConfig ?? {})) checkNumber(`${what}, ${name}`, value, -Infinity);
}

function checkDatum(where: string, { tokens, lossFnInputs }: Datum, lossFn: string, limits: ModelLimits): void {
  if (tokens.length === 0) throw invalid(where, 'it has no tokens');
  checkTokens(`${where}, tokens`, tokens, limits);
  checkLength(where, tokens.length, limits);
  if (!((lossFnInputs.targetTokens as unknown) instanceof Int32Array)) throw invalid(where, 'it has no targetTokens');
  checkTokens(`${where}, targetTokens`, lossFnInputs.targetTokens, limits);
  const names = new Set<string>();
  for (const [name, values] of Object.entries(lossFnInputs)) {
    if (!values) continue;
    const place = `${where}, ${name}`;
    if (values.length !== tokens.length)
      throw invalid(place, `it has ${values.length} numbers for ${tokens.length} tokens`);
    checkFinite(place, values);
    if (names.has(snakeCase(name))) throw invalid(place, 'it is given twice');
    names.add(snakeCase(name));
  }
  const missing = (needed[lossFn] ?? []).filter((name) => !names.has(name));
  if (missing.length > 0)
    throw invalid(where, `it has no ${missing.join(' and no ')}`, `what the loss ${lossFn} reads`);
}

/** Throws `invalid` with the setting. */
export function checkAdam(what: string, params: AdamParams): void {
  checkNumber(`${what}, learningRate`, params.learningRate, 0);
  checkNumber(`${what}, beta1`, params.beta1, 0, 1);
  checkNumber(`${what}, beta2`, params.beta2, 0, 1);
  checkNumber(`${what}, eps`, params.eps, 0);
  checkNumber(`${what}, weightDecay`, params.weightDecay, 0);
  checkNumber(`${what}, gradClipNorm`, params.gradClipNorm, 0);
}

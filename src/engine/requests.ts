/** Checks of what an engine is asked to do, made before any work, so that a bad request changes nothing. */
import { RaRftError } from '../core/errors.js';
import type { EngineInfo, PolicyRef, SampleOptions, SampleRequest, ScoreGroup, Tokens, TrainGroup } from './types.js';

/** Throws `context-length` or `engine` at the first request that cannot be sampled. */
export function checkSampleRequests(
  info: EngineInfo,
  requests: readonly SampleRequest[],
  options: SampleOptions,
): void {
  const { maxTokens, temperature, topK = 0, topP = 1, stopTokens } = options;
  const refuse = (key: string, value: unknown, expected: string) =>
    problem(`${key} is ${String(value)}`, `options.${key}`, expected);
  if (!Number.isInteger(maxTokens) || maxTokens < 1) throw refuse('maxTokens', maxTokens, 'an integer from 1');
  if (!(temperature >= 0) || !Number.isFinite(temperature))
    throw refuse('temperature', temperature, 'a number from 0 (greedy)');
  if (!Number.isInteger(topK) || topK < 0) throw refuse('topK', topK, 'an integer from 0 (all)');
  if (!(topP > 0 && topP <= 1)) throw refuse('topP', topP, 'a number above 0, at most 1 (all)');
  for (const t of stopTokens) checkToken(info, t, 'options.stopTokens');
  for (const [i, { prompt, n }] of requests.entries()) {
    checkPrompt(info, prompt, `requests[${i}].prompt`);
    if (!Number.isInteger(n) || n < 0)
      throw problem(`n is ${n}`, `requests[${i}].n`, 'an integer from 0: responses wanted');
    checkLength(
      info,
      prompt.length + maxTokens,
      `requests[${i}]`,
      `a prompt of ${prompt.length} and maxTokens ${maxTokens}`,
    );
  }
}

/** Throws `context-length` or `engine` at the first sequence that cannot be scored. */
export function checkScoreGroups(info: EngineInfo, groups: readonly ScoreGroup[]): void {
  for (const [i, { prompt, responses }] of groups.entries()) {
    checkPrompt(info, prompt, `groups[${i}].prompt`);
    for (const [g, tokens] of responses.entries()) checkResponse(info, prompt, tokens, `groups[${i}].responses[${g}]`);
  }
}

/** Throws `context-length` or `engine` at the first group that cannot be trained on. */
export function checkTrainGroups(info: EngineInfo, groups: readonly TrainGroup[]): void {
  for (const [i, { prompt, responses }] of groups.entries()) {
    checkPrompt(info, prompt, `groups[${i}].prompt`);
    for (const [g, { tokens, slopes }] of responses.entries()) {
      const where = `groups[${i}].responses[${g}]`;
      checkResponse(info, prompt, tokens, where);
      checkNumbers(slopes, tokens.length, `${where}.slopes`);
    }
  }
}

/** Of a policy or engine that was disposed of. */
export function usedAfterDispose(name: string): RaRftError {
  return new RaRftError({ code: 'engine', message: `${name} was used after dispose`, where: name });
}

/** Of training calls to a policy that was opened without `train`. */
export function notTrained({ name }: EngineInfo): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: `${name} was opened to sample and score only`,
    where: name,
    expected: "a policy opened with train: 'full', or an adapter's settings",
  });
}

/** The folder of a policy that an engine on this machine opens. Throws `engine` where it is none. */
export function localFolder(ref: PolicyRef, engine: string): string {
  if (ref.kind === 'folder') return ref.path;
  throw problem(
    `the ${engine} engine cannot open ${ref.uri}`,
    'PolicyRef',
    'a folder',
    'Open it with the engine that made it.',
  );
}

function checkPrompt(info: EngineInfo, prompt: Tokens, where: string): void {
  if (prompt.length === 0) throw problem('the prompt is empty', where, 'at least one token to start from');
  for (const t of prompt) checkToken(info, t, where);
}

function checkResponse(info: EngineInfo, prompt: Tokens, tokens: Tokens, where: string): void {
  for (const t of tokens) checkToken(info, t, `${where}.tokens`);
  const { length } = tokens;
  checkLength(info, prompt.length + length, where, `a prompt of ${prompt.length} and a response of ${length}`);
}

function checkToken(info: EngineInfo, token: number, where: string): void {
  if (token >= 0 && token < info.vocabSize && Number.isInteger(token)) return;
  throw problem(
    `token ${token} is outside the vocabulary`,
    where,
    `ids from 0 to ${info.vocabSize - 1}`,
    "Was the text encoded with another model's tokenizer?",
  );
}

function checkLength(info: EngineInfo, length: number, where: string, what: string): void {
  if (length <= info.maxContext) return;
  throw new RaRftError({
    code: 'context-length',
    message: `${what} tokens need a window of ${length}`,
    where,
    expected: `at most ${info.maxContext} tokens, the window of ${info.name}`,
    hint: 'Shorten the prompt or the response, or use a model with a longer window.',
  });
}

function checkNumbers(values: Float32Array, length: number, where: string): void {
  if (values.length !== length) throw problem(`${values.length} values`, where, `${length}, one a token`);
  const at = values.findIndex((v) => !Number.isFinite(v));
  if (at >= 0) throw problem(`value ${at} is ${values[at]}`, where, 'finite numbers');
}

function problem(message: string, where: string, expected: string, hint?: string): RaRftError {
  return new RaRftError({ code: 'engine', message, where, expected, hint });
}

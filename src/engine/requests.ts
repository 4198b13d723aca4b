/** Checks of what an engine is asked to do, made before any work, so that a bad request changes nothing. */
import { RaRftError } from '../core/errors.js';
import { alternativesShape, type AlternativesShape, type WithAlternatives } from './alternatives.js';
import type {
  AlternativeSlopes,
  EngineInfo,
  PolicyRef,
  SampleOptions,
  SampleRequest,
  ScoreGroup,
  Tokens,
  TrainGroup,
  WhichAlternatives,
} from './types.js';

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
    for (const [g, { tokens, slopes, alternatives }] of responses.entries()) {
      const where = `groups[${i}].responses[${g}]`;
      checkResponse(info, prompt, tokens, where);
      checkNumbers(slopes, tokens.length, `${where}.slopes`);
      if (alternatives) checkAlternativeSlopes(info, alternatives, tokens.length, `${where}.alternatives`);
    }
  }
  checkSameShape(groups.flatMap(({ responses }) => responses));
}

/** Throws what {@link checkScoreGroups} throws, and `engine` at the first alternatives that are not of these responses. */
export function checkAlternatives(info: EngineInfo, groups: readonly ScoreGroup[], which: WhichAlternatives): void {
  checkScoreGroups(info, groups);
  if (which.kind === 'top' && !(Number.isInteger(which.k) && which.k >= 1 && which.k <= info.vocabSize))
    throw problem(`k is ${which.k}`, 'which.k', `an integer from 1 to ${info.vocabSize}, the size of the vocabulary`);
  if (which.kind !== 'given') return;
  const given = groups.flatMap(({ responses }, n) =>
    responses.map((tokens, g) => {
      const ids = which.ids_NG[n]?.[g] ?? NO_IDS;
      for (const id of ids) checkToken(info, id, `which.ids_NG[${n}][${g}]`);
      return { tokens, alternatives: { ids, slopes: ids } };
    }),
  );
  checkSameShape(given);
}

const NO_IDS = new Int32Array(0);

function checkAlternativeSlopes(
  info: EngineInfo,
  { ids, slopes }: AlternativeSlopes,
  tokens: number,
  where: string,
): void {
  for (const id of ids ?? NO_IDS) checkToken(info, id, `${where}.ids`);
  checkNumbers(slopes, ids?.length ?? tokens * info.vocabSize, `${where}.slopes`);
}

/** Throws `engine` where responses of one call differ in their alternatives to a token, or have no whole number of them. */
function checkSameShape(responses: readonly WithAlternatives[]): void {
  const shapes = responses.filter(({ tokens }) => tokens.length > 0).map(alternativesShape);
  const told = ({ perToken, kind }: AlternativesShape) => (perToken === 0 ? 'none' : `${perToken} a token, ${kind}`);
  const other = shapes.find((shape) => !Number.isInteger(shape.perToken) || told(shape) !== told(shapes[0]!));
  if (!other) return;
  throw problem(
    `a response has alternatives: ${told(other)}; the first: ${told(shapes[0]!)}`,
    'alternatives',
    'a whole number a token, the same for all responses of a call',
  );
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

/** Of an engine that knows the log p of the tokens that stand there alone; `does` begins the message. */
export function withoutAlternatives({ name }: EngineInfo, does: string): RaRftError {
  return new RaRftError({
    code: 'engine',
    message: `${does} the tokens that stand there, no others`,
    where: name,
    expected: 'an engine that can (the local one), or a loss of sampled tokens',
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

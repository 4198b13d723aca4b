/** What is asked of everything that is sent. Servers do not ask it: they hang, answer NaN, or count something else. */
import { firstNotFinite } from '../../core/finite.js';
import { TinkerError } from '../errors.js';
import type { TensorData } from '../types.js';

/** What the caller knows of a model; servers do not say how large its vocabulary is. */
export interface ModelLimits {
  /** Token ids below it are tokens. */
  vocabSize?: number | undefined;
  /** Longest sequence, prompt and response together. */
  maxContextLength?: number | undefined;
}

/** The error of something that is not sent. */
export function invalid(where: string, message: string, expected?: string): TinkerError {
  return new TinkerError({ kind: 'invalid', where, message, expected });
}

export function checkTokens(where: string, tokens: Int32Array, { vocabSize = Infinity }: ModelLimits): void {
  const at = tokens.findIndex((token) => token < 0 || token >= vocabSize);
  if (at < 0) return;
  const most = Number.isFinite(vocabSize) ? `0 to ${vocabSize - 1}` : 'no negative number';
  throw invalid(where, `token ${at} is ${tokens[at]}`, `a token id: ${most}`);
}

export function checkLength(where: string, length: number, { maxContextLength = Infinity }: ModelLimits): void {
  if (length > maxContextLength)
    throw invalid(where, `it has ${length} tokens`, `at most ${maxContextLength}, the model's window`);
}

export function checkFinite(where: string, values: TensorData): void {
  if (values instanceof Int32Array) return;
  const at = firstNotFinite(values);
  if (at >= 0) throw invalid(where, `number ${at} is ${values[at]}`, 'finite numbers');
}

/** `least` and `most` included. */
export function checkNumber(where: string, value: number, least: number, most = Infinity): void {
  if (Number.isFinite(value) && value >= least && value <= most) return;
  throw invalid(
    where,
    `it is ${value}`,
    most === Infinity ? `a finite number${Number.isFinite(least) ? `, at least ${least}` : ''}` : `${least} to ${most}`,
  );
}

export function checkInteger(where: string, value: number, least: number, most = Infinity): void {
  if (!Number.isSafeInteger(value)) throw invalid(where, `it is ${value}`, 'a whole number');
  checkNumber(where, value, least, most);
}

/** Names of checkpoints, as SkyRL wants them. */
export function checkName(where: string, name: string): void {
  if (!/^[a-zA-Z0-9_-]{1,255}$/.test(name)) {
    throw invalid(where, `${JSON.stringify(name)} is no name`, 'letters, digits, _ and -, at most 255');
  }
}

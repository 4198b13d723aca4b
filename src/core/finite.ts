/**
 * NaN and infinity. One of them in a weight, a loss or a log-probability spreads into everything computed from it, so each
 * place where numbers enter or leave (files read and written, results of engines, updates of weights) asks here, and stops.
 */
import { RaRftError } from './errors.js';

/** Index of the first value that is NaN or infinite; -1 where there is none. A nanosecond or less a value. */
export function firstNotFinite(values: Float32Array | Float64Array | readonly number[]): number {
  // A sum of zeros unless a value is NaN or infinite: no branch a value. Four sums, so that none waits for another.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = values.length - (values.length % 4);
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! * 0;
    b += values[i + 1]! * 0;
    c += values[i + 2]! * 0;
    d += values[i + 3]! * 0;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! * 0;
  if (a + b + c + d === 0) return -1;
  return values.findIndex((value: number) => !Number.isFinite(value));
}

/** What an error about a number says beside the number. */
export interface NumberFacts {
  /** What the number is (`tensor model.norm.weight`, `the loss`). */
  what: string;
  /** File, tensor, group and token. */
  where?: string;
  hint?: string;
}

/** What to do where a training has run away. */
export const DIVERGED_HINT = 'The training has diverged: lower the learning rate.';

/** What to do where a file holds such numbers. */
export const DAMAGED_HINT =
  'The file is damaged, or was saved by a training that had diverged: fetch it again, or take an earlier one.';

/** Throws `not-finite` at the first value that is NaN or infinite, with its place among the values. */
export function assertFinite(values: Float32Array | Float64Array | readonly number[], facts: NumberFacts): void {
  const at = firstNotFinite(values);
  if (at < 0) return;
  const place = values.length > 1 ? ` (number ${at} of ${values.length})` : '';
  throw notFinite(values[at], { ...facts, what: `${facts.what}${place}` });
}

/** The error of a value that is NaN, infinite, or missing. */
export function notFinite(value: number | undefined, { what, where, hint = DIVERGED_HINT }: NumberFacts): RaRftError {
  return new RaRftError({
    code: 'not-finite',
    message: value === undefined ? `${what} is missing` : `${what} is ${value}`,
    ...(where !== undefined && { where }),
    expected: 'a finite number',
    hint,
  });
}

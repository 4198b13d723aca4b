/** Numbers of command-line options. */
import { RaRftError } from '../core/errors.js';

/** The integer that an option was given; throws `usage` naming the option where it is none or below `least`. */
export function wholeNumber(option: string, text: string, least = 0): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
  throw new RaRftError({
    code: 'usage',
    message: `${option} is ${text}`,
    where: option,
    expected: `an integer from ${least}`,
  });
}

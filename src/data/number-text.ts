/**
 * Reads the number that an answer states: `1,234`, `-3/4`, `\frac{1}{2}`, `2\frac12`, `$5`, `19 pounds`, `x = 7`.
 * Deliberately simple: what is not plainly one number is no number. Percent signs and units are dropped, not converted.
 */
import { add, divide, parseDecimal, rational, type Rational } from './rational.js';

/** The exact value of an answer that is one number with nothing but units around it; undefined for anything else. */
export function parseNumberText(text: string): Rational | undefined {
  if (text.length > 2000) return undefined;
  let rest = clean(text);
  const negative = rest.startsWith('-');
  rest = rest.replace(/^[+-]\s*/, '').replace(/^[$€£¥]\s*/, '');
  const found = readMagnitude(rest);
  if (!found || !isUnit(found.rest)) return undefined;
  const { value } = found;
  return negative ? rational(-value.n, value.d) : value;
}

/** Takes away what carries no value: LaTeX spacing and delimiters, a leading `x =`, the full stop of a sentence. */
function clean(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (wide) => wide.normalize('NFKC'))
    .replace(/[\u00bc-\u00be\u2150-\u215e]/g, (fraction) => ` ${fraction.normalize('NFKC')}`)
    .replace(/\u2044/g, '/')
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/\\[()[\]]/g, '')
    .replace(/\\\$/g, '$')
    .replace(/\{,\}/g, ',')
    .replace(/\\!/g, '')
    .replace(/\\[,;: ]|~/g, ' ')
    .replace(/\\[dtc]frac/g, '\\frac')
    .replace(/\\(?:left|right|displaystyle)\b/g, '')
    .trim()
    .replace(/^\$+(?=.*\$$)(.*?)\$+$/s, '$1')
    .trim()
    .replace(/\\textnormal\b/g, '\\text')
    .replace(/^\\(?:mathbf|mathrm|text|textbf|mbox)\s*\{([^{}]*)\}/, '$1')
    .replace(/^[A-Za-z]\s*=\s*/, '')
    .replace(/\.$/, '')
    .trim();
}

const GROUPED = /^\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+)(?:\.\d+)?(?![\d,])/;
const PLAIN = /^(?:\d+\.\d+|\d+|\.\d+)(?:[eE][+-]?\d{1,4})?(?![\d.,]*\d)/;

function readMagnitude(text: string): { value: Rational; rest: string } | undefined {
  const fraction = readFraction(text);
  if (fraction) return fraction;
  const tens = /^10\s*\^\s*(?:\{\s*([+-]?\d{1,3})\s*\}|(\d))/.exec(text);
  if (tens) return { value: scale(rational(1n), Number(tens[1] ?? tens[2])), rest: text.slice(tens[0].length) };
  const raw = GROUPED.exec(text)?.[0] ?? PLAIN.exec(text)?.[0];
  const value = raw === undefined ? undefined : parseDecimal(raw.replace(/[, ]/g, ''));
  if (raw === undefined || value === undefined) return undefined;
  const rest = text.slice(raw.length);
  const power = /^\s*(?:\\times|\\cdot|×|\*)\s*10\s*\^\s*\{?\s*([+-]?\d{1,3})\s*\}?/.exec(rest);
  if (power) return { value: scale(value, Number(power[1])), rest: rest.slice(power[0].length) };
  const slash = /^\s*\/\s*(\d+(?:\.\d+)?)(?!\d)/.exec(rest);
  if (slash) return over(value, parseDecimal(slash[1] as string), rest.slice(slash[0].length));
  // A mixed number: an integer, then a proper fraction.
  const proper = value.d === 1n ? (readFraction(rest.trimStart()) ?? readSlash(rest)) : undefined;
  if (proper && proper.value.n < proper.value.d) return { value: add(value, proper.value), rest: proper.rest };
  return { value, rest };
}

function readFraction(text: string): { value: Rational; rest: string } | undefined {
  const match = /^\\frac\s*(?:\{\s*(-?[\d.]+)\s*\}|(\d))\s*(?:\{\s*([\d.]+)\s*\}|(\d))/.exec(text);
  if (!match) return undefined;
  const top = parseDecimal((match[1] ?? match[2]) as string);
  return top && over(top, parseDecimal((match[3] ?? match[4]) as string), text.slice(match[0].length));
}

function readSlash(text: string): { value: Rational; rest: string } | undefined {
  const match = /^\s+(\d+)\s*\/\s*(\d+)(?!\d)/.exec(text);
  const top = match ? parseDecimal(match[1] as string) : undefined;
  return match && top ? over(top, parseDecimal(match[2] as string), text.slice(match[0].length)) : undefined;
}

function over(
  top: Rational,
  bottom: Rational | undefined,
  rest: string,
): { value: Rational; rest: string } | undefined {
  return bottom && bottom.n !== 0n ? { value: divide(top, bottom), rest } : undefined;
}

function scale(value: Rational, power: number): Rational {
  const factor = 10n ** BigInt(Math.abs(power));
  return power >= 0 ? rational(value.n * factor, value.d) : rational(value.n, value.d * factor);
}

/**
 * Whether what follows a number can only be a unit: words, symbols, `\text{...}`, a unit's power 2 or 3. A single letter is
 * a unit only after a space and where it is one of the common ones, so that `5x` is not 5.
 */
function isUnit(text: string): boolean {
  const bare = text
    .replace(/\\(?:text|mathrm|mbox|textbf|operatorname)\s*\{([^{}]*)\}/g, ' $1 ')
    .replace(/\^\s*\{?\s*\\circ\s*\}?|[°%€£¥$]|\\%|\\circ|\\degree/g, '')
    .replace(/(?<=\p{L}\s*)(?:\^\s*\{?\s*[23]\s*\}?|[²³])/gu, '');
  if (bare.trim() === '') return true;
  if (!/^[\p{L}\s.'/()-]*$/u.test(bare)) return false;
  if (/^\p{L}(?!\p{L})/u.test(bare)) return false;
  const words = bare.split(/[\s/.()-]+/).filter((word) => word !== '');
  return words.length > 0 && words.every((word) => word.length > 1 || /^[mgshlLJNWVAKCFa]$/.test(word));
}

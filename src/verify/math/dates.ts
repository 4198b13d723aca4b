/** Dates, brought to one spelling so that 2021-03-03 is no subtraction, and times of the day in words. */
import { integer, type Node } from './nodes.js';

const MONTHS = 'january february march april may june july august september october november december'.split(' ');
const MONTH = '(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*';
const DAY = '(\\d{1,2})(?:st|nd|rd|th)?';

const LOOKS_LIKE_DATE =
  /^\s*\d+[-/.]\d+[-/.]\d+\s*$|\d[^+*^=]*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[^+*^=]*\d/i;
const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;
const SLASHED = /^\d{1,2}[/.]\d{1,2}[/.]\d{4}$/;
const MONTH_FIRST = new RegExp(`^${MONTH}\\.?\\s*(?:the\\s+)?${DAY}(?:,?\\s*(\\d{4}))?$`, 'i');
const DAY_FIRST = new RegExp(`^(?:the\\s+)?${DAY}\\s*(?:of\\s+)?${MONTH}\\.?(?:,?\\s*(\\d{4}))?$`, 'i');

/**
 * The date that a text is, in one spelling; undefined where it is none. Dates with slashes stay as they are: which part is
 * the month is not known.
 */
export function dateIn(text: string): string | undefined {
  if (text.length > 60 || !LOOKS_LIKE_DATE.test(text)) return undefined;
  const plain = text
    .replace(/\\text\w*\s*\{([^{}]*)\}/g, '$1')
    .replace(/[\s~]+/g, ' ')
    .trim();
  if (SLASHED.test(plain)) return `date ${plain}`;
  const iso = ISO.exec(plain);
  if (iso) return spelled(iso[1], Number(iso[2]), Number(iso[3]));
  const monthFirst = MONTH_FIRST.exec(plain);
  if (monthFirst) return spelled(monthFirst[3], monthOf(monthFirst[1] as string), Number(monthFirst[2]));
  const dayFirst = DAY_FIRST.exec(plain);
  return dayFirst ? spelled(dayFirst[3], monthOf(dayFirst[2] as string), Number(dayFirst[1])) : undefined;
}

const monthOf = (word: string): number =>
  MONTHS.findIndex((month) => month.startsWith(word.toLowerCase().slice(0, 3))) + 1;

const spelled = (year: string | undefined, month: number, day: number): string | undefined =>
  month >= 1 && month <= 12 && day >= 1 && day <= 31 ? `date ${year ? `${year} ` : ''}${month} ${day}` : undefined;

/** Noon and midnight as times of the clock. */
export function timeIn(words: string): Node | undefined {
  const half = /^noon$/i.test(words) ? 'pm' : /^midnight$/i.test(words) ? 'am' : undefined;
  return half && { kind: 'ratio', parts: [integer(12), integer(0)], written: ['12', '00', half] };
}

/** Spelling: brings the many ways to type the same answer (Unicode, spacing commands, escaped escapes) to one. */
import { plainCharacters } from './characters.js';
import { inEnglish } from './languages.js';

/**
 * The text of one answer without what carries no meaning: dollar delimiters, sizing, spacing between digits of one
 * number, a full stop at the end, escaped backslashes. Idempotent on its own output.
 */
export function cleanAnswer(text: string): string {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return text;
  const unusual = /[^\x20-\x7e]/.test(text);
  let out = unusual ? plainCharacters(text) : text;
  if (out.includes('\\\\') && !out.includes('\\begin')) out = out.replace(/\\\\(?=[A-Za-z()[\]{},;!$%])/g, '\\');
  if (out.includes('$')) out = withoutDollars(out);
  if (out.includes('\\')) {
    out = out
      .replace(/\\[()[\]](?![a-z])/g, ' ')
      .replace(/(\d)\s*(?:\{\s*,\s*\}|,\s*\\!|\\,|\\!|\{\\,\}|\\ |~)\s*(?=\d{3}(?!\d))/g, '$1')
      .replace(/\{\s*:\s*\}|\\!\s*:\s*\\!|\\colon\b/g, ':')
      .replace(/\\mathchoice.*$/s, '');
  } else if (out.includes('{,}')) {
    out = out.replace(/(\d)\{,\}(?=\d{3}(?!\d))/g, '$1');
  }
  if (out.includes(' '))
    out = out.replace(/(?<![\d.,/^_\\])(\d{1,3}(?: \d{3})+)(?!\d)/g, (run) => run.replace(/ /g, ''));
  if (out.includes(',') && /^-?\d{1,3}(?:\.\d{3})+,\d{1,2}$/.test(out)) out = out.replace(/\./g, '').replace(',', '.');
  if (out.includes(':')) out = out.replace(/(:\d\d)\s*([ap])\.?\s?m\b\.?/gi, '$1 \\text{$2m}');
  if (out.includes('.')) out = out.replace(/(\d)\s*([ap])\.\s?m\.?(?![A-Za-z])/gi, '$1 \\text{ $2m}');
  if (out.includes('M')) out = out.replace(/^\s*(1[0-2]|0?[1-9])\s+([AP])M\s*$/, '$1 \\text{ $2m}');
  if (/answer/i.test(out)) out = out.replace(LABEL, '$1');
  if (out.includes('**')) out = out.replace(/^\s*\*\*|\*\*\s*$/g, ' ');
  out = withoutQuotes(out)
    .replace(/(?<![.,;:])[.,;:]+\s*$/, '')
    .trim();
  return unusual && /[\u0080-\uffff]/.test(out) ? inEnglish(out) : out;
}

/** Without space and quotation marks around it. A prime (`A'`, `5'`) is none, unless the text began with one. */
function withoutQuotes(text: string): string {
  if (!/^[\s"'`]|[\s"'`]$/.test(text)) return text;
  let [start, end] = [0, text.length];
  while (start < end && /[\s"'`]/.test(text[start] as string)) start++;
  const quoted = /['`]/.test(text.slice(0, start));
  for (; end > start; end--) {
    const last = text[end - 1] as string;
    if (last === "'" ? !quoted && /[\w)\]}']/.test(text[end - 2] ?? '') : !/[\s"`]/.test(last)) break;
  }
  return text.slice(start, end);
}

/** `Answer:` before the answer, as words of the formula or in `\text{...}`. */
const LABEL = /^[\s*]*(\\text\w*\s*\{)?\s*(?:the\s+)?(?:final\s+)?answer[\s*]*(?:is\b|[:=])[\s*]*/i;

/** Dollar signs that delimit go; one that stands before an amount (an odd one out, or escaped) is a currency. */
function withoutDollars(text: string): string {
  const bare = text.replace(/\\\$/g, '\uE000');
  const count = bare.length - bare.replace(/\$/g, '').length;
  const odd = count % 2 === 1 ? bare.replace(/\$(?=\s*[\d.])/, '\uE000') : bare;
  return odd
    .replace(/\$/g, ' ')
    .replace(/\uE000\s*(?=[-\d.(\\])/g, '\\dollars ')
    .replace(/\uE000/g, '\\text{ dollars }');
}

/** One form for texts that read the same: no spacing, sizing or redundant braces, one name for each fraction command. */
export function sameSpelling(text: string): string {
  return text
    .replace(/\\[dtc]frac(?![a-z])/g, '\\frac')
    .replace(/\\(?:left|right|displaystyle|quad|qquad)(?![a-z])|\\[,;:! ]|~/g, ' ')
    .replace(/\\frac\s*(\d)\s*(\d)/g, '\\frac{$1}{$2}')
    .replace(/\s+/g, ' ')
    .replace(/(?<!\d) | (?!\d)/g, '')
    .replace(/(?<=[\^_])\{(\w)\}/g, '$1');
}

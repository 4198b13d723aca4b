/** Answers to several parts: `(a) 2 (b) 6`, `(i) 3, (ii) 5`, `1. 2; 2. 6`. Their marks are names, no factors. */

export interface Part {
  label: string;
  value: string;
}

const SERIES: readonly (readonly string[])[] = [
  'abcdefghij'.split(''),
  'ABCDEFGHIJ'.split(''),
  'i ii iii iv v vi vii viii ix x'.split(' '),
  'I II III IV V VI VII VIII IX X'.split(' '),
  '1 2 3 4 5 6 7 8 9 10'.split(' '),
];

/** A mark: in brackets, also as text, or with a bracket or a full stop after it. */
const mark = (label: string): string =>
  `(?:\\\\text\\w*\\s*\\{\\s*\\(${label}\\)\\s*\\}|\\\\text\\w*\\s*\\{\\s*\\(${label}\\)(?=\\s*\\S)|\\(${label}\\)|(?<![\\w(.])${label}\\)|(?<![\\w(.])${label}\\.(?=\\s))`;

/** The parts of an enumeration of two at least, from its first mark on; undefined where a text is none. */
export function enumeratedParts(text: string): Part[] | undefined {
  if (text.length > 2_000 || !/^\s*(?:\\text\w*\s*\{\s*)?\(?(?:[aAiI1]|)[).]/.test(text)) return undefined;
  for (const series of SERIES) {
    const parts = partsOf(text, series);
    if (parts) return parts;
  }
  return undefined;
}

function partsOf(text: string, series: readonly string[]): Part[] | undefined {
  const found: { label: string; start: number; end: number }[] = [];
  let at = 0;
  for (const label of series) {
    const match = new RegExp(mark(label), 'g');
    match.lastIndex = at;
    const next = match.exec(text);
    if (!next || (found.length === 0 && text.slice(0, next.index).trim() !== '')) break;
    at = next.index + next[0].length;
    found.push({ label, start: next.index, end: at });
  }
  if (found.length < 2) return undefined;
  const parts = found.map(({ label, end }, i) => ({
    label: label.toLowerCase(),
    value: valueOf(text.slice(end, found[i + 1]?.start ?? text.length)),
  }));
  return parts.every(({ value }) => isValue(value)) ? parts : undefined;
}

/** What stands after a mark, without what parts it from the next. */
const valueOf = (text: string): string =>
  text
    .replace(/\\(?:quad|qquad|,|;|:|!| |newline)|\\\\|~/g, ' ')
    .replace(/^[\s:]+|[\s,;]+(?:\\text\w*\s*\{\s*(?:and|or)\s*\}|and|or)?[\s,;]*$/g, '')
    .trim();

/** Whether a text may be an answer: not the rest of a product or sum in which `(a)` is a factor. */
const isValue = (text: string): boolean => /[\p{L}\p{N}]/u.test(text) && !/^[+*/^=<>_!]|[-+*/^=<>_(]$/.test(text);

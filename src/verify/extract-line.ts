/** Extraction alone, by the name of what is wanted: for looking at what a verifier would compare. */
import { z } from 'zod';
import { lastBoxed } from '../data/index.js';
import { extractAnswers } from './math/index.js';

/** A line to extract from: `kind` names what is wanted, `config` refines it. */
export const extractLineSchema = z.object({
  kind: z.enum(['latex', 'expr', 'string', 'boxed', 'gsm8k', 'final_int']),
  text: z.string(),
  config: z
    .object({
      boxed_match_priority: z.number().optional(),
      strings: z.array(z.string().min(1)).optional(),
      lowercase: z.boolean().optional(),
    })
    .prefault({}),
});

export type ExtractLine = z.output<typeof extractLineSchema>;

/**
 * What is found, empty where nothing is. One answer; for `string` (the letter of a choice) the letter and then how the
 * text has it. `boxed` takes the last box alone, `gsm8k` what follows the last `####`, `final_int` the last whole number.
 * Takes time in proportion to the text: it needs no clock.
 */
export function extractLine({ kind, text, config }: ExtractLine): string[] {
  switch (kind) {
    case 'boxed': {
      const box = lastBoxed(text);
      return 'content' in box ? [box.content] : [];
    }
    case 'gsm8k':
      return lastMatch(text, /####:?[ \t]*(\S[^\n]*)/g).map((found) => plainNumber(found.trim()));
    case 'final_int':
      return lastMatch(text, /((?<![\w.])-?\d[\d,]*)/g).map(plainNumber);
    case 'string': {
      const letters = config.strings?.map((letter) => letter.toUpperCase());
      const found = extractAnswers(text, { kinds: ['letter'] }).find(({ rule }) => rule === 'letter');
      if (!found || letters?.includes(found.text.toUpperCase()) === false) return [];
      return [config.lowercase === true ? found.text.toLowerCase() : found.text, found.raw];
    }
    case 'latex':
    case 'expr': {
      const priority = config.boxed_match_priority ?? 0;
      const preferBoxed = priority >= 0 && priority < 50;
      return extractAnswers(text, { kinds: [kind === 'latex' ? 'latex' : 'expression'], preferBoxed })
        .slice(0, 1)
        .map((found) => found.text);
    }
  }
}

function lastMatch(text: string, pattern: RegExp): string[] {
  let last: string | undefined;
  for (const match of text.matchAll(pattern)) last = match[1];
  return last === undefined ? [] : [last];
}

/** `1,234` as `1234`: only commas between digits are separators. */
function plainNumber(text: string): string {
  return text.replace(/(?<=\d),(?=\d)/g, '').replace(/(?<=\d),$/, '');
}

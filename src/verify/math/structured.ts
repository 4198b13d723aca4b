/** Answers in a structure that the response makes for them: `<answer>` tags and the field of a JSON object. */
import type { FoundAnswer } from './types.js';

const TAG = /<\s*((?:final[ _-]?)?answer|ans|result)\s*>/gi;

/** What the last answer tag holds, and where it opens; a tag that is not closed holds the rest. */
export function taggedAnswer(text: string): (FoundAnswer & { start: number }) | undefined {
  if (!text.includes('<')) return undefined;
  const open = [...text.matchAll(TAG)].at(-1);
  if (!open) return undefined;
  const inside = text.slice(open.index + open[0].length);
  const close = inside.search(/<\s*\/\s*(?:(?:final[ _-]?)?answer|ans|result)\s*>/i);
  const held = close < 0 ? inside : inside.slice(0, close);
  return { text: held.trim(), raw: held, rule: 'answer-tag', start: open.index };
}

const KEY =
  /(["'])(final[ _-]?answer|answer|result)\1\s*:\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\[[^[\]]*\]|[^\s,}\]"']+)/gi;

/** The answer field of a JSON object: the last one, a final answer before others. Numbers keep every digit. */
export function jsonAnswer(text: string): FoundAnswer | undefined {
  if (!text.includes('{')) return undefined;
  const fields = [...text.matchAll(KEY)];
  const field = fields.findLast((match) => /^final/i.test(match[2] ?? '')) ?? fields.at(-1);
  if (!field) return undefined;
  return { text: valueOf(field[3] as string), raw: field[0], rule: 'json-answer' };
}

function valueOf(written: string): string {
  if (written === 'null' || written === 'None') return '';
  if (written.startsWith('[')) return written.slice(1, -1).replace(/["']/g, '').trim();
  if (!/^["']/.test(written)) return written;
  const inside = written.slice(1, -1);
  try {
    // LaTeX of a single backslash is no JSON, or another character (`\frac`): it is taken as it is written.
    return /(?<!\\)(?:\\\\)*\\[A-Za-z]{2}/.test(inside) ? inside : (JSON.parse(`"${inside}"`) as string).trim();
  } catch {
    return inside;
  }
}

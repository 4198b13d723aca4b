/** Finds the answer a response puts in a box. */

/** The last box of a text: its content, that there is none, or that the text ends inside it. */
export type Boxed = { content: string } | { missing: 'no-box' | 'box-cut-off' };

/**
 * The content of the last `\boxed{...}` (or `\fbox{...}`, or `\boxed 7`) by walking its braces, so that nested braces
 * stay whole. A last box that is never closed is `box-cut-off`, even after an earlier whole one: the response was
 * still changing its mind. Linear in the length of the text.
 */
export function lastBoxed(text: string): Boxed {
  let start = -1;
  for (const match of text.matchAll(/\\(?:boxed|fbox)(?![A-Za-z])\s*/g)) start = match.index + match[0].length;
  if (start < 0) return { missing: 'no-box' };
  if (text[start] !== '{') {
    const bare = /^[^\s{}\\$]+/.exec(text.slice(start, start + 100))?.[0].replace(/[.,;:]$/, '');
    return bare ? { content: bare } : { missing: 'box-cut-off' };
  }
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return { content: text.slice(start + 1, i).trim() };
  }
  return { missing: 'box-cut-off' };
}

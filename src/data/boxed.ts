/** Finds the answer that a response or a solution puts in a box. */

/** The last box of a text: its content, that there is none, or that the text ends inside it. */
export type Boxed = { content: string } | { missing: 'no-box' | 'box-cut-off' };

/**
 * The content of the last `\boxed{...}` (or `\fbox{...}`, or `\boxed 7`) by walking its braces, so that nested braces
 * stay whole. A last box that is never closed is `box-cut-off`, even after an earlier whole one: the response was
 * still changing its mind. Linear in the length of the text.
 */
export function lastBoxed(text: string): Boxed {
  const last = [...text.matchAll(BOX)].at(-1);
  if (!last) return { missing: 'no-box' };
  const found = boxAt(text, last.index + last[0].length);
  return found ? { content: found.content } : { missing: 'box-cut-off' };
}

/**
 * The answer of a text whose last sentence may put its parts in several boxes (`$\boxed{2}$ and $\boxed{3}$`): their
 * contents with commas between, and where the first of them begins. As {@link lastBoxed} where there is one box.
 */
export function lastBoxes(text: string): { content: string; from: number } | { missing: 'no-box' | 'box-cut-off' } {
  const starts = [...text.matchAll(BOX)];
  const contents: string[] = [];
  let from = text.length;
  for (const start of starts.toReversed()) {
    const found = boxAt(text, start.index + start[0].length, from);
    if (contents.length === 0 && !found) return { missing: 'box-cut-off' };
    if (!found || (contents.length > 0 && !JOINT.test(text.slice(found.end, from)))) break;
    contents.unshift(found.content);
    from = start.index;
  }
  return contents.length === 0 ? { missing: 'no-box' } : { content: [...new Set(contents)].join(', '), from };
}

const BOX = /\\(?:boxed|fbox)(?![A-Za-z])\s*/g;
/** What stands between two boxes of one answer. After "or" MATH puts the same answer in another form: the last is it. */
const JOINT = /^[\s$,;]{0,8}(?:\\text\{)?\s{0,8}(?:and)?\s{0,8}\}?[\s$]{0,8}$/;

/** The box whose content begins at `start`; undefined where it does not end before `limit`. */
function boxAt(text: string, start: number, limit = text.length): { content: string; end: number } | undefined {
  if (text[start] !== '{') {
    const bare = /^[^\s{}\\$]+/.exec(text.slice(start, start + 100))?.[0].replace(/[.,;:]$/, '');
    return bare ? { content: bare, end: start + bare.length } : undefined;
  }
  let depth = 0;
  for (let i = start; i < limit; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return { content: text.slice(start + 1, i).trim(), end: i + 1 };
  }
  return undefined;
}

/** Text in cells of a terminal: Chinese, Japanese and Korean letters and emoji take two, accents on a letter none. */
import stringWidth from 'string-width';

/** Cells that a text takes. */
export function textWidth(text: string): number {
  return stringWidth(text);
}

/** A text in at most so many cells, on one line; what was cut off shows as an ellipsis. */
export function fitText(text: string, cells: number): string {
  // A line break or another control letter would move the cursor away from the line.
  const line = text.replace(/\p{Cc}+/gu, ' ');
  if (textWidth(line) <= cells) return line;
  if (cells < 1) return '';
  let fitted = '';
  let width = 0;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    width += textWidth(segment);
    if (width > cells - 1) break;
    fitted += segment;
  }
  return `${fitted}…`;
}

/** A text with blanks up to so many cells, before it (`start`) or after it. */
export function padText(text: string, cells: number, side: 'start' | 'end'): string {
  const blanks = ' '.repeat(Math.max(0, cells - textWidth(text)));
  return side === 'start' ? blanks + text : text + blanks;
}

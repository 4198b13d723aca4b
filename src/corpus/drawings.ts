/** Drawings in solutions, which are no reasoning. */

/** A text without its Asymptote drawings (`[asy] ... [/asy]`), an empty line in place of each; byte for byte where it has none. */
export function withoutDrawings(text: string): string {
  const without = text.replace(/\s*\[asy\].*?\[\/asy\]\s*/gs, '\n\n');
  return without === text ? text : without.trim();
}

/** Answers in words, letters of choices, and names. */
import type { Node } from '../nodes.js';

/** Words without case, spacing, marks, articles and LaTeX commands; what is left is what was said. */
export function plainWords(text: string): string {
  return text
    .replace(/\\(?:text|mbox|textbf|textit|textrm|textnormal|mathrm|mathbf|operatorname)\s*\{/g, '{')
    .replace(/\\(?:left|right|quad|qquad|displaystyle)(?![a-z])|\\[,;:! ]/g, ' ')
    .replace(/[{}$"'`~*]|\\(?=\s)/g, '')
    .toLowerCase()
    .replace(/\b(?:the|an|a)\s+(?=[a-z0-9])/g, '')
    .replace(/(?<=\p{L})-(?=\p{L})|[.,;:](?!\d)|[!?]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The letter of a choice that a text opens with: `(C)`, `C) 12`, `C. twelve`; undefined where it opens with none. */
export function choiceLetter(text: string): string | undefined {
  const bare = text.replace(/\\(?:text|mbox|textbf|mathrm|mathbf)\s*\{|[{}$]/g, '').trim();
  return (
    /^\(?\s*([A-J])\s*\)?\.?$/.exec(bare)?.[1] ?? /^(?:\(([A-J])\)|([A-J])[).:])\s/.exec(bare)?.slice(1).find(Boolean)
  );
}

/** The letters of a name written with capitals only (`ABC`), whose order counts though a product's would not. */
export function capitalName(node: Node): string | undefined {
  if (node.kind === 'sym') return /^[A-Z]$/.test(node.name) ? node.name : undefined;
  if (node.kind !== 'mul') return undefined;
  const letters = node.args.map(capitalName);
  return letters.every((letter) => letter !== undefined) ? letters.join('') : undefined;
}

/** Answers in words, letters of choices, and names. */
import { sameSpelling } from '../clean.js';
import type { Node } from '../nodes.js';

/** Words without case, spacing, marks, articles and LaTeX commands; what is left is what was said. */
export function plainWords(text: string): string {
  return text
    .replace(/\\(?:text|mbox|textbf|textit|textrm|textnormal|mathrm|mathbf|operatorname)\s*\{/g, '{')
    .replace(/\\(?:left|right|quad|qquad|displaystyle)(?![a-z])|\\[,;:! ]/g, ' ')
    .replace(/[{}$"`~*]|'(?=\p{L})|(?<![\p{L}\p{N})'])'|\\(?=\s)/gu, '')
    .toLowerCase()
    .replace(/\b(?:the|an|a)\s+(?=[a-z0-9])/g, '')
    .replace(/(?<=\p{L})-(?=\p{L})|[.,;:](?!\d)|[!?]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** One spelling of what is not understood: without the commands that only say that words are words. */
export const spelling = (text: string): string =>
  sameSpelling(text.replace(/\\(?:text\w*|mbox|mathrm|operatorname)\s*\{([^{}]*)\}/g, '$1')).trim();

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
  if (node.kind === 'pow') return raisedMatrix(node);
  if (node.kind !== 'mul') return undefined;
  const letters = node.args.map(capitalName);
  return letters.every((letter) => letter !== undefined) ? letters.join('') : undefined;
}

/** `A^T`, `A^{-1}`: of a matrix, which does not commute with the others. */
function raisedMatrix(node: Extract<Node, { kind: 'pow' }>): string | undefined {
  const { base, exponent } = node;
  const mark =
    exponent.kind === 'sym' && /^(?:T|\\top|\\intercal|\\dagger)$/.test(exponent.name)
      ? 'T'
      : exponent.kind === 'neg' &&
          exponent.arg.kind === 'num' &&
          exponent.arg.value.n === 1n &&
          exponent.arg.value.d === 1n
        ? '-1'
        : undefined;
  const letter = mark && base.kind === 'sym' ? capitalName(base) : undefined;
  return letter && `${letter}^${mark ?? ''}`;
}

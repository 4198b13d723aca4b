/** One spelling for texts that a reader would call the same: what splits, leak guards and content ids compare. */
import { hashText } from '../core/hash.js';

/** Lower case, compatibility forms folded, punctuation dropped, blanks single. Signs, decimals and letters stay. */
export function normaliseText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2212\u2013]/g, '-')
    .replace(/(?<=\d),(?=\d{3}\b)/g, '')
    .replace(/(?<!\d)\.|\.(?!\d)/g, ' ')
    .replace(/-(?!\d)/g, ' ')
    .replace(/[^\p{L}\p{N}\s.+*/=<>^%$\\-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Stable id of a problem or trace that has none: the same content gives the same id in every run. */
export function contentId(prefix: string, ...parts: string[]): string {
  return `${prefix}-${hashText(parts.map(normaliseText).join('\n'))}`;
}

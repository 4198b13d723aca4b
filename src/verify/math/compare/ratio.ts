/** Ratios up to a common factor, and times of the clock, which have none. */
import { exactConstant } from '../equal.js';
import type { Node } from '../nodes.js';
import { no, yes, type CompareContext, type Equality } from './context.js';

type RatioNode = Extract<Node, { kind: 'ratio' }>;
type Compare = (gold: Node, answer: Node, context: CompareContext) => Equality;

/** Seconds since midnight, with whether morning or afternoon was said; undefined where the parts are no time. */
function clockTime(node: RatioNode): { seconds: number; half?: 'am' | 'pm' } | undefined {
  const half = node.written.at(-1);
  const said = half === 'am' || half === 'pm' ? half : undefined;
  const parts = said ? node.written.slice(0, -1) : node.written;
  if (parts.length < 2 || parts.length > 3 || !/^\d{1,2}$/.test(parts[0] as string)) return undefined;
  if (!parts.slice(1).every((part) => /^[0-5]\d$/.test(part)) || Number(parts[0]) > 24) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = parts.map(Number);
  const day = said === 'pm' && hours < 12 ? hours + 12 : said === 'am' && hours === 12 ? 0 : hours;
  return { seconds: (day * 60 + minutes) * 60 + seconds, ...(said && { half: said }) };
}

export function compareRatios(gold: RatioNode, answer: RatioNode, context: CompareContext, compare: Compare): Equality {
  const [a, b] = [clockTime(gold), clockTime(answer)];
  if (a && b) {
    const halfDay = 12 * 3600;
    const unsaid = !a.half || !b.half;
    const same =
      a.seconds === b.seconds ||
      (unsaid &&
        a.half !== b.half &&
        a.seconds % halfDay === b.seconds % halfDay &&
        (a.half ? b : a).seconds <= halfDay + 3599);
    return same ? yes('same-time') : no('different-time');
  }
  if (gold.parts.length !== answer.parts.length) return no('different-ratio');
  // A time and what is none; and 10:0 has the same products as 25:0 though it is no ratio.
  const isZero = (part: Node): boolean => exactConstant(part)?.n === 0n;
  if (
    a || b
      ? [...gold.parts, ...answer.parts].some(isZero)
      : isZero(gold.parts[0] as Node) !== isZero(answer.parts[0] as Node)
  )
    return no('different-ratio');
  // a : b = c : d where a d = b c, for each part against the first.
  const [p, q] = [gold.parts[0] as Node, answer.parts[0] as Node];
  for (let i = 1; i < gold.parts.length; i++) {
    const left: Node = { kind: 'mul', args: [gold.parts[i] as Node, q] };
    const right: Node = { kind: 'mul', args: [answer.parts[i] as Node, p] };
    if (!compare(left, right, context).equal) return no('different-ratio');
  }
  return yes('same-ratio');
}

/** A ratio of two as the fraction it is; undefined for times and longer ratios. */
export function quotientOf(node: RatioNode): Node | undefined {
  if (node.parts.length !== 2 || node.written.length > 2) return undefined;
  return { kind: 'div', top: node.parts[0] as Node, bottom: node.parts[1] as Node };
}

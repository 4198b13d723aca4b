/** Families of values over an integer: `x = \pi k, k \in \mathbb{Z}`, `x \equiv 3 \pmod 7`, compared as sets of numbers. */
import { realValue } from '../equal.js';
import { integer, isScalar, mapChildren, some, symbolsOf, type Node } from '../nodes.js';
import { no, yes, type CompareContext, type Equality } from './context.js';
import { labelsAgree, unwrap } from './label.js';
import { variantsOf } from './variants.js';

/** The parameter of every family, whatever it was called: no letter, so that nothing else has its name. */
const PARAMETER = '#';

export interface Family {
  label?: Node | undefined;
  values: readonly Node[];
  /** What the parameter runs over as written (`Z`); absent where nothing says so. */
  domain?: string;
}

type Compare = (gold: Node, answer: Node, context: CompareContext) => Equality;

/** The family that a node states; undefined where it states none. */
export function familyOf(node: Node): Family | undefined {
  if (node.kind === 'relation') return congruence([node]);
  if (node.kind !== 'list') return undefined;
  const domains = node.items.flatMap((item, i) => domainOf(item, node.items.slice(0, i)));
  if (domains.length === 0) return congruence(node.items);
  const names = new Set(domains.map(({ name }) => name));
  const isDomain = (item: Node): boolean =>
    (item.kind === 'sym' && names.has(item.name)) || domainOf(item, []).length > 0;
  return family(
    node.items.filter((item) => !isDomain(item)),
    names,
    domains[0]?.domain,
  );
}

/** The letters that `k \in Z` or `k, m \in Z` gives a domain. */
function domainOf(item: Node, before: readonly Node[]): { name: string; domain: string }[] {
  if (item.kind !== 'relation' || item.ops.length !== 1 || item.ops[0] !== 'in') return [];
  const [left, right] = [item.sides[0] as Node, item.sides[1] as Node];
  if (left.kind !== 'sym' || right.kind !== 'sym' || !/^[ZN]/.test(right.name)) return [];
  const names = [left.name];
  for (const other of before.toReversed()) {
    if (other.kind !== 'sym') break;
    names.push(other.name);
  }
  return names.map((name) => ({ name, domain: right.name }));
}

/** A statement without a domain as a family over its one letter that is not its label. */
export function impliedFamily(node: Node): Family | undefined {
  const items = node.kind === 'list' ? node.items : [node];
  const names = new Set<string>();
  for (const item of items) {
    const { label, value } = unwrap(item);
    const labels = label ? symbolsOf(label) : new Set<string>();
    for (const name of symbolsOf(value)) if (!labels.has(name)) names.add(name);
  }
  const [name = ''] = names;
  return names.size === 1 && /^[a-z]$/.test(name) ? family(items, names, undefined) : undefined;
}

function family(items: readonly Node[], names: ReadonlySet<string>, domain: string | undefined): Family | undefined {
  const values: Node[] = [];
  let label: Node | undefined;
  for (const item of items) {
    const said = unwrap(item);
    if (said.label && label && !labelsAgree(said.label, label)) return undefined;
    label ??= said.label;
    if (!isScalar(said.value)) return undefined;
    values.push(...variantsOf(withParameter(said.value, names)));
  }
  return values.length === 0 ? undefined : { label, values, ...(domain !== undefined && { domain }) };
}

function withParameter(node: Node, names: ReadonlySet<string>): Node {
  if (node.kind === 'sym') return names.has(node.name) ? { kind: 'sym', name: PARAMETER } : node;
  return mapChildren(node, (child) => withParameter(child, names));
}

/** `x \equiv 1, 3 \pmod 7`: the modulus stands after the last residue. */
function congruence(items: readonly Node[]): Family | undefined {
  const said = items.map((item) => unwrap(asResidue(item)));
  const last = said.at(-1)?.value;
  if (last?.kind !== 'call' || last.name !== '@residue') return undefined;
  const modulus = last.args[1] as Node;
  const residues = said.map(({ value }) => (value === last ? (last.args[0] as Node) : value));
  if (!residues.every(isScalar)) return undefined;
  const step: Node = { kind: 'mul', args: [modulus, { kind: 'sym', name: PARAMETER }] };
  return {
    label: said[0]?.label,
    values: residues.flatMap(variantsOf).map((residue) => ({ kind: 'add', args: [residue, step] })),
    domain: 'Z',
  };
}

/** `x \bmod 7 = 3` says x \equiv 3 \pmod 7. */
function asResidue(item: Node): Node {
  if (item.kind !== 'relation' || item.ops.length !== 1 || item.ops[0] !== '=') return item;
  const [left, right] = [item.sides[0] as Node, item.sides[1] as Node];
  if (left.kind !== 'call' || left.name !== 'mod' || left.args[0]?.kind !== 'sym') return item;
  const residue: Node = { kind: 'call', name: '@residue', args: [right, left.args[1] as Node] };
  return { ...item, sides: [left.args[0], residue] };
}

/** Two families, of which one at least says what its parameter runs over. */
export function compareFamilies(a: Family, b: Family, context: CompareContext, compare: Compare): Equality {
  if (a.label && b.label && context.strictNames && !labelsAgree(a.label, b.label)) return no('different-name');
  if (a.domain !== undefined && b.domain !== undefined && a.domain !== b.domain) return no('different-domain');
  if (a.values.length + b.values.length > MAX_VALUES) return no('set-too-large');
  const [x, y] = [classesOf(a.values), classesOf(b.values)];
  if ((a.domain ?? b.domain) === 'Z' && x && y) {
    const [first, second] = [residuesOf(x, x[0] as Class, y), residuesOf(y, x[0] as Class, x)];
    if (first && second) return sameResidues(first, second) ? yes('same-family') : no('different-family');
  }
  const has = (values: readonly Node[], value: Node): boolean => values.some((v) => compare(v, value, context).equal);
  return a.values.every((v) => has(b.values, v)) && b.values.every((v) => has(a.values, v))
    ? yes('same-family')
    : no('different-family');
}

/** Numbers a distance apart, through one of them: in fixed-point arithmetic. */
interface Class {
  step: bigint;
  offset: bigint;
}

const BITS = 400;
/** Values that agree to so many bits are one. */
const NOISE = 1n << 150n;
/** Most values for which a pattern in the parameter is looked for (`(-1)^k` has one of 2). */
const MAX_PERIOD = 4;

function classesOf(values: readonly Node[]): readonly Class[] | undefined {
  const found: Class[] = [];
  for (const value of values) {
    const classes = classOf(value);
    if (!classes) return undefined;
    found.push(...classes);
  }
  return found;
}

function classOf(value: Node): readonly Class[] | undefined {
  const seen = new Map<number, bigint | undefined>();
  const at = (k: number): bigint | undefined => {
    if (!seen.has(k)) seen.set(k, realValue(placed(value, k), BITS));
    return seen.get(k);
  };
  for (let period = 1; period <= MAX_PERIOD; period++) {
    const classes = Array.from({ length: period }, (_, r) =>
      lineThrough([-1, 0, 1, 2, 3].map((m) => at(m * period + r))),
    );
    if (classes.every((line) => line !== undefined)) return classes;
  }
  return undefined;
}

/** The line through values at -1, 0, 1, ...; undefined where they are on none, or all are one. */
function lineThrough(values: readonly (bigint | undefined)[]): Class | undefined {
  const [before, offset] = values;
  if (before === undefined || offset === undefined) return undefined;
  const step = offset - before;
  const straight = values.every((v, i) => v !== undefined && size(v - (before + step * BigInt(i))) < NOISE);
  return straight && size(step) > NOISE ? { step: size(step), offset } : undefined;
}

const placed = (node: Node, k: number): Node =>
  node.kind === 'sym' && node.name === PARAMETER ? integer(k) : mapChildren(node, (child) => placed(child, k));

const size = (n: bigint): bigint => (n < 0n ? -n : n);

const MAX_RESIDUES = 2_000;
/** Most expressions that the families of both sides are made of. */
const MAX_VALUES = 60;

/** All classes as numbers below one common distance: the least that every distance of both sides divides. */
function residuesOf(own: readonly Class[], unit: Class, others: readonly Class[]): Residues | undefined {
  let common = 1n;
  const ratios: [bigint, bigint][] = [];
  for (const { step } of [...own, ...others]) {
    const ratio = fractionOf(step, unit.step);
    if (!ratio) return undefined;
    ratios.push(ratio);
    common = (common * ratio[0]) / commonDivisor(common, ratio[0]);
    if (common > BigInt(MAX_RESIDUES)) return undefined;
  }
  // Every distance is top/bottom units: a multiple of all tops is a multiple of every distance.
  const length = unit.step * common;
  const found: bigint[] = [];
  for (const [i, { step, offset }] of own.entries()) {
    const [top, bottom] = ratios[i] as [bigint, bigint];
    const count = (common * bottom) / top;
    if (BigInt(found.length) + count > BigInt(MAX_RESIDUES)) return undefined;
    for (let k = 0n; k < count; k++) {
      const value = (offset + k * step) % length;
      found.push(value < 0n ? value + length : value);
    }
  }
  return { length, values: found };
}

interface Residues {
  length: bigint;
  values: readonly bigint[];
}

/** Whether all residues of each are residues of the other, round the circle. */
function sameResidues(a: Residues, b: Residues): boolean {
  const within = (value: bigint, { values, length }: Residues): boolean =>
    values.some((other) => {
      const apart = size(value - other);
      return apart < NOISE << 20n || length - apart < NOISE << 20n;
    });
  return a.values.every((v) => within(v, b)) && b.values.every((v) => within(v, a));
}

/** The quotient of two numbers as a fraction with a small denominator; undefined where it is none. */
function fractionOf(top: bigint, bottom: bigint): [bigint, bigint] | undefined {
  for (let d = 1n; d <= 360n; d++) {
    const n = (top * d + bottom / 2n) / bottom;
    if (n > 0n && size(top * d - n * bottom) < NOISE << 10n) return [n, d];
  }
  return undefined;
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b);
}

/** Whether values are spread by a letter that is commonly an integer, beside a period that shows it. */
export const looksPeriodic = (node: Node): boolean =>
  [...symbolsOf(node)].some((name) => /^[klmn]$/.test(name)) &&
  some(node, (n) => n.kind === 'const' && n.name === 'pi');

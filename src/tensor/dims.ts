/**
 * Symbolic dimensions. A dimension is a number or an integer polynomial in named symbols, kept as canonical text
 * (`N`, `64*N*T`, `N*P+N*R`), so that equal dimensions are equal strings and products can be divided exactly.
 */

/** A number, or a symbol or polynomial of symbols known only when the program runs. */
export type Dim = number | string;

export type Shape = readonly Dim[];

/** Monomial (sorted symbols joined by `*`, empty for the constant) to its coefficient. */
type Poly = Map<string, number>;

const parsed = new Map<string, Poly>();

function toPoly(dim: Dim): Poly {
  if (typeof dim === 'number') return dim === 0 ? new Map() : new Map([['', dim]]);
  let poly = parsed.get(dim);
  if (!poly) {
    poly = parse(dim);
    parsed.set(dim, poly);
  }
  return poly;
}

function parse(text: string): Poly {
  const poly: Poly = new Map();
  for (const term of text.replaceAll(/\s/g, '').replaceAll('-', '+-').split('+')) {
    if (term === '') continue;
    let coefficient = 1;
    const symbols: string[] = [];
    const positive = term.startsWith('-') ? term.slice(1) : term;
    if (term.startsWith('-')) coefficient = -1;
    for (const factor of positive.split('*')) {
      if (/^\d+$/.test(factor)) coefficient *= Number(factor);
      else if (/^[A-Za-z_?][\w?]*$/.test(factor)) symbols.push(factor);
      else
        throw new TypeError(
          `not a dimension: '${text}' (a sum of products of names and integers, like 'N*T' or 'P+1')`,
        );
    }
    addTerm(poly, symbols.toSorted().join('*'), coefficient);
  }
  return poly;
}

function addTerm(poly: Poly, monomial: string, coefficient: number): void {
  const sum = (poly.get(monomial) ?? 0) + coefficient;
  if (sum === 0) poly.delete(monomial);
  else poly.set(monomial, sum);
}

function toDim(poly: Poly): Dim {
  if (poly.size === 0) return 0;
  if (poly.size === 1 && poly.has('')) return poly.get('') as number;
  const terms = [...poly].toSorted(([a], [b]) => compareMonomials(b, a));
  return terms
    .map(([monomial, c], i) => {
      const sign = c < 0 ? '-' : i > 0 ? '+' : '';
      const size = Math.abs(c);
      return sign + (monomial === '' ? String(size) : size === 1 ? monomial : `${size}*${monomial}`);
    })
    .join('');
}

/** Graded order: higher degree first, then by name. */
function compareMonomials(a: string, b: string): number {
  const degree = (m: string): number => (m === '' ? 0 : m.split('*').length);
  return degree(a) - degree(b) || (a < b ? 1 : a > b ? -1 : 0);
}

/** The canonical form: numbers for constants, sorted text for the rest. */
export function canonicalDim(dim: Dim): Dim {
  return toDim(toPoly(dim));
}

export function sameDim(a: Dim, b: Dim): boolean {
  return a === b || canonicalDim(a) === canonicalDim(b);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => sameDim(d, b[i] as Dim));
}

export function addDims(...dims: Dim[]): Dim {
  const sum: Poly = new Map();
  for (const dim of dims) for (const [m, c] of toPoly(dim)) addTerm(sum, m, c);
  return toDim(sum);
}

export function subDims(a: Dim, b: Dim): Dim {
  return addDims(a, mulDims(-1, b));
}

/** The product; of no dimensions, 1. */
export function mulDims(...dims: Dim[]): Dim {
  let product: Poly = new Map([['', 1]]);
  for (const dim of dims) {
    const next: Poly = new Map();
    for (const [m, c] of product) {
      for (const [n, d] of toPoly(dim)) addTerm(next, joinMonomials(m, n), c * d);
    }
    product = next;
  }
  return toDim(product);
}

function joinMonomials(a: string, b: string): string {
  if (a === '' || b === '') return a + b;
  return [...a.split('*'), ...b.split('*')].toSorted().join('*');
}

/** `a / b` where it is exact for every value of the symbols, else undefined. */
export function divDims(a: Dim, b: Dim): Dim | undefined {
  const divisor = [...toPoly(b)].toSorted(([m], [n]) => compareMonomials(n, m));
  const lead = divisor[0];
  if (!lead) return undefined;
  const rest: Poly = new Map(toPoly(a));
  const quotient: Poly = new Map();
  while (rest.size > 0) {
    const [m, c] = [...rest].reduce((best, term) => (compareMonomials(term[0], best[0]) > 0 ? term : best));
    const monomial = divideMonomial(m, lead[0]);
    if (monomial === undefined || c % lead[1] !== 0) return undefined;
    addTerm(quotient, monomial, c / lead[1]);
    for (const [n, d] of divisor) addTerm(rest, joinMonomials(monomial, n), -(c / lead[1]) * d);
  }
  return toDim(quotient);
}

function divideMonomial(a: string, b: string): string | undefined {
  if (b === '') return a;
  const left = a === '' ? [] : a.split('*');
  for (const symbol of b.split('*')) {
    const at = left.indexOf(symbol);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left.join('*');
}

/** Terms of a dimension as `[coefficient, symbols]`; the constant term has no symbols. */
export function dimTerms(dim: Dim): [number, string[]][] {
  return [...toPoly(dim)].map(([m, c]) => [c, m === '' ? [] : m.split('*')]);
}

/** Whether the dimension is one bare symbol, such as `N`. */
export function isSymbol(dim: Dim): dim is string {
  return typeof dim === 'string' && /^[A-Za-z_?][\w?]*$/.test(dim);
}

/** The dimension's value when the symbols have these values; undefined where one is missing. */
export function evaluateDim(dim: Dim, symbols: ReadonlyMap<string, number>): number | undefined {
  let total = 0;
  for (const [c, names] of dimTerms(dim)) {
    let term = c;
    for (const name of names) {
      const value = symbols.get(name);
      if (value === undefined) return undefined;
      term *= value;
    }
    total += term;
  }
  return total;
}

export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

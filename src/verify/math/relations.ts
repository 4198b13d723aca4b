/** Relations: what stands between two sides, by the commands they go under, and how they read the other way round. */

/**
 * `=`, inequalities, `in`, `~=` (approximately), `->` (tends to, is mapped to), `=>` (follows, or a step of a derivation);
 * any other relation goes by its command, and what is struck through by `not:` before it.
 */
export type Relation =
  | '='
  | '!='
  | '<'
  | '>'
  | '<='
  | '>='
  | '~='
  | 'in'
  | '->'
  | '=>'
  | `\\${string}`
  | `not:${string}`;

const BASIC: Readonly<Record<string, Relation>> = {
  in: 'in',
  le: '<=',
  leq: '<=',
  leqslant: '<=',
  leqq: '<=',
  ge: '>=',
  geq: '>=',
  geqslant: '>=',
  geqq: '>=',
  lt: '<',
  gt: '>',
  ne: '!=',
  neq: '!=',
  approx: '~=',
  simeq: '~=',
  thickapprox: '~=',
  equiv: '\\equiv',
  to: '->',
  rightarrow: '->',
  longrightarrow: '->',
  mapsto: '->',
  longmapsto: '->',
  Rightarrow: '=>',
  implies: '=>',
  Longrightarrow: '=>',
  therefore: '=>',
  notin: 'not:in',
  nin: 'not:in',
  owns: '\\ni',
  Leftrightarrow: '\\iff',
  Longleftrightarrow: '\\iff',
  longleftrightarrow: '\\leftrightarrow',
  leftarrow: '\\gets',
  longleftarrow: '\\gets',
  Leftarrow: '\\impliedby',
  Longleftarrow: '\\impliedby',
  subseteqq: '\\subseteq',
  supseteqq: '\\supseteq',
  subsetneqq: '\\subsetneq',
  supsetneqq: '\\supsetneq',
  preccurlyeq: '\\preceq',
  succcurlyeq: '\\succeq',
  trianglelefteq: '\\unlhd',
  trianglerighteq: '\\unrhd',
  triangleleft: '\\lhd',
  triangleright: '\\rhd',
  vartriangleleft: '\\lhd',
  vartriangleright: '\\rhd',
  varpropto: '\\propto',
};

/** Pairs that say the same with their sides swapped. */
const CONVERSES: readonly (readonly [Relation, Relation])[] = [
  ['<', '>'],
  ['<=', '>='],
  ['->', '\\gets'],
  ['=>', '\\impliedby'],
  ['in', '\\ni'],
  ['\\prec', '\\succ'],
  ['\\preceq', '\\succeq'],
  ['\\subset', '\\supset'],
  ['\\subseteq', '\\supseteq'],
  ['\\subsetneq', '\\supsetneq'],
  ['\\sqsubset', '\\sqsupset'],
  ['\\sqsubseteq', '\\sqsupseteq'],
  ['\\Subset', '\\Supset'],
  ['\\ll', '\\gg'],
  ['\\lll', '\\ggg'],
  ['\\lesssim', '\\gtrsim'],
  ['\\lessapprox', '\\gtrapprox'],
  ['\\lessgtr', '\\gtrless'],
  ['\\unlhd', '\\unrhd'],
  ['\\lhd', '\\rhd'],
];

/** Relations that hold both ways or not at all. */
const SYMMETRIC = new Set<string>(
  '= != ~= \\equiv \\sim \\cong \\parallel \\perp \\asymp \\iff \\leftrightarrow \\propto \\bowtie \\doteq \\land \\lor'.split(
    ' ',
  ),
);

/** Relations whose sides may not be swapped at all. */
const ONE_WAY = '\\models \\vdash \\Vdash \\vDash \\dashv \\leadsto \\hookrightarrow \\twoheadrightarrow'.split(' ');

const TURNED = new Map<string, Relation>();
for (const [a, b] of CONVERSES) TURNED.set(a, b).set(b, a);

const KNOWN = new Set<string>([...TURNED.keys(), ...SYMMETRIC, ...ONE_WAY]);

/** The relation a command names (`prec`, `nsubseteq`, `leq`); undefined where it is none. */
export function relationNamed(command: string): Relation | undefined {
  if (Object.hasOwn(BASIC, command)) return BASIC[command];
  const named: Relation = `\\${command}`;
  if (KNOWN.has(named)) return named;
  const plain = command.startsWith('n') ? relationNamed(command.slice(1)) : undefined;
  return plain && negated(plain);
}

/** The relation struck through. */
export const negated = (op: Relation): Relation =>
  op === '=' || op === '\\equiv' ? '!=' : op === '!=' ? '=' : `not:${op}`;

/** The relation with its sides swapped: `>` for `<`; undefined where none says so. */
export function turnedRelation(op: Relation): Relation | undefined {
  if (SYMMETRIC.has(op)) return op;
  if (!op.startsWith('not:')) return TURNED.get(op);
  const inner = turnedRelation(op.slice(4) as Relation);
  return inner && `not:${inner}`;
}

/** Whether a token's operator is a relation. */
export const isRelation = (op: string): op is Relation => KNOWN.has(op) || op.startsWith('not:');

/** Equations and inequalities: relations between values, which an equation's left minus right decides. */
export const comparesValues = (op: Relation): boolean => /^[=<>!]=?$/.test(op);

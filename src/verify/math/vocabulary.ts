/** What LaTeX commands and plain words mean to the lexer. */
import { isPercentWord, isUnitWord } from './units.js';

/** Functions of one argument (`log` may carry a base), by every name they go under. */
const FUNCTION_NAMES: Readonly<Record<string, string>> = {
  sin: 'sin',
  cos: 'cos',
  tan: 'tan',
  cot: 'cot',
  sec: 'sec',
  csc: 'csc',
  sinh: 'sinh',
  cosh: 'cosh',
  tanh: 'tanh',
  coth: 'coth',
  arcsin: 'arcsin',
  arccos: 'arccos',
  arctan: 'arctan',
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  tg: 'tan',
  ctg: 'cot',
  arccot: 'arccot',
  cis: 'cis',
  arcsec: 'arcsec',
  arccsc: 'arccsc',
  arctg: 'arctan',
  ln: 'ln',
  log: 'log',
  lg: 'lg',
  exp: 'exp',
  sqrt: 'sqrt',
  cbrt: 'cbrt',
  abs: 'abs',
  floor: 'floor',
  ceil: 'ceil',
  max: 'max',
  min: 'min',
  gcd: 'gcd',
  lcm: 'lcm',
  det: 'det',
  sgn: 'sgn',
  Re: 'Re',
  Im: 'Im',
};

/** The function a name stands for; undefined where it is none. */
export function functionNamed(name: string): string | undefined {
  return Object.hasOwn(FUNCTION_NAMES, name) ? FUNCTION_NAMES[name] : undefined;
}

/** Commands that only shape what is printed. */
export const IGNORED = new Set(
  (
    'left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle limits nolimits ' +
    'boldsymbol mathstrut strut phantom vphantom hphantom mathcal mathbb bf rm it sf tt normalfont large Large huge small hfill ' +
    'noindent centering underline text! middle bm vec mathring ensuremath'
  ).split(' '),
);

/** Commands that are a space. */
export const SPACES = new Set([
  'quad',
  'qquad',
  'enspace',
  'thinspace',
  'medspace',
  'thickspace',
  'newline',
  'hspace',
  'nobreak',
  'allowbreak',
  'par',
]);

/** Commands whose braces hold words (or a name, a number, a letter). */
export const TEXTUAL = new Set(
  'text textbf textit textrm textnormal texttt textsf textsc mbox hbox mathrm mathbf mathit mathsf mathtt operatorname emph'.split(
    ' ',
  ),
);

/** Commands that are operators, under the lexer's own names. */
export const OPERATORS: Readonly<Record<string, string>> = {
  times: '*',
  cdot: '*',
  ast: '*',
  bullet: '*',
  star: '*',
  div: '/',
  pm: 'pm',
  mp: 'mp',
  cup: 'cup',
  bigcup: 'cup',
  cap: 'cap',
  setminus: 'minus',
  backslash: 'minus',
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
  sim: '~=',
  thickapprox: '~=',
  equiv: '=',
  colon: ':',
  to: '=>',
  rightarrow: '=>',
  Rightarrow: '=>',
  implies: '=>',
  Longrightarrow: '=>',
  longrightarrow: '=>',
  mapsto: '=>',
  land: 'and',
  wedge: 'and',
  lor: 'and',
  vee: 'and',
  prime: "'",
  circ: 'deg',
  degree: 'deg',
  vert: '|',
  lvert: '|',
  rvert: '|',
  mid: '|',
  over: '/',
  therefore: '=>',
};

export const OPENERS: Readonly<Record<string, string>> = {
  lfloor: 'lfloor',
  lceil: 'lceil',
  langle: '<(',
  lbrace: '\\{',
  lbrack: '[',
  lparen: '(',
};
export const CLOSERS: Readonly<Record<string, string>> = {
  rfloor: 'rfloor',
  rceil: 'rceil',
  rangle: ')>',
  rbrace: '\\}',
  rbrack: ']',
  rparen: ')',
};

/** Short words that are words and no products of letters. */
const SHORT_WORDS = new Set(
  'is are the of for if yes no per odd not all none real sq cu red via by at on as an am pm its no'.split(' '),
);

/**
 * Whether a run of letters is to be read as a word rather than as a product of variables. `alone` says that space or
 * nothing stands on both its sides, without which short words are products (`e^{at}`).
 */
export function isWord(run: string, afterValue: boolean, alone: boolean): boolean {
  if (afterValue && run.length > 1 && (isUnitWord(run) || isPercentWord(run))) return true;
  if (/^[A-Z]+$/.test(run)) return false;
  if (run.length < 4) return alone && (SHORT_WORDS.has(run.toLowerCase()) || (run.length === 3 && isUnitWord(run)));
  return /[aeiouy]/i.test(run) && !isAscending(run);
}

/** Letters in the order of the alphabet (`abcd`, `axyz`): how products of variables are written. */
function isAscending(run: string): boolean {
  for (let i = 1; i < run.length; i++) if (run.charCodeAt(i) < run.charCodeAt(i - 1)) return false;
  return true;
}

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );

/** The integer a number word names (zero to twenty); undefined for other words. */
export function numberWord(word: string): number | undefined {
  const index = SMALL.indexOf(word.toLowerCase());
  return index < 0 ? undefined : index;
}

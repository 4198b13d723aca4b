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
  arcsinh: 'arsinh',
  arccosh: 'arcosh',
  arctanh: 'artanh',
  arsinh: 'arsinh',
  arcosh: 'arcosh',
  artanh: 'artanh',
  asinh: 'arsinh',
  acosh: 'arcosh',
  atanh: 'artanh',
  sech: 'sech',
  csch: 'csch',
};

/** Names of functions where a command says that they are one; elsewhere they are products of letters. */
const COMMAND_NAMES: Readonly<Record<string, string>> = {
  sh: 'sinh',
  ch: 'cosh',
  th: 'tanh',
  cth: 'coth',
  tr: '@tr',
  trace: '@tr',
  arg: '@arg',
  Arg: '@arg',
  ker: '@ker',
  dim: '@dim',
  rank: '@rank',
  deg: '@deg',
  Pr: '@P',
  Var: '@Var',
  Cov: '@Cov',
  arsh: 'arsinh',
  arch: 'arcosh',
  arth: 'artanh',
  cosec: 'csc',
  arcctg: 'arccot',
  Ln: 'ln',
  Log: 'log',
  ord: '@ord',
};

/** The function a name stands for; undefined where it is none. */
export function functionNamed(name: string): string | undefined {
  return Object.hasOwn(FUNCTION_NAMES, name) ? FUNCTION_NAMES[name] : undefined;
}

/** The function a command or `\\operatorname` stands for; undefined where it is none. */
export const functionOfCommand = (name: string): string | undefined =>
  functionNamed(name) ?? (Object.hasOwn(COMMAND_NAMES, name) ? COMMAND_NAMES[name] : undefined);

/** Commands that only shape what is printed. */
export const IGNORED = new Set(
  (
    'left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle scriptstyle limits nolimits ' +
    'boldsymbol mathstrut strut phantom vphantom hphantom mathcal mathbb bf rm it sf tt normalfont large Large huge small hfill ' +
    'noindent centering underline text! middle bm mathring ensuremath'
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

/** Commands that are letters: symbols like any other. */
export const LETTERS = new Set(
  (
    'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron rho sigma tau upsilon phi chi psi omega ' +
    'Gamma Delta Theta Lambda Xi Sigma Upsilon Phi Psi Omega digamma ell hbar hslash aleph beth wp partial nabla top ' +
    'intercal dagger T'
  ).split(' '),
);

/** Commands that make a name of the capitals after them: an angle is no product of an angle and three letters. */
export const NAMING = new Set(
  'angle measuredangle sphericalangle triangle bigtriangleup vartriangle square Box odot bigodot parallelogram'.split(
    ' ',
  ),
);

/** Commands whose braces hold words (or a name, a number, a letter). */
export const TEXTUAL = new Set(
  'text textbf textit textrm textnormal texttt textsf textsc mbox hbox mathrm mathbf mathit mathsf mathtt operatorname emph'.split(
    ' ',
  ),
);

/** Commands that are operators, under the lexer's own names. */
export const OPERATORS: Readonly<Record<string, string>> = {
  times: '×',
  cdot: '*',
  ast: '*',
  bullet: '*',
  div: '/',
  pm: 'pm',
  mp: 'mp',
  cup: 'cup',
  bigcup: 'cup',
  cap: 'cap',
  setminus: 'minus',
  backslash: 'minus',
  colon: ':',
  land: '\\land',
  wedge: '\\land',
  lor: '\\lor',
  vee: '\\lor',
  prime: "'",
  circ: 'deg',
  degree: 'deg',
  vert: '|',
  lvert: '|',
  rvert: '|',
  Vert: '|',
  lVert: '|',
  rVert: '|',
  mid: '|',
  over: '/',
  permil: '‰',
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
  'is are the of for if yes no per odd not all none real sq cu red via by at on as an am pm its to mod'.split(' '),
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

const MULTIPLIERS: Readonly<Record<string, bigint>> = {
  dozen: 12n,
  hundred: 100n,
  thousand: 1000n,
  lakh: 100_000n,
  million: 1_000_000n,
  crore: 10_000_000n,
  billion: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
};

/** The words of {@link multiplierOf}. */
export const MULTIPLIER_WORDS: readonly string[] = Object.keys(MULTIPLIERS);

/** What a word after a number multiplies it by (`million`); undefined for other words. */
export function multiplierOf(word: string): bigint | undefined {
  const name = word.trim().toLowerCase().replace(/s$/, '');
  return Object.hasOwn(MULTIPLIERS, name) ? MULTIPLIERS[name] : undefined;
}

/** Which half of the day words after a time name, empty where only that it is a time; undefined where they say neither. */
export function clockHalf(words: string): 'am' | 'pm' | '' | undefined {
  const said = words.toLowerCase().replace(/[.\s]/g, '');
  if (/^(?:am|(?:inthe)?morning|midnight)$/.test(said)) return 'am';
  if (/^(?:pm|(?:inthe)?(?:afternoon|evening)|atnight|noon)$/.test(said)) return 'pm';
  return /^o'?clock$/.test(said) ? '' : undefined;
}

const CONNECTIVES = /^(?:for|if|when|whenever|where|with|provided|given|such|that|all|any|every|each|which|holds)$/i;

/** Whether words only lead over to a condition (`for`, `where`, `such that`). */
export function isConnective(text: string): boolean {
  const words = text.match(/[^\s,;:.]+/g) ?? [];
  return (
    words.length > 0 &&
    words.every((word) => CONNECTIVES.test(word)) &&
    !/^(?:all|any|each|that|every)$/i.test(words.join(' '))
  );
}

/** Words that may stand between such a word and the condition itself. */
export const isFiller = (text: string): boolean => /^\s*(?:all|any|every|each|that|some)\s*$/i.test(text);

/** The lexer: cleaned LaTeX or plain text into tokens. Linear; never fails: what is unknown is left to the parser. */
import { negated, relationNamed } from './relations.js';
import {
  CLOSERS,
  functionNamed,
  functionOfCommand,
  IGNORED,
  isWord,
  LETTERS,
  NAMING,
  OPENERS,
  OPERATORS,
  SPACES,
  TEXTUAL,
} from './vocabulary.js';
import { isPercentWord, isUnitText } from './units.js';
import { spend } from './work.js';

export interface Token {
  kind: 'num' | 'sym' | 'fn' | 'cmd' | 'op' | 'open' | 'close' | 'text' | 'end';
  value: string;
  /** Whether space stood before it. */
  spaced: boolean;
  /** Whether a symbol was written bold. */
  vector?: true;
}

export interface ReadingOptions {
  /** Read `1,234` as two numbers rather than as one. */
  commasSeparate?: boolean;
  /** Read `3,14` as a decimal. */
  commaIsPoint?: boolean;
}

const END: Token = { kind: 'end', value: '', spaced: false };
const SINGLE: Readonly<Record<string, string>> = { '\\': 'newrow', '%': '%', '|': '|' };
/** Commands that the parser takes apart, under its own names. */
const CONSTRUCTIONS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    'sqrt choose overline dot ddot hat tilde widehat overrightarrow vec pmod bmod boxed sum prod int lim dots infty varnothing pi R'
      .split(' ')
      .map((name) => [name, name]),
  ),
  fbox: 'boxed',
  bar: 'overline',
  mod: 'bmod',
  overarc: 'widehat',
  emptyset: 'varnothing',
  ldots: 'dots',
  cdots: 'dots',
  dotsc: 'dots',
  dotsb: 'dots',
};
/** A unit over another, in plain letters after a space: `10 m/s`. */
const RATE = /[A-Za-z]+\/[A-Za-z]+(?:\^\{?[23]\}?)?(?![A-Za-z])/y;
const COMPARISON = /[=<>≤≥≠]|\\(?:in|le|ge|lt|gt|ne|leq|geq|neq)(?![A-Za-z])/;
const TWO_CHARACTERS: Readonly<Record<string, string>> = {
  '<=': '<=',
  '>=': '>=',
  '!=': '!=',
  '=>': '=>',
  '->': '->',
  '==': '=',
  '**': '^',
  '~=': '~=',
  '=<': '<=',
  '<>': '!=',
};

/** The tokens of a text, with an `end` token last. */
export function tokenize(text: string, options: ReadingOptions = {}): Token[] {
  return new Lexer(text, options, 0).run();
}

/** How deep commands whose words are mathematics stand in one another at most. */
const MAX_NESTING = 20;

class Lexer {
  private at = 0;
  private depth = 0;
  private spaced = false;
  private readonly out: Token[] = [];
  private readonly text: string;
  private readonly options: ReadingOptions;
  /** How many commands this text stands in. */
  private readonly nesting: number;

  constructor(text: string, options: ReadingOptions, nesting: number) {
    this.text = text;
    this.options = options;
    this.nesting = nesting;
  }

  run(): Token[] {
    while (this.at < this.text.length) this.step();
    this.out.push(END);
    return this.out;
  }

  private push(kind: Token['kind'], value: string, vector?: true): void {
    this.out.push({ kind, value, spaced: this.spaced, ...(vector && { vector }) });
    this.spaced = false;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private step(): void {
    spend(20);
    const char = this.text[this.at] as string;
    if (char === ' ' || char === '\n' || char === '\t' || char === '\r' || char === '~') {
      this.at++;
      this.spaced = true;
    } else if (/[0-9A-F]/.test(char) && this.digitsOfLargeBase()) return;
    else if ((char >= '0' && char <= '9') || (char === '.' && /\d/.test(this.text[this.at + 1] ?? ''))) this.number();
    else if (char === '\\') this.command();
    else if (/[A-Za-z]/.test(char)) this.letters();
    else this.symbol(char);
  }

  /** Digits that run on into letters before a base above ten: `A5_{11}`. */
  private digitsOfLargeBase(): boolean {
    // No more than a hundred: every digit and capital of a text is asked for what follows it.
    const digits = this.match(/\d{0,100}[A-F][\dA-F]{0,100}(?=_(?:\{\s*)?(?:1[1-6]|\\text))/y);
    if (digits === undefined) return false;
    this.push('text', digits);
    return true;
  }

  private number(): void {
    const plain = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+(?![\d.]))?/y;
    const { commasSeparate, commaIsPoint } = this.options;
    if (commaIsPoint) {
      const found = this.match(/\d+,\d+(?![\d,])/y);
      if (found) return this.push('num', found.replace(',', '.'));
    }
    if (!commasSeparate && this.depth <= 0) {
      const found = this.match(/(?!0)\d{1,3}(?:,\d{3})+(?!,?\d)(?:\.\d+)?/y);
      if (found) return this.push('num', found.replace(/,/g, ''));
    }
    this.push('num', this.match(plain) ?? this.text[this.at++] ?? '');
  }

  private command(): void {
    const name = this.match(/\\[A-Za-z]+\*?/y)
      ?.slice(1)
      .replace('*', '');
    if (name === undefined) {
      const char = this.text[this.at + 1] ?? '';
      this.at += 2;
      if (char === '{' || char === '}') this.bracket(`\\${char}`, char === '{');
      else if (Object.hasOwn(SINGLE, char)) this.push('op', SINGLE[char] as string);
      else this.spaced = true;
    } else if (IGNORED.has(name)) this.ignore(name);
    else if (SPACES.has(name)) this.spaced = true;
    else if (TEXTUAL.has(name)) this.textual(name);
    else if (name === 'mu' && this.microUnit()) return;
    else if (Object.hasOwn(OPERATORS, name)) this.operator(OPERATORS[name] as string);
    else if (relationNamed(name)) this.push('op', relationNamed(name) as string);
    else if (Object.hasOwn(OPENERS, name)) this.bracket(OPENERS[name] as string, true);
    else if (Object.hasOwn(CLOSERS, name)) this.bracket(CLOSERS[name] as string, false);
    else if (name === 'begin' || name === 'end')
      this.push('cmd', `${name}:${this.match(/\s*\{[A-Za-z]*\*?\}/y)?.replace(/[\s{}*]/g, '') ?? ''}`);
    else if (name === 'not') this.negated();
    else if (name === 'dollars') this.push('text', 'dollars');
    else if (name === 'nabla') this.push('sym', '\\nabla', true);
    else if (/^(?:[dtc]?frac|[dt]?binom)$/.test(name)) this.push('cmd', name.replace(/^[dtc](?=frac|binom)/, ''));
    else if (Object.hasOwn(CONSTRUCTIONS, name)) this.push('cmd', CONSTRUCTIONS[name] as string);
    else if (NAMING.has(name)) this.push('cmd', `named:${name}`);
    else if (functionOfCommand(name)) this.push('fn', functionOfCommand(name) as string);
    else if (LETTERS.has(name.replace(/^var(?=[a-zA-Z])/, '')))
      this.push('sym', `\\${name.replace(/^var(?=[a-zA-Z])/, '')}`);
    else if (name === 'imath' || name === 'jmath') this.push('sym', name[0] as string);
    else if (/^q?quad/.test(name)) {
      // `\quadx`: the space was left out after the command.
      this.at -= name.length - (/^q?quad/.exec(name)?.[0].length ?? 0);
      this.spaced = true;
    } else this.push('cmd', `unknown:${name}`);
  }

  /** `\land` and `\lor` part conditions that are relations; between statements they are relations themselves. */
  private operator(value: string): void {
    const joins = (value === '\\land' || value === '\\lor') && COMPARISON.test(this.text);
    this.push('op', joins ? (value === '\\lor' ? 'or' : 'and') : value);
  }

  /** `\mu` before the letters of a unit, after a value: micrometres and no product. */
  private microUnit(): boolean {
    if (!this.afterValue()) return false;
    const start = this.at;
    const letters = this.match(/\s*(?:\\(?:text|mathrm|textrm)\s*\{\s*[A-Za-z]+\s*\}|[A-Za-z]{1,3}(?![A-Za-z]))/y);
    const unit = letters && `µ${letters.replace(/\\[a-z]+|[{}\s]/g, '')}`;
    if (unit && isUnitText(unit)) {
      this.push('text', unit);
      return true;
    }
    this.at = start;
    return false;
  }

  /** Shaping commands vanish; a `.` after \left or \right is an invisible bracket; \mathbb{R} is the reals. */
  private ignore(name: string): void {
    if (/^(?:left|right|middle)$/.test(name)) this.match(/\s*\.(?!\d)/y);
    const unit = /^(?:bm|boldsymbol)$/.test(name) ? this.match(/\s*\{\s*[ijk]\s*\}/y) : undefined;
    if (unit) this.push('sym', unit.replace(/[{}\s]/g, ''), true);
    if (name === 'mathbb' && this.match(/\s*(?:\{\s*R\s*\}|R(?![A-Za-z]))/y)) this.push('cmd', 'R');
  }

  private negated(): void {
    const struck = this.match(/\s*(?:[=<>]|\\[A-Za-z]+)/y)?.trim() ?? '=';
    const op = relationNamed(struck.slice(1)) ?? (/^[=<>]$/.test(struck) ? (struck as '=') : undefined);
    if (op) this.push('op', negated(op));
    else this.push('cmd', `unknown:not${struck}`);
  }

  private textual(name: string): void {
    const content = this.braced();
    if (content === undefined) return;
    const inner = content
      .replace(/\\[,;: ]|~/g, ' ')
      .replace(/\\mu\s*(?=[A-Za-z])/g, 'µ')
      .trim();
    const asMath = /^(?:math|operatorname)/.test(name);
    if (inner === '') this.spaced = true;
    else if (/^(?:,\s*)?(?:and|or)$/i.test(inner)) this.push('op', /or$/i.test(inner) ? 'or' : 'and');
    else if (/^[,;]$/.test(inner)) this.push('op', inner);
    else if (isPercentWord(inner)) this.push('op', '%');
    else if (isUnitText(inner) && (this.afterUnit() || (inner.length > 1 && this.out.at(-1)?.kind === 'num')))
      this.push('text', inner);
    else if (/\s(?:and|or)\s*$/i.test(content)) {
      // `\text{ hours and }15`: the word that joins stands by itself.
      this.push('text', content.replace(/\s(?:and|or)\s*$/i, ''));
      this.push('op', /or\s*$/i.test(content) ? 'or' : 'and');
    } else if (name === 'mathbf' && /^(?:[A-Za-z]|\\[ij]math)$/.test(inner))
      this.push('sym', inner.replace(/\\(.).*/, '$1'), true);
    else if (asMath && functionOfCommand(inner)) this.push('fn', functionOfCommand(inner) as string);
    else if (functionNamed(inner) && inner.length > 2) this.push('fn', functionNamed(inner) as string);
    else if (asMath && this.afterValue() && isUnitText(inner)) this.push('text', inner);
    else if (asMath && /^[\d\s.,]+$/.test(inner)) this.splice(inner.replace(/\s+/g, ''));
    else if (asMath && !/(?<!\\[A-Za-z]*)[A-Za-z]{2}/.test(inner)) this.splice(inner);
    else if (/^[A-Za-z]$/.test(inner) && !this.afterValue()) this.push('sym', inner);
    else if (/^[\s\d.,()[\]:;+-]*\d[\s\d.,()[\]:;+-]*$/.test(inner)) this.splice(inner);
    else this.push('text', content);
  }

  /** Reads words that are really mathematics (`\mathbf{12}`) as if the command were not there. */
  private splice(content: string): void {
    if (this.nesting >= MAX_NESTING) return this.push('text', content);
    const tokens = new Lexer(content, this.options, this.nesting + 1).run();
    for (const token of tokens) if (token.kind !== 'end') this.out.push(token);
  }

  private braced(): string | undefined {
    this.match(/\s*/y);
    if (this.text[this.at] !== '{') return this.match(/[A-Za-z0-9]/y);
    let depth = 0;
    const start = this.at + 1;
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at];
      if (char === '\\') this.at++;
      else if (char === '{') depth++;
      else if (char === '}' && --depth === 0) return this.text.slice(start, this.at++);
    }
    return this.text.slice(start);
  }

  private afterValue(): boolean {
    const last = this.out.at(-1);
    return (
      last !== undefined &&
      (last.kind === 'num' ||
        last.kind === 'close' ||
        last.kind === 'text' ||
        last.kind === 'sym' ||
        last.value === 'deg')
    );
  }

  /** Whether a unit stands before, with a product or slash after it, or where units are one over the other. */
  private afterUnit(): boolean {
    const [earlier, before, last] = [this.out.at(-3), this.out.at(-2), this.out.at(-1)];
    const isUnit = (token: Token | undefined): boolean => token?.kind === 'text' && isUnitText(token.value.trim());
    if (last?.kind === 'op' && /^[*×/]$/.test(last.value)) return isUnit(before);
    // In a fraction of units after a number: `10\frac{\text{m}}{\text{s}}`.
    if (last?.value !== '{' || earlier === undefined) return false;
    return before?.value === 'frac' ? earlier.kind === 'num' : before?.value === '}' && isUnit(earlier);
  }

  private letters(): void {
    if (this.match(/(?:np|math)\.(?=[a-z])/y)) return;
    const word = this.out.at(-1)?.kind === 'sym' ? undefined : this.match(/(?:or|and)(?=[A-Za-z]?[\s(=\d\\$]|$)/iy);
    if (word !== undefined) return this.push('op', word.toLowerCase());
    const after = this.afterValue();
    const rate = after && this.spaced ? this.match(RATE) : undefined;
    if (rate !== undefined) {
      if (isUnitText(rate)) return this.push('text', rate);
      this.at -= rate.length;
    }
    const run = this.match(/[A-Za-z]+/y) as string;
    if (/^(?:or|and)$/i.test(run)) this.push('op', run.toLowerCase());
    else if (isPercentWord(run)) this.push('op', '%');
    else if (run === 'pi') this.push('cmd', 'pi');
    else if (/^(?:infinity|inf|infty|oo)$/i.test(run)) this.push('cmd', 'infty');
    else if (functionNamed(run) && run.length > 1) this.push('fn', functionNamed(run) as string);
    else if (run === 'in' && this.out.at(-1)?.kind !== 'num') this.push('op', 'in');
    else if (isWord(run, after, this.standsAlone(run.length))) this.push('text', run);
    else for (const letter of run) this.push('sym', letter);
  }

  /** Whether the run just read has space, punctuation or nothing on both sides. */
  private standsAlone(length: number): boolean {
    const [before = ' ', after = ' '] = [this.text[this.at - length - 1], this.text[this.at]];
    return /[\s,;]/.test(before) && /[\s.,;)]/.test(after);
  }

  private symbol(char: string): void {
    const two = this.text.slice(this.at, this.at + 2);
    if (Object.hasOwn(TWO_CHARACTERS, two)) {
      this.at += 2;
      return this.push('op', TWO_CHARACTERS[two] as string);
    }
    this.at++;
    if ('([{'.includes(char)) this.bracket(char, true);
    else if (')]}'.includes(char)) this.bracket(char, false);
    else if (char === '.' || char === '"' || char === '`' || char === '#') this.spaced = true;
    else this.push('op', char);
  }

  private bracket(value: string, opens: boolean): void {
    if (value !== '{' && value !== '}') this.depth += opens ? 1 : -1;
    this.push(opens ? 'open' : 'close', value);
  }
}

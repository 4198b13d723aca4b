/** The lexer: cleaned LaTeX or plain text into tokens. Linear; never fails, unknown commands become symbols. */
import { CLOSERS, functionNamed, IGNORED, isWord, OPENERS, OPERATORS, SPACES, TEXTUAL } from './vocabulary.js';
import { isPercentWord, isUnitWord } from './units.js';
import { spend } from './work.js';

export interface Token {
  kind: 'num' | 'sym' | 'fn' | 'cmd' | 'op' | 'open' | 'close' | 'text' | 'end';
  value: string;
  /** Whether space stood before it. */
  spaced: boolean;
}

export interface ReadingOptions {
  /** Read `1,234` as two numbers rather than as one. */
  commasSeparate?: boolean;
  /** Read `3,14` as a decimal. */
  commaIsPoint?: boolean;
}

const END: Token = { kind: 'end', value: '', spaced: false };
const SINGLE: Readonly<Record<string, string>> = { '\\': 'newrow', '%': '%', '|': '|' };
const TWO_CHARACTERS: Readonly<Record<string, string>> = {
  '<=': '<=',
  '>=': '>=',
  '!=': '!=',
  '=>': '=>',
  '->': '=>',
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

  private push(kind: Token['kind'], value: string): void {
    this.out.push({ kind, value, spaced: this.spaced });
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
    else if (Object.hasOwn(OPERATORS, name)) this.push('op', OPERATORS[name] as string);
    else if (Object.hasOwn(OPENERS, name)) this.bracket(OPENERS[name] as string, true);
    else if (Object.hasOwn(CLOSERS, name)) this.bracket(CLOSERS[name] as string, false);
    else if (name === 'begin' || name === 'end')
      this.push('cmd', `${name}:${this.match(/\s*\{[A-Za-z]*\*?\}/y)?.replace(/[\s{}*]/g, '') ?? ''}`);
    else if (name === 'not') this.negated();
    else if (name === 'dollars') this.push('text', 'dollars');
    else if (/^(?:[dtc]?frac|[dt]?binom)$/.test(name)) this.push('cmd', name.replace(/^[dtc](?=frac|binom)/, ''));
    else if (
      /^(?:sqrt|choose|overline|bar|dot|ddot|hat|tilde|widehat|overrightarrow|pmod|bmod|boxed|fbox|sum|prod|int|lim|dots|ldots|cdots|infty|varnothing|emptyset|pi|R)$/.test(
        name,
      )
    ) {
      this.push(
        'cmd',
        name === 'fbox'
          ? 'boxed'
          : name === 'bar'
            ? 'overline'
            : name === 'emptyset'
              ? 'varnothing'
              : name === 'ldots' || name === 'cdots'
                ? 'dots'
                : name,
      );
    } else if (functionNamed(name)) this.push('fn', functionNamed(name) as string);
    else this.push('sym', `\\${name.replace(/^var(?=epsilon|phi|theta|rho|sigma)/, '')}`);
  }

  /** Shaping commands vanish; a `.` after \left or \right is an invisible bracket; \mathbb{R} is the reals. */
  private ignore(name: string): void {
    if (/^(?:left|right|middle)$/.test(name)) this.match(/\s*\.(?!\d)/y);
    if (name === 'mathbb' && this.match(/\s*(?:\{\s*R\s*\}|R(?![A-Za-z]))/y)) this.push('cmd', 'R');
  }

  private negated(): void {
    this.match(/\s*(?:=|\\equiv\b)/y);
    this.push('op', '!=');
  }

  private textual(name: string): void {
    const content = this.braced();
    if (content === undefined) return;
    const inner = content.replace(/~/g, ' ').trim();
    const asMath = /^(?:math|operatorname)/.test(name);
    if (inner === '') this.spaced = true;
    else if (/^(?:,\s*)?(?:and|or)$/i.test(inner)) this.push('op', 'and');
    else if (/^[,;]$/.test(inner)) this.push('op', inner);
    else if (isPercentWord(inner)) this.push('op', '%');
    else if (functionNamed(inner) && (asMath || inner.length > 2)) this.push('fn', functionNamed(inner) as string);
    else if (asMath && this.afterValue() && isUnitWord(inner)) this.push('text', inner);
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

  private letters(): void {
    if (this.match(/(?:np|math)\.(?=[a-z])/y)) return;
    if (this.out.at(-1)?.kind !== 'sym' && this.match(/(?:or|and)(?=[A-Za-z]?[\s(=\d\\$]|$)/iy))
      return this.push('op', 'and');
    const run = this.match(/[A-Za-z]+/y) as string;
    const after = this.afterValue();
    if (/^(?:or|and)$/i.test(run)) this.push('op', 'and');
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

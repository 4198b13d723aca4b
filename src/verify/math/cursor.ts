/** A place in a list of tokens, shared by the parts of the parser. */
import type { Node } from './nodes.js';
import type { Token } from './tokens.js';
import { spend } from './work.js';

/**
 * What the parser throws where the tokens are no mathematics it knows; caught by `parseAnswer`. No `Error`: to write down
 * the stack takes longer than to parse most answers.
 */
export class NotMathematics {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

type Rule = (cursor: Cursor) => Node;

/** The rules of the grammar that lower ones come back to, so that the files of the parser need no circle. */
export interface Grammar {
  list: Rule;
  relation: Rule;
  sum: Rule;
  product: Rule;
  power: Rule;
  primary: Rule;
}

const PRIMARY_COMMANDS = new Set(
  'frac binom sqrt overline dot ddot hat tilde widehat overrightarrow vec boxed infty varnothing pi R sum prod int lim dots'.split(
    ' ',
  ),
);

/** Nesting deeper than any answer's; keeps recursion far from the stack's end. */
const MAX_NESTING = 80;

export class Cursor {
  private at = 0;
  private nesting = 0;
  private readonly tokens: Token[];
  readonly grammar: Grammar;
  /** Whether an absolute value is open, where a bar closes and never opens. */
  insideBars = false;

  constructor(tokens: Token[], grammar: Grammar) {
    this.tokens = tokens;
    this.grammar = grammar;
  }

  /** Whether the next token can begin a factor that stands beside the one before it. */
  startsFactor(): boolean {
    const token = this.peek();
    if (token.kind === 'num' || token.kind === 'sym' || token.kind === 'fn' || token.kind === 'open') return true;
    // A fraction of words is a unit (`10\frac{\text{m}}{\text{s}}`).
    if (token.value === 'frac' && this.peek(1).value === '{' && this.peek(2).kind === 'text') return false;
    if (token.kind === 'cmd') return PRIMARY_COMMANDS.has(token.value) || /^(?:begin|named):/.test(token.value);
    return token.kind === 'op' && token.value === '|' && !this.insideBars;
  }

  /** Whether a factor begins after the next token. */
  startsFactorAfter(): boolean {
    this.at++;
    const starts = this.startsFactor();
    this.at--;
    return starts;
  }

  /** Every step of the parser looks at a token, again where it goes back: this is where its work is counted. */
  peek(ahead = 0): Token {
    spend(1);
    return (this.tokens[this.at + ahead] ?? this.tokens.at(-1)) as Token;
  }

  /** The token taken last; undefined at the start. */
  previous(): Token | undefined {
    return this.tokens[this.at - 1];
  }

  next(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.at++;
    return token;
  }

  is(value: string, kind: Token['kind'] = 'op'): boolean {
    const token = this.peek();
    return token.kind === kind && token.value === value;
  }

  /** Takes the next token where it is the one named. */
  take(value: string, kind: Token['kind'] = 'op'): boolean {
    if (!this.is(value, kind)) return false;
    this.at++;
    return true;
  }

  mark(): number {
    return this.at;
  }

  rewind(mark: number): void {
    this.at = mark;
  }

  /** Replaces the number under the cursor by what is left of its digits (`\frac12` takes one digit at a time). */
  splitDigit(): string {
    const token = this.peek();
    const digit = token.value[0] as string;
    if (token.value.length === 1) this.at++;
    else this.tokens[this.at] = { ...token, value: token.value.slice(1), spaced: false };
    return digit;
  }

  /** Whether a list ends here: at a closing bracket, the end, or the end of a cell. */
  endsList(): boolean {
    const { kind, value } = this.peek();
    if (kind === 'op') return value === 'newrow' || value === '&';
    return kind === 'end' || kind === 'close' || (kind === 'cmd' && value.startsWith('end:'));
  }

  /** Runs a part of the parser one level deeper. Throws `NotMathematics` beyond the limit. */
  nested<T>(part: () => T): T {
    if (++this.nesting > MAX_NESTING) throw new NotMathematics('nested too deeply');
    try {
      return part();
    } finally {
      this.nesting--;
    }
  }
}

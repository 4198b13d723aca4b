/** A place in a list of tokens, shared by the parts of the parser. */
import type { Token } from './tokens.js';

/** What the parser throws where the tokens are no mathematics it knows; caught by `parseAnswer`. */
export class NotMathematics extends Error {}

/** Nesting deeper than any answer's; keeps recursion far from the stack's end. */
const MAX_NESTING = 80;

export class Cursor {
  private at = 0;
  private nesting = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  peek(ahead = 0): Token {
    return (this.tokens[this.at + ahead] ?? this.tokens.at(-1)) as Token;
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
    else (this.tokens as Token[])[this.at] = { ...token, value: token.value.slice(1), spaced: false };
    return digit;
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

/**
 * Text of the data inside a prompt. A question or trace may hold the very text of a control token (`<|im_end|>`): read as the
 * token it would end a turn. Such texts are taken out before the chat template runs and come back as ordinary text.
 */
import type { Tokens } from './tokenizer.js';

/** Private-use characters that frame the number of a text taken out; templates leave them alone. */
const OPEN = '\uE000';
const CLOSE = '\uE001';
const FRAME = new RegExp(`${OPEN}(\\d+)${CLOSE}`);

/** What {@link LiteralText} needs of a tokenizer. */
export interface LiteralTokenizer {
  encode(text: string): Tokens;
  /** Ids of a text in which nothing is a control token. */
  encodeLiteral(text: string): Tokens;
  /** Texts of the control tokens. */
  readonly specialTexts: readonly string[];
}

/** Keeps control tokens out of data. Pure. */
export class LiteralText {
  private readonly tokenizer: LiteralTokenizer;
  private readonly taken: readonly string[];
  private readonly inQuestion: RegExp;
  private readonly inTrace: RegExp;
  private readonly control: RegExp | undefined;

  /** `thinking`: tags that traces may use as what they are, also where they are control tokens. */
  constructor(tokenizer: LiteralTokenizer, thinking: readonly string[] = []) {
    const special = tokenizer.specialTexts.filter((text) => text.trim() !== '');
    this.tokenizer = tokenizer;
    // The frame itself is data too where data holds it.
    this.taken = [...special, OPEN, CLOSE];
    this.inQuestion = anyOf(this.taken);
    this.inTrace = anyOf(this.taken.filter((text) => !thinking.includes(text)));
    this.control = special.length === 0 ? undefined : anyOf(special);
  }

  /** A question or trace with every control text replaced by its number in a frame. */
  protect(text: string, as: 'question' | 'trace'): string {
    const pattern = as === 'question' ? this.inQuestion : this.inTrace;
    return text.replace(pattern, (found) => `${OPEN}${this.taken.indexOf(found)}${CLOSE}`);
  }

  /** The text that a protected one stands for. */
  restore(text: string): string {
    return this.split(text).join('');
  }

  /** Ids of a prompt with protected data: what was taken out reads as ordinary text, together with what stands around it. */
  encode(text: string): Tokens {
    const pieces = this.split(text);
    if (pieces.length === 1) return this.tokenizer.encode(text);
    const ids: number[] = [];
    let stretch = { text: '', literal: false };
    const flush = () => {
      ids.push(...(stretch.literal ? this.tokenizer.encodeLiteral(stretch.text) : this.tokenizer.encode(stretch.text)));
      stretch = { text: '', literal: false };
    };
    for (const [i, piece] of pieces.entries()) {
      const literal = i % 2 === 1;
      const parts = literal || !this.control ? [piece] : piece.split(this.control);
      for (const [p, part] of parts.entries()) {
        // A control token ends the stretch of text that has a literal in it.
        if (p % 2 === 1 && stretch.literal) flush();
        if (literal && !stretch.literal) stretch = this.beginLiteral(stretch.text, ids);
        stretch.text += part;
      }
    }
    flush();
    return Int32Array.from(ids);
  }

  /** Encodes what stands up to the last control token; the rest begins a stretch with a literal in it. */
  private beginLiteral(text: string, ids: number[]): { text: string; literal: boolean } {
    const last = this.control ? [...text.matchAll(this.control)].at(-1) : undefined;
    const at = last ? last.index + last[0].length : 0;
    ids.push(...this.tokenizer.encode(text.slice(0, at)));
    return { text: text.slice(at), literal: true };
  }

  /** Prompt at even places, what was taken out at odd ones. */
  private split(text: string): string[] {
    return text.split(FRAME).map((piece, i) => (i % 2 === 0 ? piece : (this.taken[Number(piece)] ?? '')));
  }
}

/** Matches any of the texts, the longest first, since one may begin with another. Splitting by it keeps what matched. */
function anyOf(texts: readonly string[]): RegExp {
  const longestFirst = texts.toSorted((a, b) => b.length - a.length);
  return new RegExp(`(${longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|')})`, 'g');
}

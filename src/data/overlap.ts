/** Overlap of texts by word n-grams: decontamination against benchmark files and queries. */

/** The words of a text: runs of letters and digits, compatibility forms folded, lower case. Markup such as `\`, `$` and braces falls away. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** Words and the signs between them, so that `sin 60` and `sin(-60)` are not the same; layout and other markup falls away. */
export function signsAndWordsOf(text: string): string[] {
  const folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u2212\u2013]/g, '-');
  return folded.match(/[\p{L}\p{N}]+|[-+*/=<>^()|÷×±≤≥%!]/gu) ?? [];
}

/** Which text overlaps, and the words they share. */
export interface Overlap {
  /** Name of the text, as it was added. */
  of: string;
  words: string;
}

/**
 * Finds texts that share `size` consecutive words with any text added before. A text of fewer words is only found by being
 * the same, word for word.
 */
export class NgramIndex {
  readonly size: number;
  private readonly names: string[] = [];
  private readonly owner = new Map<string, number>();

  constructor(size: number) {
    this.size = size;
  }

  add(name: string, text: string): void {
    const at = this.names.push(name) - 1;
    for (const gram of this.grams(text)) if (!this.owner.has(gram)) this.owner.set(gram, at);
  }

  /** The first n-gram of `text` that was added, undefined where there is none. */
  find(text: string): Overlap | undefined {
    if (this.owner.size === 0) return undefined;
    for (const words of this.grams(text)) {
      const at = this.owner.get(words);
      if (at !== undefined) return { of: this.names[at] ?? '', words };
    }
    return undefined;
  }

  private *grams(text: string): Generator<string> {
    const words = wordsOf(text);
    if (words.length < this.size) {
      // The mark keeps a whole short text apart from the n-grams of longer ones.
      if (words.length > 0) yield `${words.join(' ')}.`;
      return;
    }
    for (let i = 0; i + this.size <= words.length; i++) yield words.slice(i, i + this.size).join(' ');
  }
}

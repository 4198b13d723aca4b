/**
 * The fake's model: logits of the next token = `table[last token]` + mean over the prompt of `bag[token]`.
 * Two tables, so it can learn both what follows what and what to do with the words of a prompt.
 */
import { Rng } from '../../core/rng.js';
import { logSoftmax } from '../draw.js';
import type { Alternatives, Tokens, WhichAlternatives } from '../types.js';

export class BigramModel {
  readonly vocab: number;
  /** [vocab, vocab]: row = last token, column = next token. */
  readonly table: Float32Array;
  /** [vocab, vocab]: row = a token of the prompt, column = next token. */
  readonly bag: Float32Array;

  constructor(vocab: number, table: Float32Array, bag: Float32Array) {
    this.vocab = vocab;
    this.table = table;
    this.bag = bag;
  }

  /** Draws both tables from a normal distribution. */
  randomise(seed: number, deviation: number): void {
    const rng = Rng.fromSeed(`bigram/${seed}`);
    for (const [label, values] of Object.entries({ table: this.table, bag: this.bag })) {
      const stream = rng.fork(label);
      for (let i = 0; i < values.length; i++) values[i] = deviation * stream.normal();
    }
  }

  /** What the prompt's words contribute to every position's logits. */
  promptLogits(prompt: Tokens): Float64Array {
    const out = new Float64Array(this.vocab);
    for (const t of prompt) {
      for (let j = 0; j < this.vocab; j++) out[j]! += this.bag[t * this.vocab + j]! / prompt.length;
    }
    return out;
  }

  /** Logits after `last`; `fromPrompt` as made by `promptLogits`. */
  logits(fromPrompt: Float64Array, last: number): Float64Array {
    return fromPrompt.map((x, j) => x + this.table[last * this.vocab + j]!);
  }

  /** log p of each response token, and the whole distribution before each. */
  score(prompt: Tokens, tokens: Tokens): { logprobs: Float32Array; before: Float64Array[] } {
    const fromPrompt = this.promptLogits(prompt);
    const before = Array.from(tokens, (_, t) =>
      logSoftmax(this.logits(fromPrompt, t === 0 ? prompt[prompt.length - 1]! : tokens[t - 1]!)),
    );
    return { logprobs: Float32Array.from(before, (p, t) => p[tokens[t]!]!), before };
  }
}

/** The alternatives of a response, from the log p of the whole vocabulary before each of its tokens. */
export function pickAlternatives(
  before: readonly Float64Array[],
  which: WhichAlternatives,
  given: Int32Array | undefined,
): Alternatives {
  if (which.kind === 'all') return { logprobs: Float32Array.from(before.flatMap((all) => [...all])) };
  const mostLikely = (all: Float64Array, k: number) =>
    [...all.keys()].toSorted((a, b) => all[b]! - all[a]! || a - b).slice(0, k);
  const ids = given ?? Int32Array.from(before.flatMap((all) => (which.kind === 'top' ? mostLikely(all, which.k) : [])));
  const k = ids.length / before.length;
  return { ids, logprobs: Float32Array.from(ids, (id, i) => before[Math.floor(i / k)]![id]!) };
}

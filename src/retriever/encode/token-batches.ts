/** Texts of unequal lengths as padded id matrices, grouped so that little is padding. */
import { RaRftError } from '../../core/errors.js';

/** A padded batch: ids int32 [B, T] and mask float32 [B, T], 1 at tokens. */
export interface PaddedIds {
  ids: Int32Array;
  mask: Float32Array;
  shape: [number, number];
}

/** What an encoder can take: ids below `vocab`, texts of at most `maxTokens`. */
export interface TokenLimits {
  vocab: number;
  maxTokens: number;
}

/** Pads with id 0 to the longest text (at least one column). Throws `internal` at an id outside the table, `context-length` at a text that is too long. */
export function padIds(texts: readonly Int32Array[], limits: TokenLimits): PaddedIds {
  const width = texts.reduce((n, text) => Math.max(n, text.length), 1);
  const ids = new Int32Array(texts.length * width);
  const mask = new Float32Array(texts.length * width);
  texts.forEach((text, i) => {
    checkText(text, limits);
    ids.set(text, i * width);
    mask.fill(1, i * width, i * width + text.length);
  });
  return { ids, mask, shape: [texts.length, width] };
}

function checkText(text: Int32Array, { vocab, maxTokens }: TokenLimits): void {
  if (text.length > maxTokens) {
    throw new RaRftError({
      code: 'context-length',
      message: `a text of ${text.length} tokens for an encoder of ${maxTokens}`,
      expected: `at most ${maxTokens} tokens`,
      hint: 'Lower maxQueryTokens and maxDocumentTokens, which cut longer texts, or train an encoder for longer ones.',
    });
  }
  const bad = text.findIndex((id) => id < 0 || id >= vocab);
  if (bad >= 0) {
    throw new RaRftError({
      code: 'internal',
      message: `token ${text[bad]} is outside the embedding table`,
      expected: `0 to ${vocab - 1}`,
      hint: 'The tokenizer and the encoder do not belong together.',
    });
  }
}

/** Groups texts of like length: at most `maxTokens` tokens with padding a group. Numbers are positions in `lengths`. */
export function groupByLength(lengths: ArrayLike<number>, maxTokens: number): number[][] {
  const order = Array.from({ length: lengths.length }, (_, i) => i).toSorted(
    (a, b) => (lengths[a] as number) - (lengths[b] as number) || a - b,
  );
  const groups: number[][] = [];
  let group: number[] = [];
  for (const i of order) {
    if (group.length > 0 && (group.length + 1) * Math.max(1, lengths[i] as number) > maxTokens) {
      groups.push(group);
      group = [];
    }
    group.push(i);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}

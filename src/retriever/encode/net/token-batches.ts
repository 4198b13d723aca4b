/** Texts of unequal lengths as padded id matrices, grouped so that little is padding. */
import { RaRftError } from '../../../core/errors.js';
import type { TokenText } from '../token-text.js';

/** A padded batch: int32 and float32 [B, T], 0 at padding. */
export interface PaddedTokens {
  ids: Int32Array;
  attended: Float32Array;
  kept: Float32Array;
  /** int32 [N]: where the N tokens stand among all places. */
  places: Int32Array;
  /** int32 [B, T]: which of the N tokens stands at each place; N at padding. */
  rows: Int32Array;
  shape: [number, number];
}

/** What a network can take: ids below `vocab`, texts of at most `maxTokens`. */
export interface TokenLimits {
  vocab: number;
  maxTokens: number;
}

/** Pads with id 0 to the longest text (at least one column). Throws `internal` at an id outside the table, `context-length` at a text that is too long. */
export function padTokens(texts: readonly TokenText[], limits: TokenLimits): PaddedTokens {
  const width = texts.reduce((n, { ids }) => Math.max(n, ids.length), 1);
  const size = texts.length * width;
  const out = { ids: new Int32Array(size), attended: new Float32Array(size), kept: new Float32Array(size) };
  // Of texts without any token a row that no place has: no tensor has an empty dimension.
  const count = Math.max(
    1,
    texts.reduce((n, { ids }) => n + ids.length, 0),
  );
  const [places, rows] = [new Int32Array(count), new Int32Array(size).fill(count)];
  let row = 0;
  texts.forEach(({ ids, attended, kept }, i) => {
    checkText(ids, limits);
    const from = i * width;
    out.ids.set(ids, from);
    if (attended) out.attended.set(attended, from);
    else out.attended.fill(1, from, from + ids.length);
    if (kept) out.kept.set(kept, from);
    else out.kept.fill(1, from, from + ids.length);
    for (let place = from; place < from + ids.length; place++) {
      rows[place] = row;
      places[row++] = place;
    }
  });
  return { ...out, places, rows, shape: [texts.length, width] };
}

/** Tokens of a text whose vectors count. */
export function keptTokens({ ids, kept }: TokenText): number {
  return kept ? kept.reduce((n, k) => n + k, 0) : ids.length;
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

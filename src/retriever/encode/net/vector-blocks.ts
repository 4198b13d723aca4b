/** Vectors of some texts as a padded block, and back. */
import type { TensorData } from '../../../tensor/index.js';
import { joinTexts, padTexts, rowOffsets, sliceTexts, type TokenVectors } from '../token-vectors.js';

/** The texts at `places` as [B, T, dim] with `kept` [B, T], 1 at their rows; `single`: every text has its one row, be it empty. */
export function padVectors(
  set: TokenVectors,
  places: readonly number[],
  single: boolean,
): { vectors: TensorData; kept: TensorData } {
  const own = places.map((i) => sliceTexts(set, i, i + 1));
  const { vectors, mask, length } = padTexts(joinTexts(own, set.dim));
  return {
    vectors: { data: vectors, shape: [places.length, length, set.dim] },
    kept: { data: single ? mask.fill(1) : mask, shape: [places.length, length] },
  };
}

/** Adds a padded block to the rows of the texts at `places`. */
export function addUnpadded(
  { dim, lengths, vectors }: TokenVectors,
  places: readonly number[],
  block: Float32Array,
): void {
  const offsets = rowOffsets(lengths);
  const width = block.length / (places.length * dim);
  places.forEach((i, b) => {
    const [from, at] = [offsets[i]! * dim, b * width * dim];
    for (let n = 0; n < lengths[i]! * dim; n++) vectors[from + n] = vectors[from + n]! + block[at + n]!;
  });
}

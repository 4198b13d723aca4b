/**
 * Tokens of texts of unequal lengths as rows of one matrix, without padding. Products and norms work on the rows, and only attention lays
 * them out text by text: at the lengths of real texts padding is a quarter to a half of a batch.
 */
import { concat, customGradient, gather, reshape, type Graph, type Tensor } from '../../tensor/index.js';

/** Where the N tokens of a padded batch [B, T] are. */
export interface TokenRows {
  /** int32 [N]: the place of each row in the batch, counted through. */
  places: Tensor;
  /** int32 [B, T]: the row of each place; N at padding. */
  rows: Tensor;
}

/** [B, T, width] to rows [N, width]. */
export function toRows(x: Tensor, where: TokenRows): Tensor {
  const [out] = customGradient([x], [takeRows(x, where)], ({ dOutputs }) => [layOut(dOutputs[0] as Tensor, where)]);
  return out as Tensor;
}

/** Rows [N, width] to [B, T, width], zeros at padding. */
export function fromRows(x: Tensor, where: TokenRows): Tensor {
  const [out] = customGradient([x], [layOut(x, where)], ({ dOutputs }) => [takeRows(dOutputs[0] as Tensor, where)]);
  return out as Tensor;
}

/** Ids [B, T] to [N]. */
export function idRows(ids: Tensor, { places }: TokenRows): Tensor {
  return gather(reshape(ids, [-1]), places, 0);
}

function takeRows(x: Tensor, { places }: TokenRows): Tensor {
  return gather(reshape(x, [-1, widthOf(x)]), places, 0);
}

function layOut(x: Tensor, { rows }: TokenRows): Tensor {
  return gather(concat([x, zeroRow(x.graph, widthOf(x))], 0), rows, 0);
}

function widthOf(x: Tensor): number {
  return x.shape.at(-1) as number;
}

function zeroRow(graph: Graph, width: number): Tensor {
  return graph.constant(new Float32Array(width), [1, width]);
}

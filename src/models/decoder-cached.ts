/**
 * Attention of sampling: one new token a row over three runs of keys, without copying any. The prompt's keys are kept once
 * per group, a row's own earlier keys in its own cache, and the new key is the row's own.
 *
 * Symbols: B rows, N groups, W places for rows in a group (the largest group's number), P prompt length, T length of the
 * rows' caches.
 */
import {
  add,
  concat,
  gather,
  matmul,
  mul,
  reshape,
  softmax,
  split,
  sum,
  type Dim,
  type Graph,
  type Tensor,
} from '../tensor/index.js';
import type { RowAttention } from './decoder.js';
import type { DecoderConfig } from './hf-config.js';

/** Inputs of a sampling step besides the rows themselves. */
export interface CachedInputs {
  /** int32 [N, heads, W] (heads in groups of their key head): row * heads + head of each place; empty ones point anywhere. */
  placeRows: Tensor;
  /** int32 [B, heads]: the place of each row's head, counted flat over [N, heads, W]. */
  rowPlaces: Tensor;
  /** 0 or a large negative number: [N, 1, 1, P]. */
  promptMask: Tensor;
  /** The same for rows' caches: [B, 1, 1, T]. */
  ownMask: Tensor;
  /** Per layer, keys and values of the prompts [N, kvHeads, P, headDim] and of the rows [B, kvHeads, T, headDim]. */
  prompt: KeyValue[];
  own: KeyValue[];
}

export interface KeyValue {
  k: Tensor;
  v: Tensor;
}

/** Declares the inputs; caches are named `prompt.k.0`, `own.v.3` and so on. */
export function cachedInputs(graph: Graph, { heads, kvHeads, headDim, layers }: DecoderConfig): CachedInputs {
  const caches = (name: string, lead: Dim, length: Dim): KeyValue[] =>
    Array.from({ length: layers }, (_, i) => ({
      k: graph.input(`${name}.k.${i}`, 'float32', [lead, kvHeads, length, headDim]),
      v: graph.input(`${name}.v.${i}`, 'float32', [lead, kvHeads, length, headDim]),
    }));
  return {
    placeRows: graph.input('placeRows', 'int32', ['N', heads, 'W']),
    rowPlaces: graph.input('rowPlaces', 'int32', ['B', heads]),
    promptMask: graph.input('promptMask', 'float32', ['N', 1, 1, 'P']),
    ownMask: graph.input('ownMask', 'float32', ['B', 1, 1, 'T']),
    prompt: caches('prompt', 'N', 'P'),
    own: caches('own', 'B', 'T'),
  };
}

/** Attention of B single-token rows for `decodeRows`; `onNew` gets each layer's new keys and values, [B, kvHeads * headDim]. */
export function cachedAttention(
  config: DecoderConfig,
  inputs: CachedInputs,
  onNew: (layer: number, k: Tensor, v: Tensor) => void,
): RowAttention {
  const { heads, kvHeads, headDim } = config;
  const shared = heads / kvHeads;
  const alpha = 1 / Math.sqrt(headDim);
  // Heads of one key head stand together, so [heads, W] is [kvHeads, shared * W].
  const toPlaces = (rows: Tensor, width: Dim) =>
    reshape(gather(reshape(rows, [-1, width]), inputs.placeRows, 0), ['N', kvHeads, -1, width]);
  const toRows = (places: Tensor, width: Dim) =>
    reshape(gather(reshape(places, [-1, width]), inputs.rowPlaces, 0), ['B', kvHeads, shared, width]);

  const attend: RowAttention['attend'] = (layer, { q, k, v }) => {
    onNew(layer, k, v);
    const prompt = inputs.prompt[layer] as KeyValue;
    const own = inputs.own[layer] as KeyValue;
    const queries = reshape(q, ['B', kvHeads, shared, headDim]);
    const newKey = reshape(k, ['B', kvHeads, 1, headDim]);
    const newValue = reshape(v, ['B', kvHeads, 1, headDim]);
    const atPlaces = matmul(toPlaces(q, headDim), prompt.k, { transB: true, alpha });
    const scores = [
      toRows(add(atPlaces, inputs.promptMask), 'P'),
      add(matmul(queries, own.k, { transB: true, alpha }), inputs.ownMask),
      mul(sum(mul(queries, newKey), 3, true), alpha),
    ];
    const weights = split(softmax(concat(scores, 3), 3), 3, ['P', 'T', 1]) as [Tensor, Tensor, Tensor];
    const ofPrompt = toRows(matmul(toPlaces(weights[0], 'P'), prompt.v), headDim);
    const sumOfAll = add(add(ofPrompt, matmul(weights[1], own.v)), mul(weights[2], newValue));
    return reshape(sumOfAll, ['B', heads * headDim]);
  };
  return { attend };
}

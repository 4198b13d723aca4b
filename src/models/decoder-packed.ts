/**
 * Attention over packed groups: the rows of many sequences stand in one matrix without padding, and only attention lays
 * them out per sequence, by gathering with indices made beforehand (`packing.ts` in the engine).
 *
 * A group is a prompt and G responses. The prompt's rows occur once; each response's keys are gathered as prompt rows then
 * own rows, so a group shares its prompt's computation. Graphs without a prompt part (plain sequences) are made alike.
 *
 * Symbols: S rows, M kept rows, N groups, G responses a group, P prompt rows, R response rows (padded lengths).
 */
import {
  add,
  concat,
  customGradient,
  expand,
  gather,
  mulDims,
  reshape,
  slice,
  sum,
  attention,
  type Dim,
  type Graph,
  type Tensor,
} from '../tensor/index.js';
import type { RowAttention } from './decoder.js';
import type { DecoderConfig } from './hf-config.js';

/** Index inputs of a packed graph, all int32. Every index counts rows of [rows * heads, headDim]. */
export interface PackedInputs {
  /** Queries of the responses: [N, G, heads, R]; padding points at row 0. */
  queries: Tensor;
  /** The same with padding at S * heads, where a row of zeros stands (for the gradient of the output). */
  queriesOrZero: Tensor;
  /** The same into the kept rows of the last layer (M * heads: zeros). */
  keptOrZero: Tensor;
  /** Keys of the responses: [N, G, kvHeads, P + R], or [N, G, kvHeads, R] without prompts. */
  keys: Tensor;
  /** Way back: [S, heads], where each row's head stands in the flat [N, G, heads, R] then [N, heads, P]. */
  rowsOut: Tensor;
  /** Of the kept rows, [M, heads]. */
  keptOut: Tensor;
  /** [S, heads] as `rowsOut`, with rows of prompts at N * G * heads * R: the zeros that the last layer's queries get. */
  lastBack: Tensor;
  /** [S, kvHeads] into the flat [N, G, kvHeads, R] then [N, kvHeads, P]. */
  keysBack: Tensor;
  /** Which rows are kept, [M]; and for each row its place among them or M, [S]. */
  kept: Tensor;
  keptBack: Tensor;
  /** 0 where a response row may look and a large negative number elsewhere: [N, R, P + R]. */
  mask: Tensor;
  prompt?: PromptInputs;
}

/** Index inputs of the shared prompts. */
export interface PromptInputs {
  /** [N, heads, P]. */
  queries: Tensor;
  queriesOrZero: Tensor;
  /** [N, kvHeads, P]. */
  keys: Tensor;
  /** [P, P]. */
  mask: Tensor;
}

/** Declares the index inputs; their names are the keys, those of the prompt start with `prompt.`. */
export function packedInputs(graph: Graph, { heads, kvHeads }: DecoderConfig, withPrompt: boolean): PackedInputs {
  const index = (name: string, shape: Dim[]) => graph.input(name, 'int32', shape);
  const keyCount = withPrompt ? 'P+R' : 'R';
  return {
    queries: index('queries', ['N', 'G', heads, 'R']),
    queriesOrZero: index('queriesOrZero', ['N', 'G', heads, 'R']),
    keptOrZero: index('keptOrZero', ['N', 'G', heads, 'R']),
    keys: index('keys', ['N', 'G', kvHeads, keyCount]),
    rowsOut: index('rowsOut', ['S', heads]),
    keptOut: index('keptOut', ['M', heads]),
    lastBack: index('lastBack', ['S', heads]),
    keysBack: index('keysBack', ['S', kvHeads]),
    kept: index('kept', ['M']),
    keptBack: index('keptBack', ['S']),
    mask: graph.input('mask', 'float32', ['N', 'R', keyCount]),
    ...(withPrompt
      ? {
          prompt: {
            queries: index('prompt.queries', ['N', heads, 'P']),
            queriesOrZero: index('prompt.queriesOrZero', ['N', heads, 'P']),
            keys: index('prompt.keys', ['N', kvHeads, 'P']),
            mask: graph.input('prompt.mask', 'float32', ['P', 'P']),
          },
        }
      : {}),
  };
}

const SEQUENCES = mulDims('N', 'G');

/**
 * Attention of packed groups for `decodeRows`. `onKeys` gets each layer's keys and values as laid out for the responses,
 * [N * G, kvHeads, P + R, headDim]: what a cache holds.
 */
export function packedAttention(
  config: DecoderConfig,
  inputs: PackedInputs,
  onKeys?: (layer: number, k: Tensor, v: Tensor) => void,
): RowAttention {
  const { heads, kvHeads, headDim, layers } = config;
  const scale = 1 / Math.sqrt(headDim);
  const { prompt } = inputs;
  const mask = sequenceMask(inputs.mask);
  const attend: RowAttention['attend'] = (layer, { q, k, v }) => {
    const isLast = layer === layers - 1;
    const headRows = (t: Tensor) => reshape(t, [-1, headDim]);
    const queries = gatherQueries(headRows(q), inputs, isLast);
    const keys = gatherKeys(headRows(k), inputs, isLast, [kvHeads, headDim]);
    const values = gatherKeys(headRows(v), inputs, isLast, [kvHeads, headDim]);
    onKeys?.(layer, keys.own, values.own);
    const own = attention(queries.own, [{ k: keys.own, v: values.own, mask }], scale);
    const ofPrompt =
      prompt && !isLast && queries.prompt && keys.prompt && values.prompt
        ? attention(queries.prompt, [{ k: keys.prompt, v: values.prompt, mask: prompt.mask }], scale)
        : undefined;
    return packOutputs(own, ofPrompt, inputs, isLast, heads * headDim);
  };
  return { attend, keep: (x) => keepRows(x, inputs) };
}

/** [N, R, K] -> [N * G, R, K]: the responses of a group see alike. */
function sequenceMask(mask: Tensor): Tensor {
  const [n, r, keys] = mask.shape as [Dim, Dim, Dim];
  return reshape(expand(reshape(mask, [n, 1, r, keys]), [n, 'G', r, keys]), [SEQUENCES, r, keys]);
}

interface Gathered {
  own: Tensor;
  prompt?: Tensor;
}

/** Queries [S * heads, d] -> [N * G, heads, R, d], and of the prompts [N, heads, P, d]. */
function gatherQueries(rows: Tensor, inputs: PackedInputs, isLast: boolean): Gathered {
  const lay = (index: Tensor, lead: Dim): Tensor => {
    const y = gather(rows, index, 0);
    return reshape(y, [lead, ...y.shape.slice(-3)]);
  };
  const own = lay(inputs.queries, SEQUENCES);
  const withPrompt = inputs.prompt && !isLast ? lay(inputs.prompt.queries, 'N') : undefined;
  const results = withPrompt ? [own, withPrompt] : [own];
  const needsZeros = inputs.prompt !== undefined && isLast;
  const [a, b] = customGradient([rows], results, ({ dOutputs }) => [
    backToRows(dOutputs, needsZeros, isLast ? inputs.lastBack : inputs.rowsOut, rows),
  ]);
  return { own: a as Tensor, ...(b ? { prompt: b } : {}) };
}

/** Keys or values [S * kvHeads, d] -> [N * G, kvHeads, P + R, d], and of the prompts [N, kvHeads, P, d]. */
function gatherKeys(rows: Tensor, inputs: PackedInputs, isLast: boolean, [kvHeads, d]: [number, number]): Gathered {
  const all = gather(rows, inputs.keys, 0);
  const own = reshape(all, [SEQUENCES, ...all.shape.slice(2)]);
  const { prompt } = inputs;
  const results = prompt && !isLast ? [own, gather(rows, prompt.keys, 0)] : [own];
  const [a, b] = customGradient([rows], results, ({ dOutputs: [dOwn, dPrompt] }) => {
    if (!prompt) return [backToRows([dOwn], false, inputs.keysBack, rows)];
    const dAll = dOwn as Tensor;
    const byGroup = reshape(slice(dAll, 2, 0, 'P'), ['N', 'G', kvHeads, 'P', d]);
    const shared = sum(byGroup, 1);
    const ofPrompt = dPrompt ? add(shared, dPrompt) : shared;
    return [backToRows([slice(dAll, 2, 'P'), ofPrompt], false, inputs.keysBack, rows)];
  });
  return { own: a as Tensor, ...(b ? { prompt: b } : {}) };
}

/** The gradient of rows from the gradients of what was gathered from them: joined flat, then one gather by `back`. */
function backToRows(dOutputs: readonly (Tensor | undefined)[], withZeros: boolean, back: Tensor, rows: Tensor): Tensor {
  const d = rows.shape[1] as number;
  const flat = dOutputs.map((t) => reshape(t as Tensor, [-1, d]));
  if (withZeros) flat.push(zeroRow(rows.graph, d));
  const joined = flat.length === 1 ? (flat[0] as Tensor) : concat(flat, 0);
  return reshape(gather(joined, back, 0), rows.shape);
}

/** Attention outputs [N * G, heads, R, d] (and [N, heads, P, d]) -> rows [S or M, heads * d]. */
function packOutputs(
  own: Tensor,
  ofPrompt: Tensor | undefined,
  inputs: PackedInputs,
  isLast: boolean,
  width: number,
): Tensor {
  const d = own.shape[3] as number;
  const parts = ofPrompt ? [own, ofPrompt] : [own];
  const flat = parts.map((t) => reshape(t, [-1, d]));
  const joined = flat.length === 1 ? (flat[0] as Tensor) : concat(flat, 0);
  const rows = reshape(gather(joined, isLast ? inputs.keptOut : inputs.rowsOut, 0), [-1, width]);
  const [out] = customGradient(parts, [rows], ({ dOutputs }) => {
    const dRows = concat([reshape(dOutputs[0] as Tensor, [-1, d]), zeroRow(own.graph, d)], 0);
    const dOwn = reshape(gather(dRows, isLast ? inputs.keptOrZero : inputs.queriesOrZero, 0), own.shape);
    if (!ofPrompt || !inputs.prompt) return [dOwn];
    return [dOwn, reshape(gather(dRows, inputs.prompt.queriesOrZero, 0), ofPrompt.shape)];
  });
  return out as Tensor;
}

/** [S, hidden] -> [M, hidden]. */
function keepRows(x: Tensor, { kept, keptBack }: PackedInputs): Tensor {
  const width = x.shape[1] as number;
  const [out] = customGradient([x], [gather(x, kept, 0)], ({ dOutputs }) => [
    gather(concat([dOutputs[0] as Tensor, zeroRow(x.graph, width)], 0), keptBack, 0),
  ]);
  return out as Tensor;
}

function zeroRow(graph: Graph, width: number): Tensor {
  return graph.constant(new Float32Array(width), [1, width]);
}

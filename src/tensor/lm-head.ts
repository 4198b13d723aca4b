/**
 * The head of a language model over a large vocabulary, computed in chunks of rows: log-probabilities of the targets,
 * entropy, and the gradients of hidden rows and head weight, in one pass a chunk. Chunks are chained by a false
 * dependency, so that one chunk's logits are freed before the next chunk's are made.
 */
import { mulDims, sameDim, type Dim } from './dims.js';
import { graphError, type Graph, type Tensor } from './graph.js';
import { addRaw, binary, divRaw, mulRaw, negRaw, subRaw, unary } from './primitives/elementwise.js';
import { checkDType, checkRank } from './primitives/infer.js';
import { concatRaw, dimTensor, full, ints, reshapeRaw } from './primitives/layout.js';
import { gemmRaw, lazyGemm } from './primitives/product.js';
import { falseZero } from './primitives/order.js';
import { reduceRaw } from './primitives/reduce.js';
import { scatterElementsRaw, takeAlongAxisRaw } from './primitives/select.js';

export interface LmHeadOptions {
  /** Parts to cut the rows into; the logits of one part, rows / chunks * vocabulary numbers, are in memory at a time. */
  chunks: number;
  /** Also compute the entropy of every row (about two more passes over the logits). */
  entropy?: boolean;
  /**
   * d loss / d log p of every row of a chunk [m], given its log p [m]; `rows(t)` cuts a tensor [M] to the same rows.
   * Without it only the forward part is built.
   */
  rowGradient?: (logp: Tensor, rows: (t: Tensor) => Tensor) => Tensor;
  /**
   * Further terms of the loss: slopes [M, k] of the log p of other tokens of the vocabulary, whose ids (int64 [M, k], distinct in a row)
   * may be left out where they are the whole vocabulary in order. Takes effect with `rowGradient`.
   */
  alternatives?: { slopes: Tensor; ids?: Tensor };
  /** Tensors [m, ...] to be made from a chunk's log p of the whole vocabulary [m, V]; `rows` as for `rowGradient`. */
  pick?: (logProbs: Tensor, rows: (t: Tensor) => Tensor) => Tensor[];
  /** The weight's gradient is made too; default true. */
  weightGradient?: boolean;
  /** Running gradient of the weight [V, d], added to `dWeight`; may be fetched into its own buffer. */
  running?: Tensor;
}

export interface LmHeadResult {
  /** log p(target) of every row [M]. */
  logp: Tensor;
  /** Entropy of every row in nats [M], if asked for. */
  entropy: Tensor | undefined;
  /** What `rowGradient` returned, for all rows [M]. */
  rowGradient: Tensor | undefined;
  /** sum of slope times log p over a row's alternatives [M], where there are any. */
  alternativeLoss: Tensor | undefined;
  /** What `pick` returned, for all rows. */
  picked: Tensor[];
  /** Gradient of the hidden rows [M, d]. */
  dHidden: Tensor | undefined;
  /** Gradient of the weight [V, d], plus `running`. */
  dWeight: Tensor | undefined;
}

/**
 * hidden [M, d], weight [V, d] (a tied embedding or a head of its own), targets int64 [M].
 * Gradients come back explicitly (`dHidden` is a seed for `gradients`); nothing flows back through the results.
 */
export function lmHead(hidden: Tensor, weight: Tensor, targets: Tensor, options: LmHeadOptions): LmHeadResult {
  const { chunks, weightGradient = true } = options;
  check(hidden, weight, targets, chunks);
  const graph = hidden.graph;
  const rows = hidden.shape[0] as Dim;
  const perChunk = chunkRows(graph, rows, chunks);
  const parts: Record<'logp' | 'entropy' | 'coefficient' | 'dHidden' | 'alternativeLoss', Tensor[]> = {
    logp: [],
    entropy: [],
    coefficient: [],
    dHidden: [],
    alternativeLoss: [],
  };
  const picked: Tensor[][] = [];
  let dWeight = options.running;
  let after: Tensor | undefined;
  for (let c = 0; c < chunks; c++) {
    const cut = chunkCutter(graph, rows, perChunk, c, chunks, after);
    const h = cut(hidden);
    const target = reshapeRaw(cut(targets), [-1, 1]);
    const logProbs = unary('LogSoftmax', gemmRaw(lazyGemm(h, weight, false, true)), ['float32'], {
      attributes: { axis: { i: 1 } },
    });
    const logp = reshapeRaw(takeAlongAxisRaw(logProbs, target, 1), [-1]);
    parts.logp.push(logp);
    const chosen = options.pick?.(logProbs, cut) ?? [];
    picked.push(chosen);
    const probs = options.entropy || options.rowGradient ? unary('Exp', logProbs) : undefined;
    if (options.entropy && probs) parts.entropy.push(negRaw(reduceRaw('ReduceSum', mulRaw(probs, logProbs), 1, false)));
    if (options.rowGradient && probs) {
      const coefficient = options.rowGradient(logp, cut);
      parts.coefficient.push(coefficient);
      if (options.alternatives) {
        // d logits = C - (sum of C over the row) p, where C [m, V] holds every slope at its token.
        const { slopes, ids } = options.alternatives;
        const others = ids
          ? scatterElementsRaw(full(graph, 0, probs.shape), cut(ids), cut(slopes), 1, true)
          : cut(slopes);
        parts.alternativeLoss.push(reduceRaw('ReduceSum', mulRaw(others, logProbs), 1, false));
        const all = scatterElementsRaw(others, target, reshapeRaw(coefficient, [-1, 1]), 1, true);
        const dLogits = subRaw(all, mulRaw(probs, reduceRaw('ReduceSum', all, 1, true)));
        parts.dHidden.push(gemmRaw(lazyGemm(dLogits, weight, false, false)));
        if (weightGradient) dWeight = gemmRaw(lazyGemm(dLogits, h, true, false), dWeight);
      } else {
        // d logits = coefficient (onehot - p): the coefficient scales rows of width d, not of width V.
        const minus = reshapeRaw(negRaw(coefficient), [-1, 1]);
        const ones = full(graph, -1, target.shape);
        const excess = scatterElementsRaw(probs, target, ones, 1, true);
        parts.dHidden.push(mulRaw(gemmRaw(lazyGemm(excess, weight, false, false)), minus));
        if (weightGradient) dWeight = gemmRaw(lazyGemm(excess, mulRaw(h, minus), true, false), dWeight);
      }
    }
    const made = [parts.entropy.at(-1) ?? logp, parts.dHidden.at(-1), dWeight, parts.alternativeLoss.at(-1), ...chosen];
    after = falseZero(made.filter((t) => t !== undefined));
  }
  const join = (list: Tensor[], shape: readonly Dim[]): Tensor | undefined =>
    list.length === 0 ? undefined : assume(concatRaw(list, 0), shape);
  return {
    logp: join(parts.logp, [rows]) as Tensor,
    entropy: join(parts.entropy, [rows]),
    rowGradient: join(parts.coefficient, [rows]),
    alternativeLoss: join(parts.alternativeLoss, [rows]),
    picked: (picked[0] ?? []).map(
      (first, i) =>
        join(
          picked.map((chunk) => chunk[i] as Tensor),
          first.shape.with(0, rows),
        ) as Tensor,
    ),
    dHidden: join(parts.dHidden, hidden.shape),
    dWeight: options.rowGradient ? dWeight : undefined,
  };
}

function check(hidden: Tensor, weight: Tensor, targets: Tensor, chunks: number): void {
  const tensors = [hidden, weight, targets];
  checkRank('lmHead', hidden, 2);
  checkRank('lmHead', weight, 2);
  checkRank('lmHead', targets, 1);
  checkDType('lmHead', targets, 'int64');
  if (!sameDim(hidden.shape[1] as Dim, weight.shape[1] as Dim))
    throw graphError('lmHead', 'widths differ', { tensors });
  if (!sameDim(hidden.shape[0] as Dim, targets.shape[0] as Dim)) throw graphError('lmHead', 'rows differ', { tensors });
  if (!Number.isInteger(chunks) || chunks < 1)
    throw graphError('lmHead', `${chunks} chunks`, { expected: 'a whole number, 1 or more' });
}

/** Rows of every chunk but the last, int64[1]: ceil(rows / chunks). */
function chunkRows(graph: Graph, rows: Dim, chunks: number): Tensor {
  return divRaw(addRaw(dimTensor(graph, rows), ints(graph, [chunks - 1])), ints(graph, [chunks]));
}

/** Cuts tensors [M, ...] to the rows of chunk c, once `after` (a zero) is there. Their size gets a symbol of its own. */
function chunkCutter(
  graph: Graph,
  rows: Dim,
  perChunk: Tensor,
  c: number,
  chunks: number,
  after: Tensor | undefined,
): (t: Tensor) => Tensor {
  if (chunks === 1) return (t) => t;
  const size = graph.freshSymbol();
  const at = (n: number): Tensor => {
    const start = mulRaw(perChunk, ints(graph, [n]));
    return binary('Min', after ? addRaw(start, after) : start, dimTensor(graph, rows), ['int64']);
  };
  const [from, to] = [at(c), at(c + 1)];
  let bound = false;
  return (t) => {
    const outputs = [{ dtype: t.dtype, shape: t.shape.with(0, size) }];
    const part = graph.add({ op: 'Slice', inputs: [t, from, to, ints(graph, [0])], outputs });
    if (!bound) graph.bindSymbol(size, part, 0);
    bound = true;
    return part;
  };
}

/** Names the sizes of a tensor whose shape is known to be `shape`, though not by the rules of its operators. */
function assume(x: Tensor, shape: readonly Dim[]): Tensor {
  if (mulDims(...shape) === mulDims(...x.shape)) return x;
  return x.graph.add({
    op: '@custom',
    inputs: [x],
    outputs: [{ dtype: x.dtype, shape }],
    attributes: { stop: { i: 1 } },
    vjp: () => [],
  });
}

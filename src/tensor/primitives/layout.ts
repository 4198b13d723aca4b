/** Operators that move or rename axes, and the shape arithmetic behind them, without gradients. */
import {
  addDims,
  canonicalDim,
  dimTerms,
  divDims,
  mulDims,
  sameDim,
  sameShape,
  showShape,
  subDims,
  type Dim,
  type Shape,
} from '../dims.js';
import { graphError, type DType, type Graph, type Tensor } from '../graph.js';
import { broadcastShapes, checkAxis } from './infer.js';

/** A 1-D int64 constant. */
export function ints(graph: Graph, values: readonly number[]): Tensor {
  return graph.constant(values, [values.length], 'int64');
}

/** The dimension's value as int64[1], computed from the shapes of tensors when the program runs. */
export function dimTensor(graph: Graph, dim: Dim): Tensor {
  if (typeof dim === 'number') return ints(graph, [dim]);
  let sum: Tensor | undefined;
  for (const [coefficient, symbols] of dimTerms(dim)) {
    const factors = symbols.map((s) => symbolTensor(graph, s));
    if (coefficient !== 1 || factors.length === 0) factors.push(ints(graph, [coefficient]));
    const term = factors.reduce((a, b) => int1(graph, 'Mul', [a, b]));
    sum = sum ? int1(graph, 'Add', [sum, term]) : term;
  }
  return sum ?? ints(graph, [0]);
}

function int1(graph: Graph, op: string, inputs: readonly Tensor[]): Tensor {
  return graph.add({ op, inputs, outputs: [{ dtype: 'int64', shape: [1] }] });
}

function symbolTensor(graph: Graph, symbol: string): Tensor {
  const source = graph.symbols.get(symbol)?.[0];
  if (!source) {
    throw graphError('shape', `the size of '${symbol}' is not known: no input has it as a dimension of its own`, {
      hint: `Before this line, give graph '${graph.name}' an input with the bare symbol '${symbol}' in its shape.`,
    });
  }
  const attributes = { start: { i: source.axis }, end: { i: source.axis + 1 } };
  return graph.add({ op: 'Shape', inputs: [source.tensor], attributes, outputs: [{ dtype: 'int64', shape: [1] }] });
}

/** A shape as a 1-D int64 tensor; a constant where all dimensions are numbers. */
export function shapeTensor(graph: Graph, shape: Shape): Tensor {
  if (shape.every((d) => typeof d === 'number')) return ints(graph, shape);
  if (shape.length === 1) return dimTensor(graph, shape[0] as Dim);
  const inputs = shape.map((d) => dimTensor(graph, d));
  return graph.add({
    op: 'Concat',
    inputs,
    attributes: { axis: { i: 0 } },
    outputs: [{ dtype: 'int64', shape: [shape.length] }],
  });
}

/** Replaces the one -1 of a target shape by what is left; throws where the element counts cannot be equal. */
function resolveTarget(x: Tensor, dims: Shape): Dim[] {
  const target = dims.map((d) => (typeof d === 'string' ? canonicalDim(d) : d));
  const free = target.flatMap((d, i) => (d === -1 ? [i] : []));
  const total = mulDims(...x.shape);
  const known = mulDims(...target.filter((d) => d !== -1));
  const fail = (): never => {
    throw graphError('reshape', `${showShape(x.shape)} has ${total} elements, ${showShape(dims)} has ${known}`, {
      tensors: [x],
    });
  };
  if (free.length > 1) throw graphError('reshape', `${showShape(dims)} has more than one -1`, { tensors: [x] });
  if (free.length === 0) return sameDim(total, known) ? target : fail();
  const rest = divDims(total, known);
  if (rest === undefined) return fail();
  return target.with(free[0] as number, rest);
}

/** Same elements, other shape; one dimension may be -1. */
export function reshapeRaw(x: Tensor, dims: Shape): Tensor {
  const shape = resolveTarget(x, dims);
  if (sameShape(shape, x.shape)) return x;
  const graph = x.graph;
  const code = shape.map((d, i) => (typeof d === 'number' ? d : sameDim(d, x.shape[i] ?? 0) ? 0 : -1));
  const unknown = code.filter((c) => c === -1).length;
  const target = unknown <= 1 ? ints(graph, code) : shapeTensor(graph, shape);
  return graph.add({ op: 'Reshape', inputs: [x, target], outputs: [{ dtype: x.dtype, shape }] });
}

/** Axis i of the result is axis `perm[i]` of `x`. */
export function transposeRaw(x: Tensor, perm: readonly number[]): Tensor {
  const axes = perm.map((p) => checkAxis('transpose', x, p));
  if (new Set(axes).size !== x.rank || axes.length !== x.rank) {
    throw graphError('transpose', `${showShape(perm)} is not a permutation of ${x.rank} axes`, { tensors: [x] });
  }
  if (axes.every((a, i) => a === i)) return x;
  const shape = axes.map((a) => x.shape[a] as Dim);
  return x.graph.add({
    op: 'Transpose',
    inputs: [x],
    attributes: { perm: { ints: axes } },
    outputs: [{ dtype: x.dtype, shape }],
  });
}

/** Broadcasts to a shape. */
export function expandRaw(x: Tensor, dims: Shape): Tensor {
  const shape = broadcastShapes(x.shape, dims);
  if (!shape || shape.length !== dims.length || !sameShape(shape, dims)) {
    throw graphError('expand', `cannot broadcast to ${showShape(dims)}`, { tensors: [x] });
  }
  if (sameShape(shape, x.shape)) return x;
  const target = shapeTensor(x.graph, shape);
  return x.graph.add({ op: 'Expand', inputs: [x, target], outputs: [{ dtype: x.dtype, shape }] });
}

export function concatRaw(xs: readonly Tensor[], axis: number): Tensor {
  const first = xs[0];
  if (!first) throw graphError('concat', 'needs at least one tensor');
  const at = checkAxis('concat', first, axis);
  for (const x of xs) {
    const fits =
      x.rank === first.rank &&
      x.dtype === first.dtype &&
      x.shape.every((d, i) => i === at || sameDim(d, first.shape[i] as Dim));
    if (!fits) throw graphError('concat', `operands differ beside axis ${at}`, { tensors: [...xs] });
  }
  if (xs.length === 1) return first;
  const shape = first.shape.with(at, addDims(...xs.map((x) => x.shape[at] as Dim)));
  return first.graph.add({
    op: 'Concat',
    inputs: [...xs],
    attributes: { axis: { i: at } },
    outputs: [{ dtype: first.dtype, shape }],
  });
}

/** A bound of a slice: a number (negative counts from the end) or a symbolic dimension. */
function boundDim(x: Tensor, axis: number, bound: Dim): Dim {
  return typeof bound === 'number' && bound < 0 ? addDims(x.shape[axis] as Dim, bound) : canonicalDim(bound);
}

/** Elements `start` to `end` (exclusive) of an axis; bounds may be symbolic, negative numbers count from the end. */
export function sliceRaw(x: Tensor, axis: number, start: Dim, end: Dim): Tensor {
  const at = checkAxis('slice', x, axis);
  const size = x.shape[at] as Dim;
  const from = boundDim(x, at, start);
  const to = boundDim(x, at, end);
  const outside =
    typeof from === 'number' &&
    typeof to === 'number' &&
    (from < 0 || from > to || (typeof size === 'number' && to > size));
  if (outside)
    throw graphError('slice', `[${start}, ${end}) is outside axis ${axis} of size ${size}`, { tensors: [x] });
  if (from === 0 && sameDim(to, size)) return x;
  const inputs = [x, dimTensor(x.graph, from), dimTensor(x.graph, to), ints(x.graph, [at])];
  return x.graph.add({
    op: 'Slice',
    inputs,
    outputs: [{ dtype: x.dtype, shape: x.shape.with(at, subDims(to, from)) }],
  });
}

/** Cuts an axis into pieces of the given sizes. */
export function splitRaw(x: Tensor, axis: number, sizes: Shape): Tensor[] {
  const at = checkAxis('split', x, axis);
  if (!sameDim(addDims(...sizes), x.shape[at] as Dim)) {
    throw graphError('split', `sizes ${showShape(sizes)} do not add up to axis ${axis}`, { tensors: [x] });
  }
  if (sizes.length === 1) return [x];
  const outputs = sizes.map((size) => ({ dtype: x.dtype, shape: x.shape.with(at, size) }));
  const inputs = [x, shapeTensor(x.graph, sizes)];
  return [...x.graph.addNode({ op: 'Split', inputs, attributes: { axis: { i: at } }, outputs }).outputs];
}

/** Adds `before` and `after` zeros around an axis. */
export function padRaw(x: Tensor, axis: number, before: Dim, after: Dim): Tensor {
  const at = checkAxis('pad', x, axis);
  if (before === 0 && after === 0) return x;
  const inputs = [x, shapeTensor(x.graph, [before, after]), x.graph.constant(0, [], x.dtype), ints(x.graph, [at])];
  const shape = x.shape.with(at, addDims(x.shape[at] as Dim, before, after));
  return x.graph.add({ op: 'Pad', inputs, outputs: [{ dtype: x.dtype, shape }] });
}

/** A tensor of one value; stored as a scalar and broadcast when the program runs. */
export function full(graph: Graph, value: number, shape: Shape, dtype: DType = 'float32'): Tensor {
  return expandRaw(graph.constant(value, [], dtype), shape);
}

/** Shape of `x` with axes of size 1 added; `axes` are positions in the result. */
export function unsqueezedShape(x: Tensor, axes: number | readonly number[]): Dim[] {
  const list = typeof axes === 'number' ? [axes] : axes;
  const rank = x.rank + list.length;
  const at = new Set(list.map((a) => (a < 0 ? a + rank : a)));
  if (at.size !== list.length || [...at].some((a) => a < 0 || a >= rank)) {
    throw graphError('unsqueeze', `axes ${list.join(', ')} do not fit rank ${rank}`, { tensors: [x] });
  }
  const rest = x.shape.values();
  return Array.from({ length: rank }, (_, i): Dim => (at.has(i) ? 1 : (rest.next().value as Dim)));
}

/** Adds axes of size 1; `axes` are positions in the result. */
export function unsqueezeRaw(x: Tensor, axes: number | readonly number[]): Tensor {
  return reshapeRaw(x, unsqueezedShape(x, axes));
}

/**
 * The tensor graph: typed nodes with symbolic shapes, made in topological order and shared where they are equal.
 * Every node is one ONNX operator, or a marker (its name starts with `@`) that emission resolves.
 */
import { RaRftError } from '../core/errors.js';
import { canonicalDim, isSymbol, mulDims, showShape, type Dim, type Shape } from './dims.js';
import { Site } from './source-line.js';

export type DType = 'float32' | 'int64' | 'int32' | 'int8' | 'bool';

/** An ONNX attribute with its type spelt out. */
export type Attribute = { i: number } | { f: number } | { s: string } | { ints: readonly number[] };
export type Attributes = Readonly<Record<string, Attribute>>;
export type Domain = '' | 'com.microsoft';
/** Values of a constant, as ONNX stores them: int64 as BigInt64Array, bool as Uint8Array. */
export type ConstantData = Float32Array | BigInt64Array | Int32Array | Int8Array | Uint8Array;

/**
 * A term of a gradient. A matrix product may stay unevaluated, so that a sum of terms becomes a chain of `Gemm`s that
 * add into each other through their C input.
 */
export type Contribution = Tensor | LazyGemm;

/** `alpha a' b'` of 2-D tensors, where `'` transposes if asked. */
export interface LazyGemm {
  kind: 'gemm';
  a: Tensor;
  b: Tensor;
  transA: boolean;
  transB: boolean;
  alpha: number;
}

/** What reverse mode gives to an operator's gradient rule. */
export interface VjpContext {
  /** Gradients of the outputs; undefined where nothing depends on an output. */
  dOutputs: readonly (Tensor | undefined)[];
  /** Whether the gradient of input i is wanted. */
  needs: (i: number) => boolean;
}

/** Vector-Jacobian product: gradients of the inputs (undefined: none), in the order of the node's inputs. */
export type Vjp = (context: VjpContext) => readonly (Contribution | undefined)[];

export interface Node {
  readonly id: number;
  readonly op: string;
  readonly domain: Domain;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Tensor[];
  readonly site: Site;
  vjp: Vjp | undefined;
  /** Name of a `@input` or `@param`. */
  readonly name: string | undefined;
  /** Values of a `@constant`. */
  readonly data: ConstantData | undefined;
}

/** One value of the graph. Made by operators only. */
export class Tensor {
  readonly graph: Graph;
  readonly id: number;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly node: Node;
  /** Which output of its node. */
  readonly index: number;

  constructor(graph: Graph, id: number, dtype: DType, shape: Shape, node: Node, index: number) {
    this.graph = graph;
    this.id = id;
    this.dtype = dtype;
    this.shape = shape;
    this.node = node;
    this.index = index;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** `float32[N, 64]`, as errors show it. */
  toString(): string {
    return `${this.dtype}${showShape(this.shape)}`;
  }
}

export interface NodeSpec {
  op: string;
  domain?: Domain;
  inputs: readonly (Tensor | undefined)[];
  attributes?: Attributes;
  outputs: readonly { dtype: DType; shape: Shape }[];
  name?: string;
  data?: ConstantData;
  /** Never merge with an equal node. */
  distinct?: boolean;
  vjp?: Vjp;
}

/** Where a symbol's value can be read when the program runs: the size of an axis of a tensor. */
export interface SymbolSource {
  tensor: Tensor;
  axis: number;
}

/** A graph under construction. Operators (see `ops/`) are free functions on its tensors. */
export class Graph {
  readonly name: string;
  readonly nodes: Node[] = [];
  readonly outputs = new Map<string, Tensor>();
  readonly symbols = new Map<string, SymbolSource[]>();
  private readonly named = new Map<string, Tensor>();
  private readonly known = new Map<string, Node>();
  private tensorCount = 0;
  private symbolCount = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** A tensor fed at every run. A bare symbol in `shape` (`'N'`) gets its value from the tensor that is fed. */
  input(name: string, dtype: DType, shape: Shape): Tensor {
    return this.leaf('@input', name, dtype, shape);
  }

  /** A float32 weight, fed like an input (or frozen into the program by `compile`); its shape is fixed. */
  param(name: string, shape: readonly number[]): Tensor {
    return this.leaf('@param', name, 'float32', shape);
  }

  /** A constant; equal constants are stored once. Without `shape`, a number is a scalar and a list a vector. */
  constant(value: number | readonly number[] | ConstantData, shape?: readonly number[], dtype?: DType): Tensor {
    const type = dtype ?? dtypeOf(value);
    const data = constantData(value, type);
    const dims = shape ?? (typeof value === 'number' ? [] : [data.length]);
    if (mulDims(...dims) !== data.length) {
      throw graphError('constant', `${data.length} values do not fill the shape ${showShape(dims)}`);
    }
    return this.add({ op: '@constant', inputs: [], outputs: [{ dtype: type, shape: dims }], data });
  }

  /** Names a result. */
  output(name: string, tensor: Tensor): void {
    if (tensor.graph !== this)
      throw graphError('output', `'${name}' belongs to graph '${tensor.graph.name}', not '${this.name}'`);
    if (this.outputs.has(name) || this.named.has(name))
      throw graphError('output', `the name '${name}' is taken in graph '${this.name}'`);
    this.outputs.set(name, tensor);
  }

  /** Inputs and parameters in the order they were made. */
  leaves(): Tensor[] {
    return [...this.named.values()];
  }

  /** A symbol no one else has, for a size that only the run knows; bind it with `bindSymbol`. */
  freshSymbol(): string {
    return `?${this.symbolCount++}`;
  }

  /** Says that `symbol` is the size of `axis` of `tensor`. */
  bindSymbol(symbol: string, tensor: Tensor, axis: number): void {
    const sources = this.symbols.get(symbol);
    if (sources) sources.push({ tensor, axis });
    else this.symbols.set(symbol, [{ tensor, axis }]);
  }

  /** Adds a node and returns its first output. Low level: operators call it after checking their arguments. */
  add(spec: NodeSpec): Tensor {
    return this.addNode(spec).outputs[0] as Tensor;
  }

  /** Adds a node, or finds the equal one that is there. */
  addNode(spec: NodeSpec): Node {
    const key = spec.distinct ? undefined : nodeKey(spec);
    const old = key === undefined ? undefined : this.known.get(key);
    if (old) {
      old.vjp ??= spec.vjp;
      return old;
    }
    const outputs: Tensor[] = [];
    const node: Node = {
      id: this.nodes.length,
      op: spec.op,
      domain: spec.domain ?? '',
      inputs: spec.inputs,
      attributes: spec.attributes ?? {},
      outputs,
      site: new Site(),
      vjp: spec.vjp,
      name: spec.name,
      data: spec.data,
    };
    for (const [i, { dtype, shape }] of spec.outputs.entries()) {
      outputs.push(new Tensor(this, this.tensorCount++, dtype, shape.map(canonicalDim), node, i));
    }
    for (const input of spec.inputs) {
      if (input && input.graph !== this)
        throw graphError(spec.op, `mixes tensors of the graphs '${this.name}' and '${input.graph.name}'`);
    }
    this.nodes.push(node);
    if (key !== undefined) this.known.set(key, node);
    return node;
  }

  private leaf(op: string, name: string, dtype: DType, shape: Shape): Tensor {
    if (this.named.has(name) || this.outputs.has(name))
      throw graphError(op.slice(1), `the name '${name}' is taken in graph '${this.name}'`);
    const tensor = this.add({ op, inputs: [], outputs: [{ dtype, shape }], name, distinct: true });
    this.named.set(name, tensor);
    for (const [axis, dim] of tensor.shape.entries()) if (isSymbol(dim)) this.bindSymbol(dim, tensor, axis);
    return tensor;
  }
}

/** Key under which equal nodes are found; large constants are kept apart rather than hashed. */
function nodeKey(spec: NodeSpec): string | undefined {
  const inputs = spec.inputs.map((t) => t?.id ?? '').join(',');
  const outputs = spec.outputs.map((o) => `${o.dtype}${showShape(o.shape)}`).join(';');
  if (spec.data && spec.data.length > 4096) return undefined;
  const data = spec.data
    ? String.fromCharCode(...new Uint8Array(spec.data.buffer, spec.data.byteOffset, spec.data.byteLength))
    : '';
  return [spec.domain ?? '', spec.op, inputs, JSON.stringify(spec.attributes ?? {}), outputs, data].join('|');
}

function dtypeOf(value: number | readonly number[] | ConstantData): DType {
  if (value instanceof BigInt64Array) return 'int64';
  if (value instanceof Int32Array) return 'int32';
  if (value instanceof Int8Array) return 'int8';
  if (value instanceof Uint8Array) return 'bool';
  return 'float32';
}

function constantData(value: number | readonly number[] | ConstantData, dtype: DType): ConstantData {
  if (ArrayBuffer.isView(value)) {
    if (dtypeOf(value) !== dtype) throw graphError('constant', `a ${value.constructor.name} is not ${dtype}`);
    return value;
  }
  const list = typeof value === 'number' ? [value] : value;
  if (dtype === 'int64') return BigInt64Array.from(list, (v) => BigInt(v));
  if (dtype === 'int32') return Int32Array.from(list);
  if (dtype === 'int8') return Int8Array.from(list);
  if (dtype === 'bool') return Uint8Array.from(list, (v) => (v ? 1 : 0));
  return Float32Array.from(list);
}

/** Facts that a graph error adds to its sentence. */
export interface GraphErrorFacts {
  tensors?: readonly (Tensor | undefined)[];
  expected?: string;
  hint?: string;
  /** Where the fault lies; without it, the model's line that is being built now. */
  site?: Site;
}

/** A `graph` error: the operator, its operands' types and shapes, and the model's line. */
export function graphError(op: string, message: string, facts: GraphErrorFacts = {}): RaRftError {
  const shapes = facts.tensors?.length
    ? ` (operands: ${facts.tensors.map((t) => String(t ?? 'none')).join(', ')})`
    : '';
  return new RaRftError({
    code: 'graph',
    message: `${op}: ${message}${shapes}`,
    where: (facts.site ?? new Site()).line(),
    expected: facts.expected,
    hint: facts.hint,
  });
}

/** Sizes of a tensor's axis that callers ask for by number; negative counts from the end. */
export function dimOf(tensor: Tensor, axis: number): Dim {
  const at = axis < 0 ? axis + tensor.rank : axis;
  const dim = tensor.shape[at];
  if (dim === undefined)
    throw graphError('dimOf', `axis ${axis} is outside rank ${tensor.rank}`, { tensors: [tensor] });
  return dim;
}

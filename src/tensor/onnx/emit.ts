/** Emission: the live part of a graph as the bytes of an ONNX model (opset 21 and com.microsoft, ir_version 10). */
import { isSymbol, type Shape } from '../dims.js';
import { graphError, type Attribute, type DType, type Graph, type Node, type Tensor } from '../graph.js';
import { DATA_TYPE, ModelProto } from './schema.js';

export interface Emitted {
  bytes: Uint8Array;
  /** Live inputs and parameters: what every run must feed. */
  inputs: Tensor[];
  /** Name of an emitted node to the node, for errors that the runtime reports. */
  nodes: ReadonlyMap<string, Node>;
  /** Frozen parameters that stand outside the model's bytes. */
  external: { path: string; data: Uint8Array }[];
}

export interface EmitOptions {
  /** Parameters to store in the model as constants, by name: faster products, but the values are fixed. */
  freeze?: ReadonlyMap<string, Float32Array>;
}

/** Frozen parameters of at least this many bytes are kept outside the protobuf message (which may not pass 2 GB). */
const EXTERNAL_BYTES = 1024;

export function emit(graph: Graph, options: EmitOptions = {}): Emitted {
  if (graph.outputs.size === 0)
    throw graphError('compile', `graph '${graph.name}' has no outputs`, {
      hint: 'Name them with graph.output(name, tensor).',
    });
  const live = liveNodes(graph);
  const names = new Map<Tensor, string>();
  const nodes = new Map<string, Node>();
  const proto = {
    node: [] as object[],
    name: graph.name,
    initializer: [] as object[],
    input: [] as object[],
    output: [] as object[],
  };
  const inputs: Tensor[] = [];
  const external: Emitted['external'] = [];
  const published = publishedNames(graph);
  const nameOf = (t: Tensor): string => names.get(t) ?? fail(t);
  for (const node of live) {
    const first = node.outputs[0] as Tensor;
    if (node.op === '@input' || node.op === '@param') {
      const name = node.name as string;
      names.set(first, name);
      const frozen = options.freeze?.get(name);
      if (frozen) {
        proto.initializer.push(frozenTensor(name, first, frozen, external));
        continue;
      }
      inputs.push(first);
      proto.input.push(valueInfo(name, first.dtype, first.shape));
    } else if (node.op === '@constant') {
      names.set(first, `t${first.id}`);
      const data = node.data as NonNullable<Node['data']>;
      proto.initializer.push({
        name: `t${first.id}`,
        dims: first.shape,
        dataType: DATA_TYPE[first.dtype],
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      });
    } else if (node.op === '@custom') {
      const skip = node.inputs.length - node.outputs.length;
      for (const [i, t] of node.outputs.entries()) names.set(t, nameOf(node.inputs[skip + i] as Tensor));
    } else {
      const name = `${node.op}_${node.id}`;
      nodes.set(name, node);
      for (const t of node.outputs) names.set(t, published.get(t) ?? `t${t.id}`);
      proto.node.push({
        input: node.inputs.map((t) => (t ? nameOf(t) : '')),
        output: node.outputs.map(nameOf),
        name,
        opType: node.op,
        attribute: Object.entries(node.attributes).map(([key, value]) => attribute(key, value)),
        domain: node.domain,
      });
    }
  }
  for (const [name, t] of graph.outputs) {
    if (nameOf(t) !== name) {
      proto.node.push({
        input: [nameOf(t)],
        output: [name],
        name: `output ${name}`,
        opType: 'Identity',
        attribute: [],
        domain: '',
      });
    }
    proto.output.push(valueInfo(name, t.dtype, t.shape));
  }
  const model = {
    irVersion: 10,
    producerName: 'ra-rft',
    graph: proto,
    opsetImport: [
      { domain: '', version: 21 },
      { domain: 'com.microsoft', version: 1 },
    ],
  };
  return { bytes: ModelProto.encode(model).finish(), inputs, nodes, external };
}

function fail(t: Tensor): never {
  throw graphError('compile', 'a tensor is used before it is made', { tensors: [t], site: t.node.site });
}

/** Tensors that can carry an output's name themselves; inputs, constants and second names need a copy. */
function publishedNames(graph: Graph): Map<Tensor, string> {
  const published = new Map<Tensor, string>();
  for (const [name, t] of graph.outputs) {
    const real = behind(t);
    const isLeaf = real.node.inputs.length === 0;
    if (!isLeaf && !published.has(real)) published.set(real, name);
  }
  return published;
}

/** The tensor that a stand-in stands for. */
function behind(t: Tensor): Tensor {
  let real = t;
  while (real.node.op === '@custom') {
    const { inputs, outputs } = real.node;
    real = inputs[inputs.length - outputs.length + real.index] as Tensor;
  }
  return real;
}

/** Nodes that outputs need, in their order. */
function liveNodes(graph: Graph): Node[] {
  const live = new Set<Node>();
  const stack = [...graph.outputs.values()].map((t) => t.node);
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (live.has(node)) continue;
    live.add(node);
    // A stand-in needs only what it stands for.
    const needed = node.op === '@custom' ? node.inputs.slice(node.inputs.length - node.outputs.length) : node.inputs;
    for (const t of needed) if (t) stack.push(t.node);
  }
  return [...live].toSorted((a, b) => a.id - b.id);
}

function valueInfo(name: string, dtype: DType, shape: Shape): object {
  const dim = shape.map((d) =>
    typeof d === 'number' ? { dimValue: d } : isSymbol(d) && !d.includes('?') ? { dimParam: d } : {},
  );
  return { name, type: { tensorType: { elemType: DATA_TYPE[dtype], shape: { dim } } } };
}

function attribute(name: string, value: Attribute): object {
  if ('i' in value) return { name, i: value.i, type: 2 };
  if ('f' in value) return { name, f: value.f, type: 1 };
  if ('s' in value) return { name, s: new TextEncoder().encode(value.s), type: 3 };
  return { name, ints: value.ints, type: 7 };
}

function frozenTensor(name: string, t: Tensor, data: Float32Array, external: Emitted['external']): object {
  const size = (t.shape as readonly number[]).reduce((a, b) => a * b, 1);
  if (size !== data.length)
    throw graphError('compile', `'${name}' to be frozen has ${data.length} values`, { tensors: [t] });
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const head = { name, dims: t.shape, dataType: DATA_TYPE[t.dtype] };
  if (bytes.length < EXTERNAL_BYTES) return { ...head, rawData: bytes };
  const path = `frozen-${external.length}.bin`;
  external.push({ path, data: bytes });
  const entries = { location: path, offset: '0', length: String(bytes.length) };
  return { ...head, dataLocation: 1, externalData: Object.entries(entries).map(([key, value]) => ({ key, value })) };
}

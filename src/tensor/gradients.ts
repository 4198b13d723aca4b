/** Reverse-mode differentiation on the graph: walks the nodes backwards and adds the nodes of the gradient. */
import { sameShape } from './dims.js';
import { graphError, type Contribution, type Node, type Tensor } from './graph.js';
import { addUp } from './ops/matmul.js';
import { full } from './primitives/layout.js';

export interface GradientOptions {
  /** Gradients of the outputs to start from, in their order; needed unless the output is a scalar (which starts from 1). */
  seeds?: readonly (Tensor | undefined)[];
  /**
   * Running gradients: for a tensor of `wrt` found here, the result is `running + gradient`. Where the gradient is a
   * matrix product the addition happens inside it. The result may be fetched into the buffer that feeds `running`.
   */
  accumulate?: ReadonlyMap<Tensor, Tensor>;
}

/**
 * The gradients of `of` (one scalar, or several tensors with seeds) with respect to `wrt`, in the order of `wrt`.
 * Any tensor may stand in `wrt`. One that `of` does not depend on gets zeros (or its running gradient).
 * Throws `graph` at an operator without a gradient rule, naming it and the model's line.
 */
export function gradients(
  of: Tensor | readonly Tensor[],
  wrt: readonly Tensor[],
  options: GradientOptions = {},
): Tensor[] {
  const outputs = Array.isArray(of) ? (of as readonly Tensor[]) : [of as Tensor];
  const terms = new Map<Tensor, Contribution[]>();
  const give = (t: Tensor, term: Contribution): void => {
    const list = terms.get(t);
    if (list) list.push(term);
    else terms.set(t, [term]);
  };
  for (const [i, y] of outputs.entries()) {
    const seed = options.seeds?.[i] ?? (options.seeds ? undefined : scalarSeed(y));
    if (!seed) continue;
    if (!sameShape(seed.shape, y.shape))
      throw graphError('gradients', `seed ${i} has another shape than its output`, { tensors: [seed, y] });
    give(y, seed);
  }
  const wanted = dependents(outputs, wrt);
  const done = new Map<Tensor, Tensor>();
  const settle = (t: Tensor): Tensor | undefined => {
    const list = terms.get(t);
    if (!list) return undefined;
    let total = done.get(t);
    if (!total) {
      total = addUp(list);
      done.set(t, total);
      terms.set(t, [total]);
    }
    return total;
  };
  for (const node of wanted.nodes) {
    if (!node.outputs.some((t) => terms.has(t))) continue;
    walkBack(node, node.outputs.map(settle), (t) => wanted.tensors.has(t), give);
  }
  return wrt.map((t) => {
    const running = options.accumulate?.get(t);
    if (running && !sameShape(running.shape, t.shape)) {
      throw graphError('gradients', 'the running gradient has another shape than its tensor', {
        tensors: [t, running],
      });
    }
    const list = terms.get(t);
    if (!list) return running ?? full(t.graph, 0, t.shape);
    return running || !done.has(t) ? addUp(list, running) : (done.get(t) as Tensor);
  });
}

function scalarSeed(y: Tensor): Tensor {
  if (y.rank !== 0)
    throw graphError('gradients', 'only a scalar can be differentiated without seeds', { tensors: [y] });
  return y.graph.constant(1);
}

/** What lies between `wrt` and `outputs`: the nodes (last first) and the tensors whose gradients are needed. */
function dependents(outputs: readonly Tensor[], wrt: readonly Tensor[]): { nodes: Node[]; tensors: Set<Tensor> } {
  const above = new Set<Node>();
  const stack = outputs.map((t) => t.node);
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (above.has(node)) continue;
    above.add(node);
    for (const t of node.inputs) if (t) stack.push(t.node);
  }
  const tensors = new Set<Tensor>(wrt);
  const nodes: Node[] = [];
  for (const node of [...above].toSorted((a, b) => a.id - b.id)) {
    const depends = node.inputs.some((t) => t && tensors.has(t));
    if (!depends) continue;
    nodes.push(node);
    for (const t of node.outputs) if (t.dtype === 'float32') tensors.add(t);
  }
  return { nodes: nodes.toReversed(), tensors };
}

function walkBack(
  node: Node,
  dOutputs: readonly (Tensor | undefined)[],
  isWanted: (t: Tensor) => boolean,
  give: (t: Tensor, term: Contribution) => void,
): void {
  const wants = node.inputs.map((t) => t !== undefined && isWanted(t));
  if (!node.vjp) {
    throw graphError(node.op, 'has no gradient rule', {
      tensors: node.inputs,
      site: node.site,
      hint: 'Use stopGradient where none is meant to flow.',
    });
  }
  const terms = node.vjp({ dOutputs, needs: (i) => wants[i] === true });
  for (const [i, term] of terms.entries()) {
    const input = node.inputs[i];
    if (term && input && wants[i]) give(input, term);
  }
}
